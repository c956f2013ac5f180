# SPDX-License-Identifier: Apache-2.0
"""Measures votes beside others: votes.py BENCH_VOTES DIR [--quick].

Others work on the files that the program writes to DIR."""
import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np


def own(program, folder, quick):
    out = subprocess.run([program, f"--data={folder}", "--benchmark_format=json",
                          f"--benchmark_min_time={0.05 if quick else 0.5}"],
                         check=True, capture_output=True, text=True).stdout
    return {run["name"].removesuffix("/real_time"): run for run in json.loads(out)["benchmarks"]}


def best(times, task):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = task()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def wins(file):
    rows = np.fromfile(file).reshape(-1, 4)
    a, b = rows[:, 0].astype(int), rows[:, 1].astype(int)
    return a, b, rows[:, 2], rows[:, 3]


def matrix(file, items):
    a, b, left, right = wins(file)
    out = np.zeros((items, items))
    np.add.at(out, (a, b), left)
    np.add.at(out, (b, a), right)
    return out


def largest_gradient(strength, file):
    a, b, left, right = wins(file)
    p = 1 / (1 + np.exp(strength[b] - strength[a]))
    rest = left - (left + right) * p
    g = np.bincount(a, rest, len(strength)) - np.bincount(b, rest, len(strength))
    return np.abs(g).max()


def logistic(a, b, left, right, items):
    from scipy.sparse import csr_matrix, vstack
    from sklearn.linear_model import LogisticRegression

    rows = np.repeat(np.arange(len(a)), 2)
    x = csr_matrix((np.tile([1.0, -1.0], len(a)), (rows, np.column_stack((a, b)).ravel())),
                   shape=(len(a), items))
    y = np.repeat([1, 0], len(a))
    weight = np.concatenate((left, right))
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8, max_iter=1000)
    return model.fit(vstack((x, x)), y, weight).coef_[0]


def kemeny_milp(tally):
    """One integer program with all circles of three forbidden, by HiGHS."""
    from itertools import combinations

    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    n = len(tally)
    pairs = {pair: k for k, pair in enumerate(combinations(range(n), 2))}
    cost = np.array([tally[j, i] - tally[i, j] for i, j in pairs])
    triples = list(combinations(range(n), 3))
    columns = [[pairs[i, j], pairs[j, k], pairs[i, k]] for i, j, k in triples]
    rows = csr_matrix((np.tile([1.0, 1.0, -1.0], len(triples)),
                       (np.repeat(np.arange(len(triples)), 3), np.ravel(columns))),
                      shape=(len(triples), len(pairs)))
    found = milp(cost, constraints=LinearConstraint(rows, 0, 1), integrality=np.ones(len(pairs)),
                 bounds=Bounds(0, 1))
    return found.fun + sum(tally[i, j] for i, j in pairs)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program", type=Path)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--quick", action="store_true", help="without what takes minutes")
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    ours = own(options.program, options.folder, options.quick)
    rows = []

    def line(name, peer, seconds, note=""):
        mine = ours[name]["real_time"] * 1e-3
        rows.append([name, f"{mine * 1e3:.4g} ms", peer, f"{seconds * 1e3:.4g} ms",
                     f"{seconds / mine:.1f}", note])

    import choix

    hundred = matrix(options.folder / "hundred.bin", 100)
    seconds, found = best(5, lambda: choix.ilsr_pairwise_dense(hundred))
    line("bradley_terry/100 items, 4950 pairs", "choix.ilsr_pairwise_dense", seconds,
         f"gradient {ours['bradley_terry/100 items, 4950 pairs']['gradient']:.0e}, "
         f"{largest_gradient(found, options.folder / 'hundred.bin'):.0e}")
    random = np.random.default_rng(1)

    def bootstrap():
        for _ in range(100):
            drawn = random.multinomial(int(hundred.sum()), hundred.ravel() / hundred.sum())
            choix.ilsr_pairwise_dense(drawn.reshape(100, 100).astype(float))

    line("bradley_terry/100 bootstraps of 100 items", "choix.ilsr_pairwise_dense",
         best(1 if options.quick else 3, bootstrap)[0])
    sparse = wins(options.folder / "sparse.bin")
    seconds, found = best(3, lambda: logistic(*sparse, 5000))
    line("bradley_terry/5000 items, 124000 pairs", "scikit-learn, sparse", seconds,
         f"gradient {ours['bradley_terry/5000 items, 124000 pairs']['gradient']:.0e}, "
         f"{largest_gradient(found, options.folder / 'sparse.bin'):.0e}")
    if not options.quick:
        dense = matrix(options.folder / "dense.bin", 5000)
        seconds, _ = best(1, lambda: choix.ilsr_pairwise_dense(dense))
        line("bradley_terry/5000 items, 10 million pairs", "choix.ilsr_pairwise_dense", seconds)

    def from_csv():
        import pandas

        table = pandas.read_csv(options.folder / "raw" / "votes.csv")
        names = sorted(set(table.model_a) | set(table.model_b))
        code = {name: k for k, name in enumerate(names)}
        a, b = table.model_a.map(code).to_numpy(), table.model_b.map(code).to_numpy()
        first = (table.winner == "model_a").to_numpy()
        winner, loser = np.where(first, a, b), np.where(first, b, a)
        counts = np.bincount(winner * len(names) + loser, minlength=len(names) ** 2)
        return choix.ilsr_pairwise_dense(counts.reshape(len(names), -1).astype(float))

    line("votes.csv, 1 million rows, to strengths", "pandas and choix", best(3, from_csv)[0])
    for n in (20, 30):
        tally = np.loadtxt(options.folder / f"tally{n}.txt")
        seconds, cost = best(1 if options.quick else 3, lambda: kemeny_milp(tally))
        name = f"kemeny/{n} candidates, 20 random orders"
        line(name, "scipy (HiGHS), one program", seconds)
        if abs(cost - ours[name]["cost"]) > 1e-6:
            raise SystemExit(f"{name}: {ours[name]['cost']}, the other {cost}")

    print("\nVotes, one thread (wall clock; ratio: the other to libeval)")
    header = ["", "libeval", "other", "", "ratio", ""]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        print("  " + "  ".join(cell.ljust(w) if i in (0, 2, 5) else cell.rjust(w)
                               for i, (cell, w) in enumerate(zip(row, widths))).rstrip())


sys.exit(main())
