// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/parse.hpp>

#include "io/source_map.hpp"

#include <nlohmann/json.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libeval {
namespace {

// JSON writes a character beyond U+FFFF as two escapes (`\\ud83d\\ude00`), which YAML does not
// know. In a text that is JSON, every backslash stands in a quoted text, so pairs can be found
// without knowing more; each becomes one `\\U0001f600` and two blanks behind its closing quote, so
// that columns stay what they were outside that text.
void join_surrogates(std::string& text) {
  if (text.find("\\ud") == std::string::npos && text.find("\\uD") == std::string::npos)
    return;
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos ||
      std::string_view("{[\"").find(text[first]) == std::string_view::npos ||
      !nlohmann::json::accept(text))
    return;
  const auto unit_at = [&](std::size_t at) {
    unsigned value = 0;
    if (at + 6 <= text.size() && text[at] == '\\' && text[at + 1] == 'u')
      std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
    return value;
  };
  std::string out;
  out.reserve(text.size());
  std::size_t owed = 0; // blanks
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"' && owed > 0) {
      out.push_back('"');
      out.append(owed, ' ');
      owed = 0;
      ++i;
      continue;
    }
    const unsigned high = unit_at(i);
    const unsigned low = high >= 0xD800 && high < 0xDC00 ? unit_at(i + 6) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      std::array<char, 16> joined{};
      std::snprintf(joined.data(), joined.size(), "\\U%08x",
                    0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00));
      out += joined.data();
      owed += 2;
      i += 12;
      continue;
    }
    const std::size_t bytes = text[i] == '\\' ? 2 : 1;
    out.append(text, i, bytes);
    i += bytes;
  }
  text = std::move(out);
}

// Thrown where reading on would only produce noise; the diagnostic has been made.
struct Stop {};

