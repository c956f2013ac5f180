#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hands what `libeval policy` writes for other tools to those who know the format: `./dev differential`.

    check.py LIBEVAL MODULES

LIBEVAL is the command, MODULES the node_modules with the JSON Schema of SARIF 2.1.0 (as
@microsoft/sarif-multitool-ts ships it). Every example with a policy, and a bundle of hostile names,
is written as SARIF and validated, and drawn by Graphviz. Prints what was looked at; anything wrong fails.
"""

import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = "@microsoft/sarif-multitool-ts/assets/sarif-2.1.0.schema.json"
URI = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")  # a path of RFC 3986

NAME = "<b>\\\"{0} [x](y) \\N 한글 & | ` ' $ % #"
HOSTILE = {
    "program.yaml": {
        "libeval": 1, "program": "hostile", "as_of": "2026-02-01",
        "candidates": {"c": {"name": NAME, "submission": "m/1"}, "d": {"name": "d", "submission": "n"}},
        "evidence": {"e": {"csv": "candidate,x\nc,1\nd,2\n", "keys": ["candidate"], "values": ["x"]}},
        "stages": [{"id": "s", "score": {"from": "e"}, "select": [{"policy": "rules 한글 #1%.yaml"}]}],
    },
    "rules 한글 #1%.yaml": {
        "policy": "p", "title": NAME, "lineage": "line age?.yaml",
        "thresholds": {"convict": "admitted", "clear": "self_declared", "complete": "self_declared"},
        "rules": [
            {"id": "R1", "title": NAME, "how_to_fix": "{component} " + NAME, "on_unknown": "hold",
             "consequence": "disqualify", "deny_if": {"reaches": {"along": ["weights"], "to": "external"}}},
            {"id": "R2", "title": "kept", "on_unknown": "pass", "consequence": "note", "severity": "hint",
             "note_if": {"reaches": {"along": ["weights"], "to": "external"}}}],
        "waivers": [
            {"rule": "R1", "subject": "c", "verdict": "fail", "reason": NAME, "by": "office",
             "granted": "2026-01-20", "expires": "2026-03-01", "status": "accepted"},
            {"rule": "R1", "subject": "c", "verdict": "fail", "reason": "too late", "by": "office",
             "granted": "2025-01-20", "expires": "2025-03-01", "status": "accepted"}],
    },
    "line age?.yaml": {
        "lineage": "record", "parties": {"team": {"name": NAME}, "other \"party\"": {}},
        "models": {"m/1": {"name": NAME, "owner": "team", "complete": [{"for": "verified"}]},
                   "n": {"owner": "team"},
                   "f: \\ \"<": {"owner": "other \"party\""}, "of nobody": {}},
        "derivations": [
            {"child": "m/1", "parent": "f: \\ \"<", "kind": "fine_tuned_from",
             "evidence": [{"for": "verified", "source": NAME}]},
            {"child": "n", "parent": "of nobody", "kind": "merged_from", "evidence": [{"for": "alleged"}]},
            {"child": "n", "parent": "m/1", "kind": "distilled_from", "evidence": [{"against": "verified"}]}],
    },
}


def ask(libeval, *words):
    """What the command writes; None where the bundle has no policy."""
    done = subprocess.run([libeval, "policy", *map(str, words)], capture_output=True, text=True, cwd=ROOT)
    if "the bundle has no policy" in done.stderr:
        return None
    if done.returncode not in (0, 3):
        raise SystemExit(f"policy {' '.join(map(str, words))}: {done.stderr or done.stdout}")
    return done.stdout


def uris(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "uri":
                yield inner
            else:
                yield from uris(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from uris(inner)


def wrong_in_sarif(validator, text):
    log = json.loads(text)
    for error in validator.iter_errors(log):
        yield f"{error.json_path}: {error.message[:200]}"
    for uri in uris(log):
        if not URI.fullmatch(uri):
            yield f"`{uri}` is no URI reference"
    for run in log["runs"]:
        rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        for result in run["results"]:
            if result["ruleId"] not in rules:
                yield f"no rule `{result['ruleId']}`"
            if result["kind"] != "fail" and result["level"] != "none":
                yield f"a `{result['kind']}` of level {result['level']}"  # 3.27.10


def wrong_in_dot(text):
    """One drawing a graph of the text, which `dot` reads to its end."""
    done = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True)
    if done.returncode != 0 or "syntax error" in done.stderr:
        yield done.stderr
        return
    graphs = len(re.findall(r"^digraph ", text, re.M))
    drawn = re.split(r"(?=<\?xml )", done.stdout)[1:]
    if len(drawn) != graphs:
        yield f"{graphs} graphs, {len(drawn)} drawn"
    for svg in drawn:
        xml.fromstring(svg.encode())


def main(libeval, modules):
    schema = json.loads((Path(modules) / SCHEMA).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    libeval = str(Path(libeval).resolve())
    wrong, seen, results = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        hostile = Path(folder) / "a b"
        hostile.mkdir()
        for name, content in HOSTILE.items():
            (hostile / name).write_text(json.dumps(content, ensure_ascii=False))
        bundles = sorted(p.parent.relative_to(ROOT) for p in (ROOT / "examples").glob("*/program.yaml"))
        for bundle in [*bundles, hostile]:
            sarif = ask(libeval, bundle, "--sarif")
            if sarif is None:
                continue
            seen += 1
            results += sum(len(run["results"]) for run in json.loads(sarif)["runs"])
            wrong += [f"{bundle}: SARIF: {w}" for w in wrong_in_sarif(validator, sarif)]
            wrong += [f"{bundle}: Graphviz: {w}" for w in wrong_in_dot(ask(libeval, bundle, "--dot"))]
        suppressed = [r["suppressions"] for run in json.loads(sarif)["runs"] for r in run["results"]
                      if "suppressions" in r]
        if [[s["status"] for s in one] for one in suppressed] != [["accepted"]]:
            wrong.append(f"hostile: SARIF: suppressions {suppressed}")
    print(f"SARIF 2.1.0 and Graphviz: {seen} bundles, {results} results, {len(wrong)} wrong")
    for one in wrong:
        print(" ", one)
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
