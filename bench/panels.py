# SPDX-License-Identifier: Apache-2.0
"""Agreement beside others, on the files that bench_panels writes."""
import time

import numpy as np


def rows(program, folder, quick, benchmarks):
    """Krippendorff's alpha: [name, ours, the other, ratio] for each panel and metric."""
    import krippendorff

    out = []
    for name, run in benchmarks(program, f"--data={folder}", "--benchmark_min_time=0.2").items():
        _, panel, metric = name.split("/")
        if quick and panel == "thousand values":
            continue
        marks = np.loadtxt(folder / ("five.csv" if panel == "five levels" else "thousand.csv"),
                           delimiter=",")
        seconds = []
        for _ in range(1 if panel == "thousand values" else 5):
            start = time.process_time()
            alpha = krippendorff.alpha(marks, level_of_measurement=metric)
            seconds.append(time.process_time() - start)
        if abs(alpha - run["alpha"]) > 1e-9:
            raise SystemExit(f"{name}: {run['alpha']}, the other {alpha}")
        out.append([f"{panel}, {metric}", run["cpu"], "fast-krippendorff", min(seconds)])
    return out
