// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license.hpp>

#include <libeval/base/text.hpp>

#include "domain/license_list.hpp"
#include "domain/license_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace libeval {
namespace {

using Step = LicenseExpression::Step;

enum class Word { end, open, close, all, any, with, name };

struct Token {
  Word word = Word::end;
  std::string_view text;
  std::size_t at = 0;
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// `text` begins with `prefix`, letters alike where `any_case`.
bool begins(std::string_view text, std::string_view prefix, bool any_case) {
  return any_case ? same_letters(text.substr(0, prefix.size()), prefix) : text.starts_with(prefix);
}

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// How many problems of one expression are said.
constexpr std::size_t most_problems = 20;

class Parser {
public:
  Parser(std::string_view text, LicenseGrammar grammar, const Where& where,
         Diagnostics& diagnostics, const LicenseLimits& limits)
      : text_(text), grammar_(grammar), where_(where), diagnostics_(diagnostics), limits_(limits),
        before_(diagnostics.errors()) {
    skip_quote();
  }

  std::optional<LicenseExpression> parse() {
    if (text_.size() > limits_.bytes) {
      error(0, 1, "a license expression of " + std::to_string(text_.size()) + " bytes is too long",
            "at most " + std::to_string(limits_.bytes) + " are read");
      return std::nullopt;
    }
    check_blanks();
    for (bool more = true; more && diagnostics_.errors() < before_ + most_problems;) {
      const Token token = next();
      more = expects_license_ ? operand(token) : operation(token);
    }
    if (diagnostics_.errors() > before_)
      return std::nullopt;
    return std::move(out_);
  }

private:
  /// One pair of parentheses, or the whole text: how many operands wait for their operator.
  struct Level {
    std::uint32_t all = 0, any = 0;
    std::size_t at = 0;
    bool undecided = false; ///< `NONE` or `NOASSERTION` stands in the current conjunction ...
    bool joined = false;    ///< ... which has an `AND`
    std::size_t undecided_at = 0;
    bool has_any = false;
  };

  bool is_idstring(std::string_view text) const {
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-' || c == '.'; }) &&
           (grammar_ != LicenseGrammar::spdx_3_1 || std::ranges::any_of(text, is_alnum));
  }

  // --- places ---

  /// A text in quotes begins after the quote that its place points at.
  void skip_quote() {
    if (where_.source == nullptr || where_.line == 0 || where_.source->text.empty())
      return;
    const std::string& all = where_.source->text;
    std::size_t from = 0;
    for (std::size_t line = 1; line < where_.line && from != std::string::npos; ++line)
      from = all.find('\n', from) == std::string::npos ? all.size() : all.find('\n', from) + 1;
    for (std::size_t column = 1; column < where_.column && from < all.size(); ++column)
      (void)next_code_point(all, from);
    if (from < all.size() && (all[from] == '"' || all[from] == '\''))
      ++where_.column;
  }

  void error(std::size_t at, std::size_t bytes, std::string message, std::string help = {}) {
    Where where = where_;
    where.column += code_points(text_.substr(0, at));
    where.length = std::max<std::size_t>(1, code_points(text_.substr(at, bytes)));
    diagnostics_.error(where, std::move(message), std::move(help));
  }
  void error(const Token& token, std::string message, std::string help = {}) {
    error(token.at, token.text.size(), std::move(message), std::move(help));
  }

  // --- words ---

  void check_blanks() {
    if (grammar_ != LicenseGrammar::spdx_3_1)
      return;
    const std::size_t at = text_.find_first_of("\t\r\n");
    if (at != std::string_view::npos)
      error(at, 1, "only spaces may separate the words of an expression in SPDX 3.1",
            "write it on one line, without tabs");
  }

  Token next() {
    if (ahead_)
      return *std::exchange(ahead_, std::nullopt);
    while (position_ < text_.size() && is_blank(text_[position_]))
      ++position_;
    if (position_ == text_.size())
      return {Word::end, {}, position_};
    const std::size_t from = position_;
    if (text_[from] == '(' || text_[from] == ')') {
      ++position_;
      return {text_[from] == '(' ? Word::open : Word::close, text_.substr(from, 1), from};
    }
    while (position_ < text_.size() && !is_blank(text_[position_]) && text_[position_] != '(' &&
           text_[position_] != ')')
      ++position_;
    return word({Word::name, text_.substr(from, position_ - from), from});
  }

