# SPDX-License-Identifier: Apache-2.0
"""Measures simulation beside others: simulation.py BENCH_SIMULATION [--quick] [--json FILE].
bench_margins is run from the same folder.

SMAA-2: additive scores, weights uniform on the simplex, every measurement normal; the task of each
is rank acceptabilities, central weights and, where it says so, nothing else. One thread, processor
time, samples a second."""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

SIZES = [(5, 3), (20, 10), (100, 20), (1000, 20)]
DEVIATION, ITEMS, SIZE = 0.05, 1000, 100
ERRORS = np.array([-0.05, -0.02, 0, 0.01, 0.02, 0.04])


def table(n, m):
    """The cells of data.cpp, as in bench/peers.py."""
    row = np.arange(n, dtype=np.uint64)[:, None]
    column = np.arange(m, dtype=np.uint64)[None, :]
    z = (row * np.uint64(64) + column + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(11)) % np.uint64(10_000_000)) / 1e7


class Counts:
    """Rank acceptabilities and sums of weights where somebody is first, from scores (samples, n)."""

    def __init__(self, n, m):
        self.places, self.first, self.samples = np.zeros((n, n)), np.zeros((n, m)), 0

    def add(self, scores, weights):
        n = scores.shape[1]
        order = np.argsort(-scores, axis=1)
        place = np.arange(n)
        self.places += np.bincount((order * n + place).ravel(), minlength=n * n).reshape(n, n)
        np.add.at(self.first, order[:, 0], weights)
        self.samples += len(scores)


def weights(random, samples, m):
    w = random.standard_exponential((samples, m))
    return w / w.sum(axis=1, keepdims=True)


