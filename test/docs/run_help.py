#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `--help` to what it says.

    run_help.py ROOT LIBEVAL

Every example that `libeval VERB --help` shows is run, and must decide (exit code 0 or 3); every
option that it lists must stand in a page of docs/reference.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CARD = "---\nlicense: apache-2.0\nbase_model: lab/base-7b\n---\n# Small\n"
BOM = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
  {"type": "machine-learning-model", "bom-ref": "a", "name": "tool"}]}"""


def output(libeval, *arguments):
    return subprocess.run([libeval, *arguments], stdout=subprocess.PIPE, check=True).stdout.decode()


def examples(text):
    """The commands below `Example:`, without the remark that may stand behind two blanks."""
    _, _, below = text.partition("\nExample")
    for line in below.splitlines():
        command = line.strip()
        if command.startswith("libeval "):
            yield re.split(r"\s{2,}", command)[0]


def runnable(command):
    """Without what follows a pipe into a program that is not installed here."""
    first, *rest = command.split(" | ")
    if rest and not shutil.which(rest[0].split()[0]):
        return first + " > " + os.devnull
    return command


def scratch(root, libeval, folder):
    """What the examples take for granted."""
    os.symlink(root / "examples", Path(folder) / "examples")
    Path(folder, "card.md").write_text(CARD, encoding="utf-8")
    Path(folder, "bom.json").write_text(BOM, encoding="utf-8")
    subprocess.run([libeval, "new", "my-call"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    for shard in ("1/2", "2/2"):
        part = output(libeval, "simulate", str(Path(folder, "my-call")), "--samples", "200", "--shard", shard)
        Path(folder, f"part-{shard[0]}.json").write_text(part, encoding="utf-8")


def main(root, libeval):
    root, libeval, wrong, count = Path(root).resolve(), str(Path(libeval).resolve()), [], 0
    reference = "".join(page.read_text(encoding="utf-8") for page in root.glob("docs/reference/*.md"))
    top = output(libeval, "--help")
    verbs = re.findall(r"^  ([a-z]+)  ", top.partition("\nSubcommands:")[2].partition("\n\n")[0], re.M)
    env = dict(os.environ, PATH=str(Path(libeval).parent) + os.pathsep + os.environ["PATH"], NO_COLOR="1")
    template = tempfile.TemporaryDirectory(prefix="libeval-help-")
    scratch(root, libeval, template.name)
    for verb in ["", *verbs]:
        text = output(libeval, *([verb] if verb else []), "--help")
        for option in re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.M):
            if option not in ("--help", "--version") and option not in reference:
                wrong.append(f"`{verb} {option}` stands in no page of docs/reference")
        for command in examples(text):
            count += 1
            with tempfile.TemporaryDirectory(prefix="libeval-help-") as parent:
                folder = shutil.copytree(template.name, Path(parent, "scratch"), symlinks=True)
                if " new my-call" in command:
                    shutil.rmtree(Path(folder, "my-call"))
                done = subprocess.run(["bash", "-c", runnable(command)], cwd=folder, env=env, timeout=120,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode not in (0, 3):
                wrong.append(f"`{command}` ends with {done.returncode}:\n" + done.stdout.decode("utf-8", "replace"))
    print("\n".join(wrong))
    print(f"{len(verbs)} verbs, {count} examples, {len(wrong)} wrong")
    return 1 if wrong or not verbs or not count else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