bool is_null_word(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// What a plain scalar is under the core schema, and what we refuse to decide.
std::variant<std::monostate, bool, Tree::Number, std::string, Tree::List, Tree::Map>
plain_value(const std::string& text, const Where& where, Diagnostics& diagnostics) {
  if (is_null_word(text))
    return std::monostate{};
  if (text == "true" || text == "True" || text == "TRUE")
    return true;
  if (text == "false" || text == "False" || text == "FALSE")
    return false;
  std::string_view digits = text;
  if (digits[0] == '-' || digits[0] == '+')
    digits.remove_prefix(1);
  if (const auto number = parse_decimal(text)) {
    if (digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
      diagnostics.error(where, in_backticks(text) + " begins with a zero",
                        "write the number without it, or `\"" + text + "\"` if it is a text");
    }
    return Tree::Number{*number, text};
  }
  // `inf` and `nan` without a point are ordinary words in YAML.
  const bool word =
      (digits[0] >= 'a' && digits[0] <= 'z') || (digits[0] >= 'A' && digits[0] <= 'Z');
  const bool percent = text.back() == '%';
  if (!word && !percent) {
    if (const std::string help = number_help(text); !help.empty())
      diagnostics.error(where, in_backticks(text) + " is not a decimal number",
                        help + "; quote it if it is a text");
  }
  return text;
}

// Builds the tree from the events of yaml-cpp. The depth is counted here, before yaml-cpp recurses
// into what an event opens.
class Builder final : public YAML::EventHandler {
public:
  Builder(const SourceMap& map, Diagnostics& diagnostics, const ParseLimits& limits)
      : map_(map), diagnostics_(diagnostics), limits_(limits) {}

  [[nodiscard]] Tree take() { return std::move(root_); }
  [[nodiscard]] bool started() const { return documents_ > 0; }
  /// The last position that an event had.
  [[nodiscard]] std::size_t reached() const { return reached_; }
  /// Where the innermost `[` or `{` stands that is still open.
  [[nodiscard]] std::optional<Where> open_bracket() const {
    if (!in_flow())
      return std::nullopt;
    return stack_.back().tree.where;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1)
      return;
    const std::size_t at = position(mark);
    if (map_.text().substr(at, 3) == "---") {
      diagnostics_.error(map_.where(at, 3), "a second document begins here",
                         "a file holds one program; move this to a file of its own");
    } else {
      diagnostics_.error(map_.where(at), "text after the end of the program",
                         "check the indentation: keys of one map begin in the same column");
    }
    throw Stop{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    const std::size_t at = position(mark);
    const std::string_view rest = map_.text().substr(at);
    const bool written = rest.starts_with('~') || rest.starts_with("null") ||
                         rest.starts_with("Null") || rest.starts_with("NULL");
    if (expects_key()) {
      if (written && !rest.starts_with('~'))
        return take_key(std::string(rest.substr(0, 4)), map_.where(at, 4));
      diagnostics_.error(map_.where(at), "a key is missing here",
                         "every value of a map needs a key before its `:`");
      throw Stop{};
    }
    Where where = map_.where(at, !written || rest.starts_with('~') ? 1 : 4);
    if (!written && !stack_.empty() && stack_.back().key)
      where = stack_.back().key_where;
    put({std::monostate{}, std::move(where)});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse_alias(map_.where(position(mark)));
    throw Stop{};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    const std::size_t at = position(mark);
    const bool plain = tag == "?";
    Where where = map_.where(at, scalar_length(at, value, plain));
    check_indentation(at);
    // yaml-cpp makes single bytes of `\N` and `\_`.
    if (find_invalid_utf8(value)) {
      diagnostics_.error(
          where, "a text holds an escape that is no character here",
          "write `\\u0085` for `\\N` and `\\u00a0` for `\\_`, or the character itself");
      throw Stop{};
    }
    if (value.find('\0') != std::string::npos)
      diagnostics_.error(where, "a text holds the character U+0000", "remove `\\0` or `\\u0000`");
    if (expects_key()) {
      if (plain && value == "<<") {
        diagnostics_.error(where, "merge keys are not supported",
                           "write the keys out; `<<` can make a small file enormous");
        throw Stop{};
      }
      return take_key(value, std::move(where));
    }
    if (plain && in_flow() && value.find('"') != std::string::npos)
      diagnostics_.error(where, "quotes inside an unquoted text",
                         "a comma is missing before the quote, or the whole text must be quoted");
    if (plain)
      put({plain_value(value, where, diagnostics_), where});
    else
      put({value, std::move(where)});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, false);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, anchor, style, true);
  }
  void OnMapEnd() override { close(); }

  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
    refuse_anchor(mark, 1);
  }

  void refuse_alias(Where where) {
    diagnostics_.error(std::move(where), "aliases are not supported",
                       "write the value out; aliases can make a small file enormous");
  }

