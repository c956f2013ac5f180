// SPDX-License-Identifier: Apache-2.0
#include "domain/license_list.hpp"

#include <libeval/domain/license.hpp>

#include "domain/license_table.hpp"

#include <algorithm>
#include <array>

namespace libeval {
namespace {

const ListedId* find(std::span<const ListedId> ids, std::string_view id) {
  const auto at = std::ranges::lower_bound(ids, id, lower_than, &ListedId::id);
  return at != ids.end() && same_letters(at->id, id) ? &*at : nullptr;
}

struct Successor {
  std::string_view id, becomes, with;
};

// What the notes of the SPDX License List say about ids it calls deprecated.
constexpr std::array<Successor, 31> successors = {{
    {"AGPL-1.0", "AGPL-1.0-only", ""},
    {"AGPL-3.0", "AGPL-3.0-only", ""},
    {"BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views", ""},
    {"BSD-2-Clause-NetBSD", "BSD-2-Clause", ""},
    {"bzip2-1.0.5", "bzip2-1.0.6", ""},
    {"eCos-2.0", "GPL-2.0-or-later", "eCos-exception-2.0"},
    {"GFDL-1.1", "GFDL-1.1-only", ""},
    {"GFDL-1.2", "GFDL-1.2-only", ""},
    {"GFDL-1.3", "GFDL-1.3-only", ""},
    {"GPL-1.0", "GPL-1.0-only", ""},
    {"GPL-1.0+", "GPL-1.0-or-later", ""},
    {"GPL-2.0", "GPL-2.0-only", ""},
    {"GPL-2.0+", "GPL-2.0-or-later", ""},
    {"GPL-2.0-with-autoconf-exception", "GPL-2.0-only", "Autoconf-exception-2.0"},
    {"GPL-2.0-with-bison-exception", "GPL-2.0-only", "Bison-exception-2.2"},
    {"GPL-2.0-with-classpath-exception", "GPL-2.0-only", "Classpath-exception-2.0"},
    {"GPL-2.0-with-font-exception", "GPL-2.0-only", "Font-exception-2.0"},
    {"GPL-2.0-with-GCC-exception", "GPL-2.0-only", "GCC-exception-2.0"},
    {"GPL-3.0", "GPL-3.0-only", ""},
    {"GPL-3.0+", "GPL-3.0-or-later", ""},
    {"GPL-3.0-with-autoconf-exception", "GPL-3.0-only", "Autoconf-exception-3.0"},
    {"GPL-3.0-with-GCC-exception", "GPL-3.0-only", "GCC-exception-3.1"},
    {"LGPL-2.0", "LGPL-2.0-only", ""},
    {"LGPL-2.0+", "LGPL-2.0-or-later", ""},
    {"LGPL-2.1", "LGPL-2.1-only", ""},
    {"LGPL-2.1+", "LGPL-2.1-or-later", ""},
    {"LGPL-3.0", "LGPL-3.0-only", ""},
    {"LGPL-3.0+", "LGPL-3.0-or-later", ""},
    {"Nunit", "zlib-acknowledgement", ""},
    {"StandardML-NJ", "SMLNJ", ""},
    {"wxWindows", "LGPL-2.0-or-later", "WxWindows-exception-3.1"},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

} // namespace

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}
bool lower_than(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

License modern(License license) {
  if (license.kind != License::Kind::listed)
    return license;
  const auto at = std::ranges::find(successors, license.id, &Successor::id);
  // What has an exception of its own and one in its old name has no other form.
  if (at == successors.end() || (!at->with.empty() && !license.with.empty()))
    return license;
  license.id = at->becomes;
  if (!at->with.empty())
    license.with = at->with;
  if (license.or_later && license.id.ends_with("-only")) {
    license.id.replace(license.id.size() - 5, 5, "-or-later");
    license.or_later = false;
  } else if (license.id.ends_with("-or-later")) {
    license.or_later = false;
  }
  return license;
}

Versioned versioned(const License& license) {
  const License now = modern(license);
  Versioned out;
  out.or_later = now.or_later;
  std::string_view id = now.id;
  if (id.ends_with("-or-later")) {
    out.or_later = true;
    id.remove_suffix(9);
  } else if (id.ends_with("-only")) {
    id.remove_suffix(5);
  }
  // The version is the first part behind a hyphen that is digits and at least one dot.
  for (std::size_t at = id.find('-'); at != std::string_view::npos; at = id.find('-', at + 1)) {
    const std::size_t end = std::min(id.find('-', at + 1), id.size());
    const std::string_view part = id.substr(at + 1, end - at - 1);
    if (part.find('.') == std::string_view::npos ||
        !std::ranges::all_of(part, [](char c) { return is_digit(c) || c == '.'; }))
      continue;
    for (std::size_t from = 0; from <= part.size();) {
      const std::size_t dot = std::min(part.find('.', from), part.size());
      unsigned number = 0;
      for (const char c : part.substr(from, dot - from))
        number = number * 10 + static_cast<unsigned>(c - '0');
      out.version.push_back(number);
      from = dot + 1;
    }
    out.family = std::string(id.substr(0, at + 1)) + "*" + std::string(id.substr(end));
    return out;
  }
  out.family = id;
  return out;
}

std::vector<std::string> ids_of_family(std::string_view family) {
  std::vector<std::string> out;
  for (const ListedId& listed : listed_licenses()) {
    License license{License::Kind::listed, std::string(listed.id), false, {}};
    if (versioned(license).family == family)
      out.push_back(std::move(license.id));
  }
  return out;
}

std::string_view license_list_version() {
  return listed_version();
}

std::optional<std::string_view> find_listed(std::string_view id, bool exception) {
  const ListedId* at = find(exception ? listed_exceptions() : listed_licenses(), id);
  return at == nullptr ? std::nullopt : std::optional(at->id);
}

bool is_deprecated(std::string_view id) {
  const ListedId* at = find(listed_licenses(), id);
  if (at == nullptr)
    at = find(listed_exceptions(), id);
  return at != nullptr && at->deprecated;
}

} // namespace libeval
