#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the layers: reads every #include line and fails on an edge that goes up or sideways, on a
third-party header outside its place, on a cycle of files, and on two types of one qualified name
(which the linker would take for one another).

    includes.py ROOT          checks the tree at ROOT
    includes.py --self-test   proves that each kind of violation is found
"""

import os
import re
import sys
import tempfile
from pathlib import Path

# Which layers a file of a layer may include.
LAYERS = {
    "base": {"base"},
    "kernel": {"kernel"},
    "domain": {"base", "domain"},
    "engine": {"base", "kernel", "domain", "engine"},
    "io": {"base", "domain", "engine", "io"},
    "all": {"base", "kernel", "domain", "engine", "io", "all"},  # include/libeval/*.hpp
    "tool": {"base", "kernel", "domain", "engine", "io", "all", "tool"},
    "examples": {"base", "kernel", "domain", "engine", "io", "all", "examples"},
}

# Third-party headers: in all files of a layer, and in its .cpp files besides.
ANYWHERE = {"kernel": {"Eigen", "Random123"}, "engine": {"Eigen"}, "tool": {"CLI", "fmt", "posix"}, "examples": {"fmt"}}
IN_SOURCES = {
    "kernel": {"hwy"},
    "domain": {"boost"},
    "engine": {"boost", "coin", "Random123"},
    "io": {"yaml-cpp", "nlohmann", "fmt", "sodium", "posix"},
}
# The opt-in headers that carry formatters, and the one that knows instruction sets.
EXCEPT = {"include/libeval/io/words.hpp": {"fmt"}, "include/libeval/words.hpp": {"fmt"},
          "libeval/kernel/lanes.hpp": {"immintrin"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
ANY_INCLUDE = re.compile(r"^\s*#\s*include\b")
SUFFIXES = {".hpp", ".h", ".cpp", ".inc", ".ipp"}


def strip_comments(text):
    """Blanks block comments, keeping the line numbers."""
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def layer_of(path):
    """The layer of a file by its place, or None for an unknown place."""
    parts = path.parts
    if parts[:2] == ("include", "libeval"):
        layer = parts[2] if len(parts) > 3 else "all"
    elif parts[0] == "libeval" and len(parts) > 2:
        layer = parts[1]
    else:
        layer = parts[0]
    return layer if layer in LAYERS else None


def third_party(header):
    """The library that an angle include names; None for the standard library."""
    if "/" not in header and "." not in header:
        return None
    first = header.split("/")[0]
    if first in {"unistd.h", "fcntl.h", "dirent.h", "sys"}:
        return "posix"
    if re.match(r"(Cbc|Cgl|Clp|Coin|Osi|coin)", first):
        return "coin"
    return first.removesuffix(".h")


def resolve(root, path, angle, quoted):
    """The included file of ours, relative to root; None if it is not ours."""
    if angle is not None:
        return Path("include", angle) if angle.startswith("libeval/") else None
    for place in (path.parent / quoted, Path("libeval") / quoted, Path("tool") / quoted):
        if (root / place).is_file():
            return Path(os.path.normpath(place))
    return Path("libeval") / quoted


def is_public(path):
    return path.parts[0] == "include"


def check_edge(root, path, layer, angle, quoted):
    """What is wrong with one include line, or None, and the file it leads to, or None."""
    target = resolve(root, path, angle, quoted)
    name = f"<{angle}>" if angle is not None else f'"{quoted}"'
    if target is None:
        library = third_party(angle)
        allowed = ANYWHERE.get(layer, set()) | EXCEPT.get(path.as_posix(), set())
        if path.suffix == ".cpp":
            allowed = allowed | IN_SOURCES.get(layer, set())
        if library is not None and library not in allowed:
            where = "here" if path.suffix == ".cpp" else "in a header here"
            return f"{name}: `{library}` may not be included {where} ({layer})", None
        return None, None
    if not (root / target).is_file():
        return f"{name}: no such file `{target}`", None
    if quoted is not None and is_public(target):
        return f"{name}: a public header is included as <libeval/...>", target
    target_layer = layer_of(target)
    if target_layer not in LAYERS[layer]:
        return f"{name}: {layer} may not include {target_layer}", target
    if is_public(path) and not is_public(target):
        return f"{name}: a public header may not include a private one", target
    if layer in {"tool", "examples"} and not is_public(target) and target.parts[0] != layer:
        return f"{name}: {layer} may include public headers only", target
    return None, target


def find_cycle(edges):
    """One cycle as a list of files whose last includes the first, or None."""
    finished = set()
    for start in sorted(edges):
        trail, on_trail = [(start, iter(sorted(edges[start])))], {start}
        while trail and start not in finished:
            path, rest = trail[-1]
            target = next(rest, None)
            if target is None:
                trail.pop()
                on_trail.discard(path)
                finished.add(path)
            elif target in on_trail:
                members = [p for p, _ in trail]
                members = members[members.index(target):]
                first = members.index(min(members))
                return members[first:] + members[:first]
            elif target not in finished:
                trail.append((target, iter(sorted(edges.get(target, ())))))
                on_trail.add(target)
    return None


TOKEN = re.compile(r"""
    "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'            # texts and characters
  | \bnamespace\b\s*(?P<namespace>[\w:]*)\s*(?P<open>\{)  # a namespace opens
  | (?P<head>\b(?:struct|class|enum)\b[^;{}()=]*)\{       # a type opens
  | [{}]""", re.VERBOSE)
RAW = re.compile(r'R"(\w*)\(.*?\)\1"', re.S)
TEMPLATE = re.compile(r"\btemplate\s*<(?:[^<>]|<[^<>]*>)*>")
NAME = re.compile(r"(?:struct|class|enum(?:\s+class)?)\s+((?:\w|::)+)(?:\s+final)?\s*(?::[^:]|$)")


def types_of(text):
    """(qualified name, line) of each type defined for other files to see: neither inside a function
    nor in an unnamed namespace, and no specialization of a template."""
    text = RAW.sub(lambda m: '""' + "\n" * m.group().count("\n"), text)
    text = TEMPLATE.sub(lambda m: "\n" * m.group().count("\n"), re.sub(r"//[^\n]*", "", text))
    scopes, found = [], []  # a scope is its name, or None where nothing inside is seen outside
    for token in TOKEN.finditer(text):
        if token.group() == "}":
            if scopes:
                scopes.pop()
        elif token["open"]:
            scopes.append(token["namespace"] or None)
        elif token["head"] is not None:
            name = NAME.match(token["head"])
            scopes.append(name[1] if name else None)
            if None not in scopes:
                found.append(("::".join(scopes), text.count("\n", 0, token.start()) + 1))
        elif token.group() == "{":
            scopes.append(None)
    return found


def check(root):
    """All violations under root, and how many files were read."""
    problems, edges, types = [], {}, {}
    files = sorted(
        f.relative_to(root)
        for top in ("include", "libeval", "tool", "examples")
        for f in (root / top).rglob("*")
        if f.suffix in SUFFIXES and f.is_file()
    )
    for path in files:
        edges[path] = set()
        layer = layer_of(path)
        if layer is None:
            problems.append(f"{path}: in no layer")
            continue
        text = strip_comments((root / path).read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                problem, target = check_edge(root, path, layer, *match.groups())
                if problem:
                    problems.append(f"{path}:{number}: {problem}")
                if target:
                    edges[path].add(target)
            elif ANY_INCLUDE.match(line):
                problems.append(f"{path}:{number}: an include names its file literally")
        for name, number in types_of(text) if layer not in {"tool", "examples"} else ():
            first = types.setdefault(name, f"{path}:{number}")
            if first != f"{path}:{number}":
                problems.append(f"{path}:{number}: `{name}` is defined in {first} too")
    cycle = find_cycle(edges)
    if cycle:
        problems.append("cycle: " + " -> ".join(str(p) for p in cycle + cycle[:1]))
    return problems, len(files)


def self_test():
    """Each bad tree must be refused with its sentence, and the good one accepted."""
    good = {
        "include/libeval/base/id.hpp": "#include <string>\n",
        "include/libeval/kernel/rank.hpp": "#include <Eigen/Core>\n#include <span>\n",
        "include/libeval/domain/stage.hpp": "#include <libeval/base/id.hpp>\n",
        "include/libeval/engine/decide.hpp": "#include <libeval/domain/stage.hpp>\n",
        "include/libeval/io/load.hpp": "#include <libeval/engine/decide.hpp>\n",
        "include/libeval/io/words.hpp": "#include <fmt/core.h>\n",
        "include/libeval/libeval.hpp": "#include <libeval/io/load.hpp>\n",
        "libeval/domain/stage.cpp": "#include <boost/graph/adjacency_list.hpp>\n",
        "libeval/engine/frame.hpp": "#include <libeval/kernel/rank.hpp>\n",
        "libeval/engine/decide.cpp": '#include "engine/frame.hpp"\n/*\n#include "gone.hpp"\n*/\n',
        "libeval/io/load.cpp": "#include <yaml-cpp/yaml.h>\n#include <sys/stat.h>\n",
        "tool/main.cpp": '#include "options.hpp"\n#include <CLI/CLI.hpp>\n',
        "tool/options.hpp": "#include <libeval/io/load.hpp>\n",
        "examples/010_first.cpp": "#include <libeval/libeval.hpp>\n#include <cstdio>\n",
    }
    bad = [
        ("base up to domain", "include/libeval/base/id.hpp", "<libeval/domain/stage.hpp>",
         "base may not include domain"),
        ("domain up to engine", "libeval/domain/stage.cpp", '"engine/frame.hpp"',
         "domain may not include engine"),
        ("kernel sideways to domain", "include/libeval/kernel/rank.hpp",
         "<libeval/domain/stage.hpp>", "kernel may not include domain"),
        ("kernel to base", "include/libeval/kernel/rank.hpp", "<libeval/base/id.hpp>",
         "kernel may not include base"),
        ("domain sideways to kernel", "include/libeval/domain/stage.hpp",
         "<libeval/kernel/rank.hpp>", "domain may not include kernel"),
        ("engine up to io", "libeval/engine/decide.cpp", "<libeval/io/load.hpp>",
         "engine may not include io"),
        ("io to kernel", "include/libeval/io/load.hpp", "<libeval/kernel/rank.hpp>",
         "io may not include kernel"),
        ("a layer to the header of all", "libeval/io/load.cpp", "<libeval/libeval.hpp>",
         "io may not include all"),
        ("public to private", "include/libeval/engine/decide.hpp", '"engine/frame.hpp"',
         "a public header may not include a private one"),
        ("example to private", "examples/010_first.cpp", '"engine/frame.hpp"',
         "examples may include public headers only"),
        ("tool to private", "tool/main.cpp", '"engine/frame.hpp"',
         "tool may include public headers only"),
        ("example to tool", "examples/010_first.cpp", '"options.hpp"',
         "examples may not include tool"),
        ("public header in quotes", "libeval/io/load.cpp", '"../../include/libeval/io/load.hpp"',
         "a public header is included as"),
        ("Boost in a header", "include/libeval/domain/stage.hpp", "<boost/graph/graph_traits.hpp>",
         "`boost` may not be included in a header here"),
        ("parser in a header", "include/libeval/io/load.hpp", "<yaml-cpp/yaml.h>",
         "`yaml-cpp` may not be included in a header here"),
        ("parser in the engine", "libeval/engine/decide.cpp", "<nlohmann/json.hpp>",
         "`nlohmann` may not be included here"),
        ("Eigen in the domain", "libeval/domain/stage.cpp", "<Eigen/Core>",
         "`Eigen` may not be included here"),
        ("fmt in the domain", "include/libeval/domain/stage.hpp", "<fmt/core.h>",
         "`fmt` may not be included in a header here"),
        ("Eigen in base", "include/libeval/base/id.hpp", "<Eigen/Core>",
         "`Eigen` may not be included in a header here"),
        ("a file that is not there", "libeval/io/load.cpp", "<libeval/io/lode.hpp>",
         "no such file"),
        ("a macro as file", "libeval/io/load.cpp", "LOAD_HEADER",
         "an include names its file literally"),
        ("a file that includes itself", "include/libeval/domain/stage.hpp", "<libeval/domain/stage.hpp>",
         "cycle: include/libeval/domain/stage.hpp -> include/libeval/domain/stage.hpp"),
        ("a cycle through layers", "include/libeval/base/id.hpp", "<libeval/io/load.hpp>",
         "cycle: include/libeval/base/id.hpp -> include/libeval/io/load.hpp -> "
         "include/libeval/engine/decide.hpp -> include/libeval/domain/stage.hpp -> "
         "include/libeval/base/id.hpp"),
        ("a cycle of private headers", "libeval/engine/frame.hpp", '"frame.hpp"',
         "cycle: libeval/engine/frame.hpp -> libeval/engine/frame.hpp"),
    ]

    def problems_of(tree):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return check(Path(folder))[0]

    failures = []
    if problems_of(good):
        failures.append(f"the good tree was refused: {problems_of(good)}")
    for name, path, include, sentence in bad:
        problems = problems_of(good | {path: good[path] + f"#include {include}\n"})
        if not any(sentence in problem for problem in problems):
            failures.append(f"{name}: expected `{sentence}`, got {problems}")
    if not any("in no layer" in p for p in problems_of(good | {"libeval/util/a.hpp": ""})):
        failures.append("a file in no layer was accepted")
    def types(name, header):
        return problems_of(good | {
            "libeval/engine/one.cpp": "namespace libeval {\nstruct Unknown {\n  int a;\n};\n}\n",
            f"libeval/engine/{name}": header})

    twice = types("two.hpp", "namespace libeval {\nenum class Level { low };\nstruct Unknown final {};\n}\n")
    if twice != ["libeval/engine/two.hpp:3: `libeval::Unknown` is defined in libeval/engine/one.cpp:2 too"]:
        failures.append(f"two types of one name: {twice}")
    apart = types("two.cpp", "namespace libeval {\nnamespace {\nstruct Unknown {};\n}\n"
                             "void f() { struct Unknown {}; }\nstruct A { struct Unknown {}; };\n}\n")
    if apart:
        failures.append(f"types that only look alike: {apart}")
    return failures, len(bad) + 4


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    if arguments[0] == "--self-test":
        failures, count = self_test()
        print("\n".join(failures) or f"{count} trees judged rightly")
        return 1 if failures else 0
    problems, count = check(Path(arguments[0]).resolve())
    if count == 0:
        problems.append(f"{arguments[0]}: no source files found")
    print("\n".join(problems) or f"{count} files, no edge against the layers, no cycle, no type twice")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