  /// Passes over a name, if one comes next.
  void skip_name() {
    if (const Token token = next(); token.word != Word::name)
      ahead_ = token;
  }

  /// An operator if the word is one in this grammar. One in the wrong case is said and then taken
  /// for what it was meant to be.
  Token word(Token token) {
    static constexpr std::array<std::pair<std::string_view, Word>, 3> operators = {
        {{"AND", Word::all}, {"OR", Word::any}, {"WITH", Word::with}}};
    for (const auto& [name, what] : operators) {
      if (!same_letters(token.text, name))
        continue;
      token.word = what;
      const bool upper = token.text == name;
      const bool small = std::ranges::none_of(token.text, [](char c) { return c != lower(c); });
      if (grammar_ == LicenseGrammar::spdx_2_3 && !upper)
        error(token, "operator " + in_backticks(token.text) + " is not upper case",
              "SPDX 2.3 writes `" + std::string(name) + "`");
      else if (grammar_ == LicenseGrammar::spdx_3_0 && !upper && !small)
        error(token, "operator " + in_backticks(token.text) + " mixes upper and lower case",
              "SPDX 3.0 writes `" + std::string(name) + "` or all of it in lower case");
      else if (grammar_ == LicenseGrammar::spdx_3_1)
        check_space_round(token);
      return token;
    }
    return token;
  }

  void check_space_round(const Token& token) {
    const std::size_t end = token.at + token.text.size();
    const bool before = token.at == 0 || text_[token.at - 1] == ' ';
    const bool after = end == text_.size() || text_[end] == ' ';
    if (!before || !after)
      error(token,
            "there is no space " + std::string(before ? "after " : "before ") +
                in_backticks(token.text),
            "SPDX 3.1 wants a space on either side of an operator");
  }

  // --- structure ---

  Level& level() { return levels_.back(); }

  /// Where a license or `(` must stand. Returns whether the text goes on.
  bool operand(const Token& token) {
    switch (token.word) {
    case Word::open:
      if (levels_.size() > limits_.depth) {
        error(token, "parentheses stand more than " + std::to_string(limits_.depth) + " deep",
              "the expression is not read further");
        return false;
      }
      levels_.push_back({0, 0, token.at, false, false, 0, false});
      last_ = token;
      return true;
    case Word::name:
      if (out_.licenses.size() == limits_.licenses) {
        error(token, "there are more than " + std::to_string(limits_.licenses) + " licenses",
              "the expression is not read further");
        return false;
      }
      license(token);
      expects_license_ = false;
      return true;
    case Word::end:
      if (last_.word == Word::end)
        error(token, "there is no license expression",
              "`NOASSERTION` stands where nobody says which license it is");
      else
        error(last_, "there is no license after " + in_backticks(last_.text));
      for (; levels_.size() > 1; levels_.pop_back())
        error(level().at, 1, "`(` is not closed");
      return false;
    case Word::close:
      error(token, last_.word == Word::open ? "the parentheses are empty"
                                            : "there is no license before `)`");
      expects_license_ = false;
      return operation(token);
    default:
      error(token, "there is no license before " + in_backticks(token.text));
      last_ = token;
      if (token.word == Word::with) {
        skip_name();
        expects_license_ = false;
      }
      return true;
    }
  }

  /// Where an operator, `)` or the end must stand.
  bool operation(const Token& token) {
    switch (token.word) {
    case Word::all:
      level().joined = true;
      last_ = token;
      expects_license_ = true;
      return true;
    case Word::any:
      level().has_any = true;
      end_all();
      last_ = token;
      expects_license_ = true;
      return true;
    case Word::with:
      error(token, "`WITH` stands behind a license, not behind parentheses or another `WITH`",
            "repeat it behind each license that has the exception");
      skip_name();
      return true;
    case Word::close:
      if (levels_.size() == 1) {
        error(token, "`)` closes nothing");
        return true;
      }
      close();
      return true;
    case Word::end:
      while (levels_.size() > 1) {
        error(level().at, 1, "`(` is not closed");
        close();
      }
      end_level();
      return false;
    default:
      expects_license_ = true;
      if (token.word == Word::name && is_sign(token))
        return true;
      error(token, "there is no operator before " + in_backticks(token.text),
            "write `AND` or `OR`; an id has no spaces in it");
      last_ = token;
      return operand(token);
    }
  }

