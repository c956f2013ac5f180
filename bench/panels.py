# SPDX-License-Identifier: Apache-2.0
"""Measures agreement beside others: panels.py BENCH_PANELS DIR [--quick].

The other works on the files that the program writes to DIR."""
import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import krippendorff
import numpy as np


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", type=Path)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--quick", action="store_true")
    options = arguments.parse_args()
    out = subprocess.run([options.program, f"--data={options.folder}", "--benchmark_format=json",
                          "--benchmark_min_time=0.2"], check=True, capture_output=True, text=True).stdout
    print("\nKrippendorff's alpha, 1,000 items by 50 raters, 30 % missing (fast-krippendorff 0.9.0)")
    for run in json.loads(out)["benchmarks"]:
        _, panel, metric = run["name"].split("/")
        if options.quick and panel == "thousand values":
            continue
        file = options.folder / ("five.csv" if panel == "five levels" else "thousand.csv")
        marks = np.loadtxt(file, delimiter=",")
        seconds = []
        for _ in range(1 if panel == "thousand values" else 5):
            start = time.perf_counter()
            alpha = krippendorff.alpha(marks, level_of_measurement=metric)
            seconds.append(time.perf_counter() - start)
        if abs(alpha - run["alpha"]) > 1e-9:
            raise SystemExit(f"{run['name']}: {run['alpha']}, the other {alpha}")
        ours = run["cpu_time"]
        print(f"  {panel}, {metric:9} {ours:8.3f} ms {min(seconds) * 1e3:10.1f} ms "
              f"{min(seconds) * 1e3 / ours:8.0f}")


sys.exit(main())
