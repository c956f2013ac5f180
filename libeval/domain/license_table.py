#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes license_table.cpp, the ids of the SPDX License List: `./dev license-list`.

Two packages ship the list: cyclonedx-python-lib (all ids, with the version of the list) and packaging
(which ids are exceptions, which are deprecated). An id that only the first knows is an exception if
it stands among the exceptions, which follow the licenses there.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path

from packaging.licenses import _spdx

schema = json.loads(files("cyclonedx.schema").joinpath("_res/spdx.SNAPSHOT.schema.json").read_text())
version = schema["$comment"].split("-")[-1]
ids = schema["enum"]
first_exception = ids.index("389-exception")

known = {entry["id"]: entry["deprecated"] for entry in _spdx.LICENSES.values()}
known_exceptions = {entry["id"]: entry["deprecated"] for entry in _spdx.EXCEPTIONS.values()}
licenses = {id: known.get(id, False) for id in ids[:first_exception]}
exceptions = {id: known_exceptions.get(id, False) for id in ids[first_exception:]}
for mine, theirs, what in ((licenses, known, "licenses"), (exceptions, known_exceptions, "exceptions")):
    if lost := sorted(set(theirs) - set(mine)):
        sys.exit(f"{what} that only one of the packages has: {', '.join(lost)}")


def array(name, entries):
    rows = "\n".join(
        f'    ListedId{{"{id}", {str(entries[id]).lower()}}},' for id in sorted(entries, key=str.lower)
    )
    return f"constexpr std::array<ListedId, {len(entries)}> {name} = {{{{\n{rows}\n}}}};\n"


text = f"""// SPDX-License-Identifier: Apache-2.0
// Written by license_table.py; change nothing here.
#include "domain/license_table.hpp"

#include <array>

namespace libeval {{
namespace {{

// clang-format off
{array("licenses", licenses)}
{array("exceptions", exceptions)}// clang-format on

}} // namespace

std::string_view listed_version() {{
  return "{version}";
}}
std::span<const ListedId> listed_licenses() {{
  return licenses;
}}
std::span<const ListedId> listed_exceptions() {{
  return exceptions;
}}

}} // namespace libeval
"""
Path(__file__).with_suffix(".cpp").write_text(text)
print(f"SPDX License List {version}: {len(licenses)} licenses, {len(exceptions)} exceptions")