private:
  struct Frame {
    Tree tree;
    bool flow = false;
    std::optional<std::string> key; // read, its value not yet
    Where key_where;
    bool duplicate = false;
    std::unordered_map<std::string, std::size_t> seen; // key -> line
  };

  [[nodiscard]] std::size_t position(const YAML::Mark& mark) {
    const std::size_t at =
        mark.pos < 0 ? 0 : std::min(static_cast<std::size_t>(mark.pos), map_.text().size());
    reached_ = std::max(reached_, at);
    return at;
  }
  [[nodiscard]] bool in_flow() const { return !stack_.empty() && stack_.back().flow; }
  [[nodiscard]] bool expects_key() const {
    return !stack_.empty() && stack_.back().tree.is_map() && !stack_.back().key;
  }

  // Code points of the scalar on its first line.
  [[nodiscard]] std::size_t scalar_length(std::size_t at, const std::string& value, bool plain) {
    const std::string_view line = map_.rest_of_line(at);
    if (line.empty())
      return 1;
    if (plain) {
      const std::size_t bytes = line.starts_with(value) ? value.size() : line.size();
      return std::max<std::size_t>(1, code_points(line.substr(0, bytes)));
    }
    const char quote = line[0];
    if (quote != '"' && quote != '\'')
      return 1; // block scalars: the `|` or `>`
    const std::size_t end = closing_quote(map_.text(), at);
    if (end == std::string_view::npos) {
      // yaml-cpp lets the end of the text close it.
      diagnostics_.error(map_.where(at), "a quoted text is never closed", "add the closing quote");
      throw Stop{};
    }
    return code_points(line.substr(0, end + 1 - at));
  }

  static std::size_t closing_quote(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (quote == '"' && text[i] == '\\')
        ++i;
      else if (text[i] == quote && quote == '\'' && i + 1 < text.size() && text[i + 1] == quote)
        ++i;
      else if (text[i] == quote)
        return i;
    }
    return std::string_view::npos;
  }

  // yaml-cpp takes some values indented by tabs, which YAML forbids.
  void check_indentation(std::size_t at) {
    if (in_flow())
      return;
    const std::string_view before = map_.line_until(at);
    const std::size_t tab = before.find('\t');
    if (tab != std::string_view::npos && before.find_first_not_of(" \t") == std::string_view::npos)
      diagnostics_.error(map_.where(at - before.size() + tab), "a tab in the indentation",
                         "indent with spaces");
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == 0)
      return;
    const std::size_t at = position(mark);
    if (at == last_anchor_)
      return;
    last_anchor_ = at;
    diagnostics_.error(map_.where(at), "anchors are not supported", "remove `&` and its name");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!")
      return;
    diagnostics_.error(map_.where(position(mark)), "tags are not supported",
                       "remove `!` and its name; quote what is to be a text");
  }

  void take_key(std::string key, Where where) {
    Frame& frame = stack_.back();
    const auto [first, is_new] = frame.seen.try_emplace(key, where.line);
    if (!is_new)
      diagnostics_.error(where, "key " + in_backticks(key) + " stands twice",
                         "the first stands in line " + std::to_string(first->second));
    frame.duplicate = !is_new;
    frame.key = std::move(key);
    frame.key_where = std::move(where);
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style, bool is_map) {
    const std::size_t at = position(mark);
    if (stack_.size() >= limits_.depth) {
      diagnostics_.error(map_.where(at),
                         "lists and maps stand inside each other more than " +
                             std::to_string(limits_.depth) + " deep",
                         "no rules need that; is a bracket missing?");
      throw Stop{};
    }
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (expects_key()) {
      diagnostics_.error(map_.where(at), "a list or map where a key should stand",
                         "a bracket that opens here is perhaps never closed; a text that begins "
                         "with one must be quoted");
      throw Stop{};
    }
    check_indentation(at);
    Frame frame;
    frame.tree.where = map_.where(at);
    if (is_map)
      frame.tree.value = Tree::Map{};
    else
      frame.tree.value = Tree::List{};
    frame.flow = style == YAML::EmitterStyle::Flow;
    stack_.push_back(std::move(frame));
  }

  void close() {
    Tree done = std::move(stack_.back().tree);
    stack_.pop_back();
    put(std::move(done));
  }

  void put(Tree tree) {
    if (++values_ > limits_.values) {
      diagnostics_.error(tree.where, "more than " + std::to_string(limits_.values) + " values",
                         "keep large tables in CSV files");
      throw Stop{};
    }
    if (stack_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Frame& frame = stack_.back();
    if (!frame.tree.is_map()) {
      frame.tree.list().push_back(std::move(tree));
      return;
    }
    if (!frame.duplicate)
      frame.tree.map().push_back(
          {std::move(*frame.key), std::move(frame.key_where), std::move(tree)});
    frame.key.reset();
  }

  const SourceMap& map_;
  Diagnostics& diagnostics_;
  ParseLimits limits_;
  std::vector<Frame> stack_;
  Tree root_;
  std::size_t values_ = 0;
  std::size_t documents_ = 0;
  std::size_t reached_ = 0;
  std::size_t last_anchor_ = static_cast<std::size_t>(-1);
};

