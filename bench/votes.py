# SPDX-License-Identifier: Apache-2.0
"""Votes beside others, on the files that bench_votes writes."""
import time

import numpy as np


def best(times, task):
    seconds = []
    for _ in range(times):
        start = time.process_time()
        result = task()
        seconds.append(time.process_time() - start)
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


def kemeny_corankco(orders):
    from corankco import Dataset, Element, Ranking, ScoringScheme
    from corankco.algorithms.exact.exactalgorithmpulp import ExactAlgorithmPulp

    data = Dataset([Ranking([{Element(int(i))} for i in order]) for order in orders])
    scheme = ScoringScheme([[0.0, 1.0, 1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0, 1.0, 0.0]])
    return ExactAlgorithmPulp().compute_consensus_rankings(data, scheme, True).kemeny_score


def rows(program, folder, quick, benchmarks):
    """[task, ours, the other's name, the other's time, note], CPU seconds; the file of raw votes and
    Kemeny by programs that start others: wall clock."""
    ours = benchmarks(program, f"--data={folder}", f"--benchmark_min_time={0.05 if quick else 0.5}")
    out = []

    def line(name, peer, seconds, note="", clock="cpu"):
        out.append([name, ours[name][clock], peer, seconds, note])

    import choix

    hundred = matrix(folder / "hundred.bin", 100)
    seconds, found = best(5, lambda: choix.ilsr_pairwise_dense(hundred))
    name = "bradley_terry/100 items, 4950 pairs"
    line(name, "choix.ilsr_pairwise_dense", seconds,
         f"gradient {ours[name]['gradient']:.0e}, "
         f"{largest_gradient(found, folder / 'hundred.bin'):.0e}")
    random = np.random.default_rng(1)

    def bootstrap():
        for _ in range(100):
            drawn = random.multinomial(int(hundred.sum()), hundred.ravel() / hundred.sum())
            choix.ilsr_pairwise_dense(drawn.reshape(100, 100).astype(float))

    line("bradley_terry/100 bootstraps of 100 items", "choix.ilsr_pairwise_dense",
         best(1 if quick else 3, bootstrap)[0])
    sparse = wins(folder / "sparse.bin")
    name = "bradley_terry/5000 items, 124000 pairs"
    seconds, found = best(3, lambda: logistic(*sparse, 5000))
    line(name, "scikit-learn, sparse", seconds,
         f"gradient {ours[name]['gradient']:.0e}, "
         f"{largest_gradient(found, folder / 'sparse.bin'):.0e}")
    if not quick:
        dense = matrix(folder / "dense.bin", 5000)
        name = "bradley_terry/5000 items, 10 million pairs"
        seconds, found = best(1, lambda: choix.ilsr_pairwise_dense(dense))
        line(name, "choix.ilsr_pairwise_dense", seconds,
             f"gradient {ours[name]['gradient']:.0e}, "
             f"{largest_gradient(found, folder / 'dense.bin'):.0e}")
        del dense

    import pandas

    def raw():
        return pandas.read_csv(folder / "raw" / "votes.csv")

    def by_choix():
        table = raw()
        names = sorted(set(table.model_a) | set(table.model_b))
        code = {name: k for k, name in enumerate(names)}
        a, b = table.model_a.map(code).to_numpy(), table.model_b.map(code).to_numpy()
        first = (table.winner == "model_a").to_numpy()
        winner, loser = np.where(first, a, b), np.where(first, b, a)
        counts = np.bincount(winner * len(names) + loser, minlength=len(names) ** 2)
        return choix.ilsr_pairwise_dense(counts.reshape(len(names), -1).astype(float))

    def by_evalica():
        import evalica

        table = raw()
        winner = table.winner.map({"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y})
        return evalica.newman(table.model_a, table.model_b, winner, tolerance=1e-10).scores

    name = "votes.csv, 1 million rows, to strengths"
    for peer, task in (("pandas and choix", by_choix), ("pandas and evalica", by_evalica)):
        line(name, peer, best(3, task)[0], clock="wall")
    for n in (20, 30):
        name = f"kemeny/{n} candidates, 20 random orders"
        tally, orders = (np.loadtxt(folder / f"{what}{n}.txt") for what in ("tally", "orders"))
        for peer, task in (("scipy (HiGHS), one program", lambda: kemeny_milp(tally)),
                           ("corankco and CBC", lambda: kemeny_corankco(orders))):
            if quick and n > 20:
                continue
            start = time.perf_counter()
            cost = task()
            line(name, peer, time.perf_counter() - start, clock="wall")
            if abs(cost - ours[name]["cost"]) > 1e-6:
                raise SystemExit(f"{name}: {ours[name]['cost']}, {peer} {cost}")
    return out
