// SPDX-License-Identifier: Apache-2.0
// Answers the questions of compare.py, one a line, fields separated by tabs:
//   canonical GRAMMAR EXPRESSION       the canonical form, or `refused`
//   allowed EXPRESSION LICENSE...      yes, no or unknown, or `refused`
//   matrix FILE                        reads a table for the questions that follow
//   compatible OUTBOUND INBOUND        yes, no or unknown
#include <libeval/domain/compatibility.hpp>
#include <libeval/io/matrix.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

using namespace libeval;

namespace {

std::optional<LicenseExpression> read(const std::string& text,
                                      LicenseGrammar grammar = LicenseGrammar::spdx_3_0) {
  Diagnostics ignored;
  return parse_license_field(text, grammar, {}, ignored);
}

std::string in_words(Truth truth) {
  return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "unknown";
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line)
    if (c == '\t')
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

std::string allowed(const std::vector<std::string>& question) {
  const auto expression = read(question.at(1));
  std::vector<License> granted;
  for (std::size_t i = 2; i < question.size(); ++i) {
    const auto one = read(question[i]);
    if (!one || one->licenses.size() != 1)
      return "refused";
    granted.push_back(one->licenses[0]);
  }
  return expression ? in_words(license_allowed(*expression, granted).truth) : "refused";
}

std::string matrix_of(const std::string& file, CompatibilityMatrix& matrix) {
  std::ifstream in(file, std::ios::binary);
  const auto source = std::make_shared<SourceText>();
  source->name = file;
  source->text.assign(std::istreambuf_iterator<char>(in), {});
  Diagnostics problems;
  matrix = read_matrix(source, problems);
  return problems.has_errors() ? "refused" : std::to_string(matrix.cells.size());
}

} // namespace

int main() {
  CompatibilityMatrix matrix;
  for (std::string line; std::getline(std::cin, line);) {
    const auto question = fields(line);
    std::string answer = "no such question";
    if (question[0] == "canonical") {
      const auto expression = read(question.at(2), license_grammar_from(question.at(1)).value());
      answer = expression ? to_string(canonical(*expression)) : "refused";
    } else if (question[0] == "allowed") {
      answer = allowed(question);
    } else if (question[0] == "matrix") {
      answer = matrix_of(question.at(1), matrix);
    } else if (question[0] == "compatible") {
      const auto outbound = read(question.at(1)), inbound = read(question.at(2));
      answer =
          outbound && inbound ? in_words(compatible(*inbound, *outbound, matrix).truth) : "refused";
    }
    std::cout << answer << "\n";
  }
}