// Thrown where more text was read without an event than may be held.
struct TooFarAhead {};

// A stream over a text without a copy of it, which ends the reading when yaml-cpp gathers too much
// before it says anything: a line of brackets that may all turn out to be keys, a huge text.
class ViewBuffer final : public std::streambuf {
public:
  ViewBuffer(std::string& text, const Builder& builder, std::size_t ahead)
      : text_(text), builder_(builder), ahead_(ahead) {}

protected:
  int_type underflow() override {
    constexpr std::size_t piece = 1 << 14;
    if (given_ == text_.size())
      return traits_type::eof();
    if (given_ > builder_.reached() + ahead_ + piece)
      throw TooFarAhead{};
    char* const begin = text_.data() + given_;
    given_ = std::min(text_.size(), given_ + piece);
    setg(begin, begin, text_.data() + given_);
    return traits_type::to_int_type(*begin);
  }

private:
  std::string& text_;
  const Builder& builder_;
  std::size_t ahead_;
  std::size_t given_ = 0;
};

struct Explained {
  std::string_view theirs;
  std::string_view message;
  std::string_view help;
};

const Explained explained[] = {
    {YAML::ErrorMsg::END_OF_MAP, "neither a key nor the end of the map",
     "keys of one map begin in the same column; a text that begins with a quote or bracket must be "
     "quoted as a whole"},
    {YAML::ErrorMsg::END_OF_SEQ, "neither an item nor the end of the list",
     "items of one list begin with `- ` in the same column, the keys of an item stand under its "
     "first key"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "`{` without its `}`", "close the map, or add the comma"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "`[` without its `]`", "close the list, or add the comma"},
    {YAML::ErrorMsg::FLOW_END, "a closing bracket that nothing opened", "remove it"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list item cannot stand here",
     "put the list on a line of its own and indent it alike"},
    {YAML::ErrorMsg::MAP_KEY, "a key cannot stand here", "check the indentation"},
    {YAML::ErrorMsg::MAP_VALUE, "a `:` that belongs to no key",
     "a key needs a space after its `:`, also in the line before, and its indentation; a text with "
     "`: ` in it needs quotes"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "a quoted text is never closed", "add the closing quote"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a quoted text runs into the end of the document",
     "add the closing quote"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "an unquoted text cannot begin like this", "quote the text"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation", "indent with spaces"},
    {YAML::ErrorMsg::INVALID_HEX, "an escape needs hexadecimal digits",
     "write `\\u` with four digits, or the character itself"},
    {YAML::ErrorMsg::INVALID_UNICODE, "an escape that is no character",
     "write the character itself"},
    {YAML::ErrorMsg::INVALID_ESCAPE, "an unknown escape in a quoted text",
     "write `\\\\` for a backslash, or use single quotes"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "an unexpected character after `|` or `>`",
     "begin the text on the next line"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "an indentation of zero after `|` or `>`",
     "leave the number out"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "aliases are not supported",
     "write the value out; quote a text that begins with `*`"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "aliases are not supported",
     "quote a text that begins with `*`"},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "aliases are not supported",
     "quote a text that begins with `*`"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "anchors are not supported",
     "quote a text that begins with `&`"},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, "anchors are not supported",
     "quote a text that begins with `&`"},
};

