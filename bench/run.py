# SPDX-License-Identifier: Apache-2.0
"""Measures libeval and others side by side: ./dev bench [--quick] [--rows N] [--json FILE]."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import panels
import votes

HERE = Path(__file__).resolve().parent
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}  # numpy asks for them itself


def benchmarks(program, *options, environment={}):
    """Best of the repetitions of each benchmark: {name: {wall, cpu, ...}}, in seconds."""
    out = subprocess.run([program, "--benchmark_format=json", *options], check=True,
                         capture_output=True, text=True, env=os.environ | environment).stdout
    best = {}
    for run in json.loads(out)["benchmarks"]:
        if run.get("run_type") == "aggregate":
            continue
        unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[run["time_unit"]]
        found = dict(run, wall=run["real_time"] * unit, cpu=run["cpu_time"] * unit)
        name = run["run_name"].removesuffix("/real_time").removesuffix("/process_time")
        if name not in best or found["wall"] < best[name]["wall"]:
            best[name] = found
    return best


def peer(name, folder, rows, repeats):
    command = [sys.executable, HERE / "peers.py", name, folder, str(rows), str(repeats)]
    result = subprocess.run(command, check=True, capture_output=True, text=True,
                            env=os.environ | ONE_THREAD).stdout
    return json.loads(result.splitlines()[-1])


def command_times(command, times):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        seconds.append(time.perf_counter() - start)
        if done.returncode not in (0, 3):  # 3: decided with somebody held
            raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return seconds


def show(title, header, rows):
    print(f"\n{title}")
    cells = [header, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        first, *rest = (cell.ljust(w) if i == 0 else cell.rjust(w)
                        for i, (cell, w) in enumerate(zip(row, widths)))
        print("  " + "  ".join([first, *rest]).rstrip())


def ms(seconds):
    return f"{seconds * 1e3:.4g} ms"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("build", type=Path)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the rows, fewer repeats")
    arguments.add_argument("--rows", type=int)
    arguments.add_argument("--json", type=Path, help="write what was measured")
    options = arguments.parse_args()
    rows = options.rows or (100_000 if options.quick else 1_000_000)
    repeats = 2 if options.quick else 5
    programs = options.build / "bench"
    folder = options.build / "data" / str(rows)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, HERE / "peers.py", "table", folder, str(rows)], check=True)
    load = os.getloadavg()[0]
    print(f"{rows:,} candidates by 50 criteria, half of them costs; best of {repeats}; "
          f"{os.cpu_count()} processors, load {load:.1f} at the start")
    if load > 1:
        print("others are at work on this machine: wall clock times are too long")
    often = ["--benchmark_min_time=0.05", f"--benchmark_repetitions={repeats}"]
    result = {"rows": rows, "load": load}

    kernels = benchmarks(programs / "bench_kernels", f"--rows={rows}", *often)
    result["kernels"] = {name: run["cpu"] for name, run in kernels.items()}
    show("Kernels, one thread, one column (memory: the whole table)",
         ["", "CPU", "GB/s"],
         [[name, ms(run["cpu"]), f"{run['bytes_per_second'] / 1e9:.1f}"]
          for name, run in kernels.items()])

    decide = benchmarks(programs / "bench_decide", f"--rows={rows}", *often)
    own = decide[f"decide/{rows}"]
    large = benchmarks(programs / "bench_decide", f"--rows={rows}", *often,
                       f"--benchmark_filter=^decide/{rows}", environment=LARGE_PAGES)
    large = large[f"decide/{rows}"]
    twice = 2 * kernels["memory/sum"]["cpu"]
    tasks = {"numpy, blocked": ("numpy_blocked", repeats), "numpy, columns": ("numpy_columns", repeats),
              "numpy, textbook": ("numpy_textbook", 2), "scikit-criteria 0.9": ("scikit_criteria", 1),
              "pymcdm 1.4.0, not validating": ("pymcdm", 1)}
    others = {name: peer(task, folder, rows, n) for name, (task, n) in tasks.items()}

    end = benchmarks(programs / "bench_end_to_end", f"--rows={rows}", f"--data={folder}",
                     f"--advancing={folder / 'advancing'}", "--benchmark_min_time=0",
                     f"--benchmark_repetitions={2 if options.quick else 3}")["load_and_decide"]
    first = sorted(int(line[1:]) for line in (folder / "advancing").read_text().split())
    differ = [name for name, run in others.items() if run["first"] != first]

    def versus(name, run, base):
        return [name, ms(run["wall"]), ms(run["cpu"]), f"{run['cpu'] / base['cpu']:.2f}"]

    show("Deciding from memory, one thread (ratio of CPU times)",
         ["", "wall", "CPU", "ratio"],
         [versus("libeval decide", own, own),
          versus("libeval decide, large pages", large, own),
          ["the table read twice, nothing else", "", ms(twice), f"{twice / own['cpu']:.2f}"],
          *(versus(name, run, own) for name, run in others.items())])
    print("  " + (f"other winners than libeval: {', '.join(differ)}" if differ
                  else f"all choose the same {len(first)}"))

    scaling = [[name, ms(run["cpu"]), f"{run['cpu'] / int(name.rsplit('/', 1)[1]) * 1e9:.0f} ns"]
               for name, run in decide.items()]
    show("How the cost grows", ["candidates", "CPU", "a candidate"], scaling)

    csv = (folder / "results.csv").stat().st_size / 1e6
    pandas = peer("pandas_numpy", folder, rows, 1)
    if pandas["first"] != first:
        differ.append("pandas")
    show(f"From a CSV file of {csv:.0f} MB to the decision (ratio of wall clock times)",
         ["", "wall", "CPU", "reading", "deciding", "peak memory", "ratio"],
         [["libeval, all processors", ms(end["wall"]), ms(end["cpu"]), ms(end["load_s"]),
           ms(end["decide_s"]), f"{end['peak_MB']:.0f} MB", "1.00"],
          ["pandas and numpy, blocked", ms(pandas["wall"]), ms(pandas["cpu"]), "", "",
           f"{pandas['peak_MB']:.0f} MB", f"{pandas['wall'] / end['wall']:.2f}"]])
    print(f"  the table is {end['table_MB']:.0f} MB of doubles: libeval needs "
          f"{end['peak_MB'] / end['table_MB']:.2f} times that")

    lineage = benchmarks(programs / "bench_lineage", f"--rows={rows}", *often)
    result["lineage"] = {name: run["cpu"] for name, run in lineage.items()}
    show(f"Lineage of {2 * rows:,} things, {lineage['all_verdicts']['edges']:,.0f} derivations, one thread",
         ["", "CPU", "memory"],
         [["graph, components and all verdicts", ms(lineage["all_verdicts"]["cpu"]),
           f"{lineage['all_verdicts']['MB']:.0f} MB"],
          ["one verdict with its witness", f"{lineage['one_verdict']['cpu'] * 1e6:.3g} us", ""],
          ["one verdict over the longest chain", ms(lineage["longest_chain"]["cpu"]), ""]])

    found = votes.rows(programs / "bench_votes", options.build / "data" / "votes", options.quick,
                       benchmarks)
    result["votes"] = [row[:4] for row in found]
    show("Votes (ratio: the other to libeval)", ["", "libeval", "other", "", "ratio", ""],
         [[name, ms(mine), peer, ms(theirs), f"{theirs / mine:.1f}", note]
          for name, mine, peer, theirs, note in found])
    found = panels.rows(programs / "bench_panels", options.build / "data" / "panels", options.quick,
                        benchmarks)
    result["panels"] = found
    show("Krippendorff's alpha, 1,000 items by 50 raters, 30 % missing",
         ["", "libeval", "other", "", "ratio"],
         [[name, ms(mine), peer, ms(theirs), f"{theirs / mine:.0f}"]
          for name, mine, peer, theirs in found])

    record = benchmarks(programs / "bench_reconstruct", f"--rows={rows}", "--seconds=60",
                        f"--flagship={HERE.parent / 'examples' / 'kai'}", "--benchmark_min_time=0")
    result["reconstruct"] = {name: run["cpu"] for name, run in record.items()}
    show("What a public record determines, at most 60 s each",
         ["", "wall", "CPU", "ends of ranges", "not proven", "places", "not proven"],
         [[name.removesuffix("/iterations:1"), ms(run["wall"]), ms(run["cpu"]),
           f"{run['ends']:.0f}", f"{run['ends open']:.0f}", f"{run['places']:.0f}",
           f"{run['places'] - run['places proven']:.0f}"] for name, run in record.items()])

    libeval, bundle = options.build / "tool" / "libeval", HERE.parent / "examples" / "kai-benchmarks"
    if libeval.exists() and (bundle / "program.yaml").exists():
        seconds = command_times([libeval, "decide", bundle], 10 if options.quick else 40)
        result["command"] = seconds
        show("`libeval decide examples/kai-benchmarks`, from start to last byte",
             ["", "best", "median"],
             [["libeval decide", ms(min(seconds)), ms(statistics.median(seconds))]])
    if options.json:
        result |= {"decide": {name: run["cpu"] for name, run in decide.items()},
                   "decide_large_pages": large["cpu"],
                   "end_to_end": {k: end[k] for k in ("wall", "cpu", "load_s", "decide_s", "peak_MB")},
                   "others": {name: {k: v for k, v in run.items() if k != "first"}
                              for name, run in (others | {"pandas": pandas}).items()}}
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if differ else 0


sys.exit(main())
