// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/scaffold.hpp>

#include "io/json_writer.hpp"

#include <libeval/io/files.hpp>

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

namespace libeval {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view program =
    R"(# The rules of an evaluation, and the evidence they are applied to.
#   libeval check .          do the rules hold together?
#   libeval decide .         who goes on?
#   libeval why . cedar      why did it end like this for one of them?
#   libeval whatif . --move policy:after:take

libeval: 1                    # the version of this format
program: my-call
title: My call
as_of: 2026-01-31             # evidence dated later is not seen

candidates:                   # an id, and whatever else is known
  aurora: {name: Aurora, country: fi}
  birch:  {name: Birch, country: se}
  cedar:  {name: Cedar, country: fi}
  dahlia: {name: Dahlia, country: no}

evidence:
  tests:                      # one row a candidate, one column a test
    file: evidence/tests.csv
    keys: [candidate]
    wide: test
    range: [0, 100]           # numbers outside are errors
  marks:                      # one row a mark
    file: evidence/marks.csv
    keys: [juror, candidate]
    values: [mark]
    range: [0, 10]

stages:
  - id: stage-1
    title: First stage
    date: 2026-01-20
    places: 2
    score:
      points: 100             # the points of the parts must add up to this
      round: {to: 0.1}        # where the rules round, and only there
      parts:
        tests:
          points: 60
          from: tests
          steps:              # from cells to one number a candidate
            - mean: test      # the tests disappear
            - scale: percent  # 0 to 100 becomes 0 to 1, then 0 to 60 points
        panel:
          points: 40
          from: marks
          steps:
            - drop: {over: juror, highest: 1, lowest: 1}
            - mean: juror
            - scale: {from: [0, 10]}
    select:                   # the order of these steps is the rule
      - policy: policies/eligibility.yaml   # before `take`: the next one moves up
      - order: [total, panel]               # equal totals: the panel decides
      - take                  # the first ones, as many as there are places
      - ties: hold            # or all_advance, all_cut, share
      - reserve: 1
)";

constexpr std::string_view tests = "candidate,reading,writing,arithmetic\n"
                                   "aurora,81,74.5,90\n"
                                   "birch,78,80,77\n"
                                   "cedar,88,69,83.5\n"
                                   "dahlia,61,72,58\n";

constexpr std::string_view marks = "juror,candidate,mark\n"
                                   "j1,aurora,8\n"
                                   "j1,birch,7\n"
                                   "j1,cedar,9\n"
                                   "j1,dahlia,6\n"
                                   "j2,aurora,7.5\n"
                                   "j2,birch,8\n"
                                   "j2,cedar,8.5\n"
                                   "j2,dahlia,7\n"
                                   "j3,aurora,9\n"
                                   "j3,birch,7\n"
                                   "j3,cedar,8\n"
                                   "j3,dahlia,5\n"
                                   "j4,aurora,6\n"
                                   "j4,birch,8\n"
                                   "j4,cedar,8\n"
                                   "j4,dahlia,6.5\n";

constexpr std::string_view eligibility = R"(# Rules that exclude, and what was found under them.
policy: eligibility
title: Who may take part
rules:
  - id: E1
    title: trained by the team itself
    on_unknown: hold              # hold, fail or pass; there is no default
    consequence: disqualify       # or note, or {deduct: 5}
    convict_at: corroborated      # a fail needs evidence at least as strong as this
findings:
  - {rule: E1, candidate: aurora, verdict: pass, level: verified, date: 2026-01-10, source: audit}
  - {rule: E1, candidate: birch, verdict: pass, level: self_declared, date: 2026-01-08, source: form}
  - rule: E1
    candidate: cedar
    verdict: fail
    level: admitted
    date: 2026-01-12
    source: letter of 12 January
    statement: the weights were bought
  - {rule: E1, candidate: dahlia, verdict: pass, level: verified, date: 2026-01-10, source: audit}
)";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> files = {{
    {"program.yaml", program},
    {"evidence/tests.csv", tests},
    {"evidence/marks.csv", marks},
    {"policies/eligibility.yaml", eligibility},
}};

} // namespace

std::vector<std::string> write_new_bundle(const fs::path& folder, Diagnostics& diagnostics) {
  std::error_code failed;
  if (fs::exists(folder, failed)) {
    if (!fs::is_directory(folder, failed)) {
      diagnostics.error({}, "`" + folder.string() + "` is no folder");
      return {};
    }
    if (!fs::is_empty(folder, failed)) {
      diagnostics.error({}, "`" + folder.string() + "` is not empty",
                        "name a new folder; nothing was written");
      return {};
    }
  }
  std::vector<std::string> written;
  try {
    for (const auto& [name, text] : files) {
      const fs::path file = folder / name;
      fs::create_directories(file.parent_path());
      write_file(file, text);
      written.emplace_back(name);
    }
  } catch (const fs::filesystem_error& error) {
    diagnostics.error(
        {}, "no bundle can be written to `" + folder.string() + "`: " + error.code().message(),
        "name a new folder where files may be written");
    return {};
  }
  return written;
}

std::string new_bundle_json(const fs::path& folder, const std::vector<std::string>& files) {
  JsonWriter json;
  json.open('{').key("folder").text(folder.string()).key("files").open('[');
  for (const std::string& file : files)
    json.text(file);
  return json.close(']').close('}').take();
}

} // namespace libeval
