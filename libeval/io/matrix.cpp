// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/matrix.hpp>

#include <libeval/base/text.hpp>
#include <libeval/io/csv.hpp>
#include <libeval/io/parse.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace libeval {
namespace {

using Matrix = CompatibilityMatrix;

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

class Reader {
public:
  Reader(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {
    matrix_.source = source_->name;
  }

  Matrix read() {
    if (source_->text.starts_with("Compatibility") || source_->text.starts_with("\"Compatibility"))
      read_csv();
    else
      read_tree();
    if (matrix_.cells.empty() && !diagnostics_.has_errors())
      diagnostics_.error({source_, 1, 1, 1}, "there are no licenses in this table");
    return std::move(matrix_);
  }

private:
  void read_csv() {
    TableSpec spec;
    spec.name = "compatibility";
    spec.keys = {"row"};
    const std::size_t before = diagnostics_.errors();
    const Table table = read_table(spec, source_, diagnostics_);
    if (diagnostics_.errors() > before || table.labels.empty())
      return;
    const TextColumn& outbound = table.labels.front();
    for (std::size_t row = 0; row < table.rows; ++row)
      for (std::size_t i = 1; i < table.labels.size(); ++i) {
        Where where = table.where;
        where.line = table.lines[row];
        add(outbound.at(row), table.labels[i].name, table.labels[i].at(row), {}, where);
      }
  }

  void read_tree() {
    const auto read = parse_machine_written(source_, diagnostics_);
    if (!read)
      return;
    const Tree& tree = *read;
    if (const Tree* licenses = tree.find("licenses"); licenses != nullptr && licenses->is_list())
      for (const Tree& row : licenses->list())
        read_explained(row);
    else
      read_plain(tree);
    if (const Tree* time = tree.find("timestamp"))
      matrix_.date = time->scalar().value_or("").substr(0, 10);
  }

  void read_plain(const Tree& tree) {
    if (!tree.is_map()) {
      wrong_form(tree);
      return;
    }
    for (const Entry& row : tree.map()) {
      if (row.key == "timestamp" || row.key == "timeformat")
        continue;
      if (!row.value.is_map()) {
        wrong_form(row.value);
        continue;
      }
      for (const Entry& cell : row.value.map())
        add(row.key, cell.key, cell.value.scalar(), {}, cell.value.where);
    }
  }

  void read_explained(const Tree& row) {
    const Tree* name = row.find("name");
    const Tree* cells = row.find("compatibilities");
    if (name == nullptr || !name->scalar() || cells == nullptr || !cells->is_list()) {
      wrong_form(row);
      return;
    }
    for (const Tree& cell : cells->list()) {
      const Tree* inbound = cell.find("name");
      const Tree* entry = cell.find("compatibility");
      if (inbound == nullptr || !inbound->scalar() || entry == nullptr) {
        wrong_form(cell);
        continue;
      }
      const Tree* explanation = cell.find("explanation");
      std::string words = explanation == nullptr ? "" : explanation->scalar().value_or("");
      add(*name->scalar(), *inbound->scalar(), entry->scalar(), words == "n.a." ? "" : words,
          entry->where);
    }
  }

  void wrong_form(const Tree& tree) {
    diagnostics_.error(tree.where, "this is no table of license compatibility",
                       "OUTBOUND: {INBOUND: ENTRY}, or `licenses` with `name` and "
                       "`compatibilities`, as OSADL publishes it");
  }

  /// A name that no license has is never found; it is told once.
  void look_up(const std::string& id, const Where& where) {
    if (!seen_.insert(id).second)
      return;
    Diagnostics problems;
    const auto license = parse_license_field(id, LicenseGrammar::spdx_3_1, where, problems);
    if (license && !problems.has_errors())
      return;
    diagnostics_.warning(where,
                         in_backticks(id) + " is the name of no license, so it is never found",
                         problems.all().empty() ? "" : problems.all().front().help);
  }

  void add(const std::string& outbound, const std::string& inbound,
           const std::optional<std::string>& text, std::string explanation, const Where& where) {
    static constexpr std::array<std::pair<std::string_view, Matrix::Entry>, 5> entries = {
        {{"same", Matrix::Entry::same},
         {"yes", Matrix::Entry::yes},
         {"no", Matrix::Entry::no},
         {"unknown", Matrix::Entry::unknown},
         {"check dependency", Matrix::Entry::check_dependency}}};
    const std::string word = in_lower_case(text.value_or(""));
    const auto* const at = std::ranges::find(entries, word, [](const auto& e) { return e.first; });
    if (at == entries.end()) {
      diagnostics_.error(where,
                         "unknown entry " + in_backticks(text.value_or("")) + " for `" +
                             shorten(inbound) + "` in `" + shorten(outbound) + "`",
                         "entries are Same, Yes, No, Unknown and Check dependency");
      return;
    }
    for (const std::string& id : {outbound, inbound})
      look_up(id, where);
    matrix_.cells[in_lower_case(outbound)][in_lower_case(inbound)] = {at->second,
                                                                      std::move(explanation)};
  }

  std::shared_ptr<const SourceText> source_;
  Diagnostics& diagnostics_;
  Matrix matrix_;
  std::set<std::string> seen_;
};

} // namespace

CompatibilityMatrix read_matrix(std::shared_ptr<const SourceText> source,
                                Diagnostics& diagnostics) {
  return Reader(std::move(source), diagnostics).read();
}

} // namespace libeval