  /// What people write instead of the words; a `+` apart from its id.
  bool is_sign(const Token& token) {
    const std::string_view text = token.text;
    if (text == "+") {
      error(token, "`+` stands directly behind an id");
      expects_license_ = false;
    } else if (text == "&" || text == "&&" || text == ",") {
      error(token, in_backticks(text) + " is no operator", "write `AND`");
    } else if (text == "|" || text == "||" || text == "/") {
      error(token, in_backticks(text) + " is no operator", "write `OR`");
    } else {
      return false;
    }
    return true;
  }

  void end_all() {
    Level& now = level();
    if (now.undecided && !now.joined && now.has_any)
      error(now.undecided_at, 1,
            "`NONE` and `NOASSERTION` are no choice: they stand with `AND` only");
    if (now.all > 1) {
      out_.steps.push_back({Step::Kind::all, now.all});
      now.any += 1;
    } else if (now.all == 1) {
      // The operands of a lone `(A OR B)` are operands of this level.
      if (!out_.steps.empty() && out_.steps.back().kind == Step::Kind::any) {
        now.any += out_.steps.back().n;
        out_.steps.pop_back();
      } else {
        now.any += 1;
      }
    }
    now.all = 0;
    now.undecided = now.joined = false;
  }

  void end_level() {
    end_all();
    if (level().any > 1)
      out_.steps.push_back({Step::Kind::any, level().any});
  }

  void close() {
    end_level();
    const bool empty = level().any == 0;
    levels_.pop_back();
    if (!empty)
      add_group();
    expects_license_ = false;
  }

  /// The operands of `(A AND B)` inside a conjunction are operands of it.
  void add_group() {
    if (out_.steps.back().kind == Step::Kind::all) {
      level().all += out_.steps.back().n;
      out_.steps.pop_back();
    } else {
      level().all += 1;
    }
  }

  // --- licenses ---

  void license(const Token& token) {
    License read = one(token);
    const Token with = next();
    if (with.word == Word::with)
      addition(read, with);
    else
      ahead_ = with;
    last_ = token;
    if (read.kind == License::Kind::none || read.kind == License::Kind::no_assertion) {
      level().undecided = true;
      level().undecided_at = token.at;
    }
    out_.steps.push_back({Step::Kind::license, static_cast<std::uint32_t>(out_.licenses.size())});
    out_.licenses.push_back(std::move(read));
    level().all += 1;
  }

  License one(const Token& token) {
    if (const auto special = special_of(token))
      return *special;
    if (const auto reference = reference_of(token.text, "LicenseRef-"))
      return {License::Kind::reference, *reference, false, {}};
    std::string_view id = token.text;
    bool or_later = false;
    auto listed = find_listed(id);
    if (!listed && id.ends_with('+')) {
      id.remove_suffix(1);
      or_later = true;
      listed = find_listed(id);
    }
    if (listed)
      return {License::Kind::listed, std::string(*listed), or_later, {}};
    unknown(token, id);
    return {License::Kind::reference, std::string(token.text), false, {}};
  }

  std::optional<License> special_of(const Token& token) {
    for (const std::string_view name : {"NONE", "NOASSERTION"}) {
      if (!same_letters(token.text, name))
        continue;
      if (grammar_ != LicenseGrammar::spdx_3_1) {
        error(token, "`" + std::string(name) + "` is no part of an expression before SPDX 3.1",
              "it stands alone");
        return License{};
      }
      return License{name == "NONE" ? License::Kind::none : License::Kind::no_assertion,
                     std::string(name),
                     false,
                     {}};
    }
    return std::nullopt;
  }

  /// `[DocumentRef-x:]PREFIXy` in canonical spelling, if the text is one in this grammar.
  std::optional<std::string> reference_of(std::string_view text, std::string_view prefix) const {
    // 2.3 does not mark these words as case-sensitive, 3.0 does, 3.1 has no case.
    const bool any_case = grammar_ != LicenseGrammar::spdx_3_0;
    constexpr std::string_view document_prefix = "DocumentRef-";
    std::string out;
    if (begins(text, document_prefix, any_case)) {
      const std::size_t colon = text.find(':');
      if (colon == std::string_view::npos ||
          !is_idstring(text.substr(document_prefix.size(), colon - document_prefix.size())))
        return std::nullopt;
      out = std::string(document_prefix) +
            std::string(text.substr(document_prefix.size(), colon + 1 - document_prefix.size()));
      text.remove_prefix(colon + 1);
    }
    if (!begins(text, prefix, any_case) || !is_idstring(text.substr(prefix.size())))
      return std::nullopt;
    return out + std::string(prefix) + std::string(text.substr(prefix.size()));
  }