def blocks(samples, numbers):
    """Blocks that stay in the cache."""
    block = max(1, min(samples, 400_000 // numbers))
    for begin in range(0, samples, block):
        yield min(block, samples - begin)


def numpy_direct(x, samples, root=None, kind="normal", scaled=False):
    """Every measurement drawn; with `root`, correlated over the criteria; `scaled`, min-max."""
    (n, m), random = x.shape, np.random.Generator(np.random.SFC64(1))
    counts = Counts(n, m)
    for some in blocks(samples, n * m):
        w = weights(random, some, m)
        if kind == "binomial":
            cells = random.binomial(ITEMS, x, (some, n, m)) / ITEMS
        elif kind == "uniform":
            cells = x - DEVIATION + 2 * DEVIATION * random.random((some, n, m))
        elif kind == "empirical":
            cells = x + ERRORS[random.integers(0, len(ERRORS), (some, n, m))]
        elif kind == "beta":
            cells = random.beta(SIZE * x, SIZE * (1 - x), (some, n, m))
        else:
            z = random.standard_normal((some, n, m))
            if root is not None:
                z = z @ root.T
            cells = x * np.exp(DEVIATION * z) if kind == "lognormal" else x + DEVIATION * z
        if scaled:
            low = cells.min(axis=1, keepdims=True)
            cells = (cells - low) / (cells.max(axis=1, keepdims=True) - low)
        counts.add(np.einsum("snm,sm->sn", cells, w), w)
    return counts.places / counts.samples


def numpy_correlated(x, samples, kind="normal", scaled=False):
    m = x.shape[1]
    return numpy_direct(x, samples, np.linalg.cholesky(0.5 * np.eye(m) + 0.5), kind, scaled)


def numpy_scaled(x, samples):
    return numpy_correlated(x, samples, scaled=True)


def numpy_lognormal(x, samples):
    return numpy_correlated(x, samples, "lognormal")


def numpy_of(kind):
    return lambda x, samples: numpy_direct(x, samples, kind=kind)


def numpy_collapsed(x, samples):
    """One number a candidate: given the weights a score is normal."""
    (n, m), random = x.shape, np.random.Generator(np.random.SFC64(1))
    counts = Counts(n, m)
    variance = np.full((n, m), DEVIATION**2)
    for some in blocks(samples, n):
        w = weights(random, some, m)
        spread = np.sqrt((w * w) @ variance.T)
        counts.add(w @ x.T + spread * random.standard_normal((some, n)), w)
    return counts.places / counts.samples


def loop(x, samples, rank):
    """A tool that ranks one matrix at a time."""
    (n, m), random = x.shape, np.random.Generator(np.random.SFC64(1))
    places = np.zeros((n, n))
    for _ in range(samples):
        w = weights(random, 1, m)[0]
        found = rank(x + DEVIATION * random.standard_normal((n, m)), w)
        places[np.arange(n), np.asarray(found, dtype=int) - 1] += 1
    return places / samples


def pymcdm(x, samples):
    from pymcdm.helpers import rankdata
    from pymcdm.methods import WSM

    method, kind = WSM(normalization_function=lambda column, cost: column), np.ones(x.shape[1])

    def rank(cells, w):
        return rankdata(method(cells, w, kind, validation=False), reverse=True)

    return loop(x, samples, rank)


def scikit_criteria(x, samples):
    from skcriteria import mkdm
    from skcriteria.agg.simple import WeightedSumModel

    method, kind = WeightedSumModel(), [max] * x.shape[1]
    return loop(np.abs(x) + 1, samples,
                lambda cells, w: method.evaluate(mkdm(cells, kind, weights=w)).rank_)


def pyrepo_mcda(x, samples):
    from pyrepo_mcda.additions import rank_preferences

    return loop(x, samples, lambda cells, w: rank_preferences(cells @ w, reverse=True))


OTHERS = [("numpy, collapsed", numpy_collapsed, 40), ("numpy, every measurement", numpy_direct, 8),
          ("numpy, criteria correlated", numpy_correlated, 6),
          ("numpy, criteria correlated, min-max", numpy_scaled, 4),
          ("numpy, lognormal, criteria correlated", numpy_lognormal, 4),
          ("numpy, binomial", numpy_of("binomial"), 2), ("numpy, uniform", numpy_of("uniform"), 6),
          ("numpy, empirical", numpy_of("empirical"), 4), ("numpy, beta", numpy_of("beta"), 1),
          ("pymcdm 1.4.0", pymcdm, 0),
          ("scikit-criteria 0.9", scikit_criteria, 0), ("pyrepo-mcda 0.1.15", pyrepo_mcda, 0)]
# What whole simulations are measured on beside independent normal measurements.
KINDS = ("criteria correlated", "candidates correlated", "criteria correlated, min-max",
         "lognormal, criteria correlated", "binomial", "uniform", "empirical", "beta")


def measured(task, x, million, quick):
    """Samples a second of processor time, best of some."""
    n, m = x.shape
    samples = max(100, int(million * 1e6 / (n * m))) if million else max(20, 20000 // n)
    samples = max(20, samples // 10) if quick else samples
    task(x, min(samples, 20))
    best = 0
    for _ in range(1 if quick else 3):
        start = time.process_time()
        found = task(x, samples)
        best = max(best, samples / (time.process_time() - start))
    return best, found


def runs(program, *options):
    out = subprocess.run([program, "--benchmark_format=json", *options], check=True,
                         capture_output=True, text=True).stdout
    return [run for run in json.loads(out)["benchmarks"] if run.get("run_type") != "aggregate"]


def margins(program, quick):
    """Seconds of margins and Sobol indices, best of some."""
    best = {}
    for run in runs(program, f"--rows={100_000 if quick else 1_000_000}", "--benchmark_min_time=0",
                    f"--benchmark_repetitions={1 if quick else 3}"):
        name = run["run_name"].removesuffix("/real_time").removesuffix("/process_time")
        found = (run["real_time"] / 1e3, run["cpu_time"] / 1e3, run.get("largest standard error"))
        best[name] = min(best.get(name, found), found)
    return best


def own(program, quick):
    rates = {}
    for run in runs(program, f"--rows={100_000 if quick else 1_000_000}",
                    f"--benchmark_min_time={0.05 if quick else 0.5}",
                    f"--benchmark_repetitions={1 if quick else 3}"):
        name = run["run_name"].replace("/iterations:1/repeats:2", "")
        rate = run["items_per_second"]
        rates[name] = max(rates.get(name, 0), rate)
        if name.endswith("/real_time"):  # whole simulations: of processor time too
            name = name.removesuffix("/real_time")
            rates[name] = max(rates.get(name, 0), rate * run["real_time"] / run["cpu_time"])
    return rates


def comparisons(n):
    """Pairs in Batcher's network for n numbers (Knuth 5.2.2, Algorithm M)."""
    found, top = 0, 1
    while top * 2 < n:
        top *= 2
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            found += sum(1 for i in range(n - d) if i & p == r)
            if q == p:
                break
            d, q, r = q - p, q // 2, p
        p //= 2
    return found


def limit(rates, instructions, n, m):
    """Samples a second if a sample cost its exponentials, normal numbers and comparisons alone."""
    def seconds(what, count):
        return count / rates[f"limit/{what}/{instructions}"]

    return 1 / (seconds("exponentials", m) + seconds("normals", n) +
                seconds("comparisons", comparisons(n)))


def short(rate):
    return f"{rate / 1e6:.3g} M" if rate >= 1e6 else f"{rate / 1e3:.3g} k" if rate >= 1e3 else f"{rate:.3g}"


def show(title, header, rows):
    print(f"\n{title}")
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", type=Path)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    print(f"\nload {os.getloadavg()[0]:.1f} at the start, {os.cpu_count()} processors")
    rates = own(options.program, options.quick)
    names = [f"{n}x{m}" for n, m in SIZES]
    sets = [s for s in ("avx512", "avx2", "baseline") if f"smaa/5x3/{s}" in rates]
    best = sets[0]
    header = ["", *names]

    def line(label, key):
        return [label, *(short(rates[key.format(name)]) for name in names)]

    rows = [line(f"libeval, {s}", f"smaa/{{}}/{s}") for s in sets]
    rows += [line(f"libeval, {best}, {what}", f"smaa, {what}/{{}}/{best}")
             for what in ("every measurement", "criteria correlated")]
    ratios, others = [], {}
    for label, task, million in OTHERS:
        found = [measured(task, table(n, m), million, options.quick) for n, m in SIZES]
        others[label] = [rate for rate, _ in found]
        rows.append([label, *(short(rate) for rate in others[label])])
        of_another_task = label.removeprefix("numpy, ") in KINDS[2:]
        if not of_another_task:
            ratios.append([label, *(f"{rates[f'smaa/{name}/{best}'] / rate:.3g}"
                                    for name, rate in zip(names, others[label]))])
        if label == "numpy, criteria correlated":
            ratios.append(["  libeval correlated too",
                           *(f"{rates[f'smaa, criteria correlated/{name}/{best}'] / rate:.3g}"
                             for name, rate in zip(names, others[label]))])
    show("SMAA-2, samples a second, one thread, processor time", header, rows)
    show(f"How many times as fast libeval ({best}) is", header, ratios)
    show("What bounds it: the machine, pieces alone", ["", "words/s", "exponentials/s",
                                                      "normal numbers/s", "comparisons/s"],
         [[s, *(short(rates[f"limit/{what}/{s}"])
                for what in ("words", "exponentials", "normals", "comparisons"))] for s in sets])
    show("Share of the time of a sample that these take", header,
         [[s, *(f"{100 * rates[f'smaa/{n}x{m}/{s}'] / limit(rates, s, n, m):.0f} %"
                for n, m in SIZES)] for s in sets])
    one, two = "simulate/{}/threads 1/real_time", "simulate/{}/threads 2/real_time"
    show("Whole simulations (places, pairs, quantiles, central weights), wall clock", header,
         [line("one thread", one), line("two threads", two),
          ["ratio", *(f"{rates[two.format(n)] / rates[one.format(n)]:.2f}" for n in names)]])
    dependent, rows = "simulate, {}/{}/threads {}", []
    for what in KINDS:
        one = [rates[dependent.format(what, n, 1)] for n in names]
        two = [rates[dependent.format(what, n, 2) + "/real_time"] /
               rates[dependent.format(what, n, 1) + "/real_time"] for n in names]
        rows.append([what, *map(short, one)])
        if f"numpy, {what}" in others:
            rows.append(["  times numpy's direct form",
                         *(f"{a / b:.3g}" for a, b in zip(one, others[f"numpy, {what}"]))])
        rows.append(["  two threads, wall clock, times one", *(f"{ratio:.2f}" for ratio in two)])
    show("Whole simulations where measurements are not independent or not normal, processor time", header,
         rows)
    sobol = margins(options.program.with_name("bench_margins"), options.quick)
    show("Margins, and Sobol indices of 20 inputs" + (" (64 samples)" if options.quick else
                                                      ", each to a standard error of 0.01"),
         ["", "wall", "CPU", "largest standard error"],
         [[name, f"{wall:.3g} s", f"{cpu:.3g} s", "" if error is None else f"{error:.2g}"]
          for name, (wall, cpu, error) in sobol.items()])
    if options.json:
        options.json.write_text(json.dumps({"libeval": rates, "others": others, "margins": sobol},
                                           indent=1) + "\n")


if __name__ == "__main__":
    main()
