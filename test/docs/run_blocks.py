#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what the documentation shows and compares.

    run_blocks.py ROOT PATHS [--update] FILE...

Each ```console block of a Markdown file is run: lines that begin with `$ ` are commands, what
follows is all they write. The commands of one file run in one scratch folder, in turn, where
`examples` is the folder of the repository; PATHS (joined by `:`) is searched first for programs.
`...` as a line of its own stands for any lines. `--update` writes what was found instead, and leaves
out again what `...` left out.
"""

import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.S | re.M)


def run(command, folder, paths):
    env = dict(os.environ, PATH=paths + os.pathsep + os.environ["PATH"], NO_COLOR="1", LC_ALL="C.UTF-8")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)
    return done.stdout.decode("utf-8", "replace")


def steps(block):
    """The commands of a block, each with the lines expected after it."""
    out = []
    for line in block.splitlines():
        if line.startswith("$ "):
            out.append((line[2:], []))
        elif out:
            out[-1][1].append(line)
    return out


def matches(expected, got):
    """Whether lines are as expected, where `...` stands for any lines."""
    if "..." not in expected:
        return expected == got
    at = expected.index("...")
    if expected[:at] != got[:at]:
        return False
    rest = expected[at + 1:]
    return any(matches(rest, got[k:]) for k in range(at, len(got) + 1))


def renewed(expected, got):
    """What was found, with what `...` left out left out again; all of it where that is unclear."""
    chunks = [[]]
    for line in expected:
        if line == "...":
            chunks.append([])
        else:
            chunks[-1].append(line)
    said = [line for chunk in chunks for line in chunk]
    at = {}
    for a, b, n in difflib.SequenceMatcher(None, said, got, autojunk=False).get_matching_blocks():
        at.update({a + k: b + k for k in range(n)})
    new, begin, reached = [], 0, 0
    for number, chunk in enumerate(chunks):
        known = [k for k in range(begin, begin + len(chunk)) if k in at]
        first, last = 0, len(got)
        if known:
            first = max(at[known[0]] - (known[0] - begin), reached)
            last = at[known[-1]] + begin + len(chunk) - known[-1]
        if number == 0:
            first, last = 0, last if known else len(chunk)
        elif number == len(chunks) - 1:
            first, last = first if known else len(got) - len(chunk), len(got)
        elif not known:
            return got
        new += (["..."] if number > 0 else []) + got[first:last]
        begin, reached = begin + len(chunk), last
    return new if matches(new, got) else got


def check(path, root, paths, update):
    text = path.read_text(encoding="utf-8")
    wrong, count = 0, 0
    with tempfile.TemporaryDirectory(prefix="libeval-docs-") as folder:
        os.symlink(root / "examples", Path(folder) / "examples")

        def one(match):
            nonlocal wrong, count
            lines = []
            for command, expected in steps(match.group(1)):
                count += 1
                got = run(command, folder, paths).rstrip("\n").splitlines()
                while expected and not expected[-1]:
                    expected.pop()
                lines += ["$ " + command] + (expected if matches(expected, got) else renewed(expected, got)) + [""]
                if not matches(expected, got) and not update:
                    wrong += 1
                    print(f"{path}: `{command}` writes something else:")
                    for line in got:
                        print("    " + line)
            return "```console\n" + "\n".join(lines[:-1]) + "\n```"

        new = BLOCK.sub(one, text)
    if update and new != text:
        path.write_text(new, encoding="utf-8")
    return wrong, count


def main(arguments):
    update = "--update" in arguments
    arguments = [a for a in arguments if a != "--update"]
    root, paths = Path(arguments[0]).resolve(), arguments[1]
    wrong = count = 0
    for name in arguments[2:]:
        w, c = check(Path(name), root, paths, update)
        wrong, count = wrong + w, count + c
    print(f"{count} commands, {wrong} with another output")
    if count == 0:
        print("no ```console block found")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