void explain(const YAML::Exception& problem, const SourceMap& map, const Builder& builder,
             Diagnostics& diagnostics) {
  std::size_t at = map.text().size();
  if (problem.mark.pos >= 0)
    at = std::min(at, static_cast<std::size_t>(problem.mark.pos));
  const auto is = [&](std::string_view theirs) {
    return std::string_view(problem.msg).starts_with(theirs);
  };
  Where where = map.where(at);
  if (is(YAML::ErrorMsg::END_OF_MAP_FLOW) || is(YAML::ErrorMsg::END_OF_SEQ_FLOW))
    where = builder.open_bracket().value_or(where);
  if (is(YAML::ErrorMsg::INVALID_UNICODE) || is(YAML::ErrorMsg::INVALID_HEX) ||
      is(YAML::ErrorMsg::INVALID_ESCAPE)) {
    const std::size_t escape = map.text().rfind('\\', at == 0 ? 0 : at - 1);
    if (escape != std::string_view::npos && at - escape <= 12)
      where = map.where(escape);
  }
  // A tab among the spaces before this line or the one above is the likely cause of anything.
  const std::string_view line = map.line_of(at);
  const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
  const std::size_t tab = indentation.find('\t');
  if (tab != std::string_view::npos && !line.empty()) {
    const auto start = static_cast<std::size_t>(line.data() - map.text().data());
    diagnostics.error(map.where(start + tab), "a tab in the indentation", "indent with spaces");
    return;
  }
  if (is(YAML::ErrorMsg::MAP_VALUE) && where.line > 1) {
    // A line above without `: ` reads on into this one.
    const std::string_view above = map.line_of(at - map.line_until(at).size() - 1);
    const std::size_t colon = above.find(':');
    if (above.find_first_not_of(" \t") != std::string_view::npos &&
        above.find(": ") == std::string_view::npos && !above.ends_with(':')) {
      diagnostics.error(where, "a `:` that belongs to no key",
                        "line " + std::to_string(where.line - 1) +
                            (colon != std::string_view::npos ? " needs a blank behind its `:`"
                                                             : " has no `: ` and reads on here"));
      return;
    }
  }
  for (const Explained& known : explained) {
    if (!is(known.theirs))
      continue;
    diagnostics.error(where, std::string(known.message), std::string(known.help));
    return;
  }
  diagnostics.error(map.where(at), "cannot be read: " + problem.msg,
                    "the text must be YAML 1.2 or JSON");
}

} // namespace

Tree parse(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics,
           const ParseLimits& limits) {
  Tree nothing;
  nothing.where = Where{source, 1, 1, 1};
  if (source->text.size() > limits.bytes) {
    diagnostics.error(nothing.where,
                      "the text has " + std::to_string(source->text.size()) +
                          " bytes, allowed are " + std::to_string(limits.bytes),
                      "keep large tables in CSV files");
    return nothing;
  }
  if (!check_encoding(source, diagnostics))
    return nothing;
  const SourceMap map(std::move(source));
  if (!check_characters(map, diagnostics))
    return nothing;

  std::string copy(map.text());
  join_surrogates(copy);
  Builder builder(map, diagnostics, limits);
  ViewBuffer buffer(copy, builder, limits.ahead);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return nothing;
  } catch (const TooFarAhead&) {
    diagnostics.error(map.where(builder.reached()),
                      "a text or line here is longer than " + std::to_string(limits.ahead) +
                          " bytes",
                      "break the line; keep large tables in CSV files");
    return nothing;
  } catch (const YAML::Exception& problem) {
    explain(problem, map, builder, diagnostics);
    return nothing;
  }
  Tree tree = builder.take();
  return builder.started() ? tree : nothing;
}

std::optional<Tree> parse_machine_written(std::shared_ptr<const SourceText> source,
                                          Diagnostics& diagnostics) {
  ParseLimits limits;
  limits.ahead = limits.bytes;
  const std::size_t before = diagnostics.errors();
  Tree tree = parse(std::move(source), diagnostics, limits);
  if (diagnostics.errors() > before)
    return std::nullopt;
  return tree;
}

Tree parse_text(std::string text, std::string name, Diagnostics& diagnostics) {
  return parse(std::make_shared<const SourceText>(SourceText{std::move(name), std::move(text)}),
               diagnostics);
}

} // namespace libeval