  void unknown(const Token& token, std::string_view id) {
    const std::string shown = in_backticks(token.text);
    for (const std::string_view prefix : {"LicenseRef-", "DocumentRef-"})
      if (begins(id, prefix, true)) {
        if (id.size() < token.text.size())
          error(token, "`+` stands behind ids of the SPDX License List only", "");
        else
          error(token, shown + " is no license reference",
                "`LicenseRef-` and letters, digits, `-` and `.`; of another document "
                "`DocumentRef-NAME:LicenseRef-NAME`; the words in this case");
        return;
      }
    if (begins(id, "AdditionRef-", true) || find_listed(id, true)) {
      error(token, shown + " is an exception, not a license", "it stands behind `LICENSE WITH`");
      return;
    }
    if (id.find('/') != std::string_view::npos)
      error(token, "unknown license " + shown, "a choice is written `A OR B`");
    else
      error(token, "unknown license " + shown, near(id, false));
  }

  std::string near(std::string_view id, bool exception) const {
    std::vector<std::string> ids;
    for (const ListedId& listed : exception ? listed_exceptions() : listed_licenses())
      ids.emplace_back(listed.id);
    if (const auto found = did_you_mean(id, ids))
      return "did you mean `" + *found + "`?";
    return "ids are those of the SPDX License List " + std::string(license_list_version()) +
           (exception ? "; others are written `AdditionRef-...`"
                      : "; others are written `LicenseRef-...`");
  }

  void addition(License& license, const Token& with) {
    last_ = with;
    const Token token = next();
    if (token.word != Word::name) {
      if (token.word == Word::end)
        error(with, "there is no exception after " + in_backticks(with.text));
      else
        error(token, "there is no exception before " + in_backticks(token.text));
      ahead_ = token;
      return;
    }
    if (license.kind == License::Kind::none || license.kind == License::Kind::no_assertion) {
      error(with, in_backticks(with.text) + " does not stand behind `" + license.id + "`");
      return;
    }
    if (const auto listed = find_listed(token.text, true)) {
      license.with = *listed;
      return;
    }
    if (const auto reference = reference_of(token.text, "AdditionRef-")) {
      if (grammar_ == LicenseGrammar::spdx_2_3)
        error(token, "`AdditionRef-` is no part of SPDX 2.3", "choose grammar 3.0 or 3.1");
      license.with = *reference;
      return;
    }
    if (find_listed(token.text) || begins(token.text, "LicenseRef-", true))
      error(token, in_backticks(token.text) + " is a license, not an exception",
            "an exception that is not on the list is written `AdditionRef-...`; two licenses that "
            "both apply are joined by `AND`");
    else
      error(token, "unknown exception " + in_backticks(token.text), near(token.text, true));
  }

  std::string_view text_;
  LicenseGrammar grammar_;
  Where where_;
  Diagnostics& diagnostics_;
  LicenseLimits limits_;
  std::size_t before_;
  std::size_t position_ = 0;
  std::optional<Token> ahead_;
  bool expects_license_ = true;
  Token last_;
  std::vector<Level> levels_{1};
  LicenseExpression out_;
};

} // namespace

std::optional<LicenseExpression> parse_license(std::string_view text, LicenseGrammar grammar,
                                               const Where& where, Diagnostics& diagnostics,
                                               const LicenseLimits& limits) {
  return Parser(text, grammar, where, diagnostics, limits).parse();
}

std::optional<LicenseExpression> parse_license_field(std::string_view text, LicenseGrammar grammar,
                                                     const Where& where, Diagnostics& diagnostics,
                                                     const LicenseLimits& limits) {
  if (text == "NONE")
    return one_license({License::Kind::none, "NONE", false, {}});
  if (text == "NOASSERTION")
    return one_license({});
  return parse_license(text, grammar, where, diagnostics, limits);
}

} // namespace libeval
