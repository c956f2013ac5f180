// SPDX-License-Identifier: Apache-2.0
// What other files and license texts say: `import` and `license`.
#include "screen.hpp"
#include "verbs.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/license_terms.hpp>
#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/files.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/parse.hpp>

#include <filesystem>
#include <memory>

#include <unistd.h>

namespace libeval::tool {
namespace {

namespace fs = std::filesystem;

void show(const Diagnostics& diagnostics) {
  if (!diagnostics.all().empty())
    complain(draw_all(diagnostics, wants_color(STDERR_FILENO)));
}

std::shared_ptr<const SourceText> read_file(const std::string& path, Diagnostics& diagnostics) {
  const fs::path file(path);
  const fs::path parent = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  const auto folder = Folder::open(parent, diagnostics);
  return folder ? folder->read_text(file.filename().string(), {}, diagnostics) : nullptr;
}

/// `OWNER/NAME=FILE` names whose card a file is; a file of that whole name comes first.
ImportOptions split(std::string& file) {
  ImportOptions options;
  std::error_code failed;
  if (const std::size_t at = file.find('='); at != std::string::npos && !fs::exists(file, failed)) {
    options.model = file.substr(0, at);
    file.erase(0, at + 1);
  }
  return options;
}

std::string terms_of(const LicenseTerms& terms) {
  std::string out =
      "  " + escape_control(terms.title) + "\n  read from " + escape_control(terms.source) + "\n";
  for (const LicenseTerm& term : terms.terms)
    out += "    " + pad_right(to_string(term.kind), 22) + "  along " +
           pad_right(in_words(term.along), 25) + "  " + escape_control(term.reading) + " [" +
           escape_control(term.clause) + "]\n";
  if (terms.terms.empty())
    out += "    asks nothing that rules can ask about\n";
  return out;
}

} // namespace

int import_files(const ImportVerbOptions& options) {
  Diagnostics diagnostics;
  Lineage lineage;
  for (std::string file : options.files) {
    ImportOptions how = split(file);
    if (!options.format.empty())
      how.format = import_format_from(options.format);
    if (const auto source = read_file(file, diagnostics))
      merge_lineage(lineage, import_lineage(source, how, diagnostics));
  }
  if (!diagnostics.has_errors())
    check_lineage(lineage, diagnostics);
  show(diagnostics);
  if (diagnostics.has_errors())
    return Exit::refused;
  print(lineage_yaml(lineage, options.id));
  return Exit::decided;
}

int license(const LicenseOptions& options) {
  Diagnostics diagnostics;
  const auto source = std::make_shared<SourceText>(SourceText{"license", options.expression});
  const auto expression = parse_license_field(
      options.expression, *license_grammar_from(options.grammar), {source, 1, 1, 1}, diagnostics);
  std::vector<LicenseTerms> own;
  if (!options.terms.empty())
    if (const auto file = read_file(options.terms, diagnostics)) {
      const std::size_t before = diagnostics.errors();
      const Tree tree = parse(file, diagnostics);
      if (diagnostics.errors() == before)
        own = read_license_terms(tree, diagnostics);
    }
  show(diagnostics);
  if (!expression || diagnostics.has_errors())
    return Exit::refused;
  const LicenseExpression one = canonical(*expression);
  std::string out = to_string(one) + "\n";
  const Carriers everything = {Carrier::weights, Carrier::behavior, Carrier::data,
                               Carrier::code,    Carrier::design,   Carrier::tokenizer};
  const auto duties = duties_of(one, everything, own);
  for (std::size_t i = 0; i < one.licenses.size(); ++i) {
    out += "\n" + to_string(one.licenses[i]) + "\n";
    if (duties[i].terms == nullptr)
      out += "  nobody has read it: whatever a rule asks is unknown\n";
    else
      out += terms_of(*duties[i].terms);
    if (duties[i].may_be_lifted)
      out += "  its exception, or a later version, may lift what is not met\n";
  }
  print(out);
  return Exit::decided;
}

} // namespace libeval::tool
