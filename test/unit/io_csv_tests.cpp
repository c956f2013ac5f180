// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/csv.hpp>
#include <libeval/io/draw.hpp>

#include "io/csv_reader.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

using namespace libeval;
using libeval::test::contains;

namespace {

struct Read {
  Table table;
  Diagnostics problems;
};

Read read(const TableSpec& spec, std::string text, std::size_t chunk = 1 << 20,
          unsigned threads = 1) {
  Read out;
  auto source = std::make_shared<const SourceText>(SourceText{"t.csv", std::move(text)});
  csv::Bytes bytes;
  bytes.text = source->text;
  bytes.size = source->text.size();
  bytes.source = source;
  csv::Limits limits;
  limits.chunk_bytes = chunk;
  limits.record_bytes = 1 << 16;
  limits.categories = 100;
  out.table = csv::read_table(spec, bytes, out.problems, threads, limits);
  return out;
}

TableSpec spec(std::vector<std::string> keys, std::vector<std::string> values) {
  TableSpec out;
  out.name = "t";
  out.keys = std::move(keys);
  out.values = std::move(values);
  return out;
}

const Diagnostic& first(const Read& read) {
  REQUIRE(!read.problems.all().empty());
  return read.problems.all().front();
}

// The one problem of a text: its place and message.
void check_problem(const TableSpec& how, const std::string& text, std::size_t line,
                   std::size_t column, const std::string& message, const std::string& help = "") {
  const Read result = read(how, text);
  INFO(text);
  const Diagnostic& problem = first(result);
  CHECK(problem.where.line == line);
  CHECK(problem.where.column == column);
  CHECK_THAT(problem.message, contains(message));
  CHECK_THAT(problem.help, contains(help));
  CHECK(problem.where.length >= 1);
}

} // namespace

TEST_CASE("csv: keys, values and labels") {
  const Read r = read(spec({"candidate"}, {"score"}),
                      "candidate,score,note\na,1.5,x\n b , 2 ,\"y, z\"\nc,,\"say \"\"hi\"\"\"\n");
  CHECK(r.problems.all().empty());
  REQUIRE(r.table.rows == 3);
  REQUIRE(r.table.keys.size() == 1);
  CHECK(r.table.keys[0].at(1) == "b");
  REQUIRE(r.table.values.size() == 1);
  CHECK(r.table.values[0].numbers == std::vector<double>{1.5, 2, 0});
  CHECK(r.table.values[0].is_gap(2));
  CHECK_FALSE(r.table.values[0].is_gap(0));
  CHECK(r.table.values[0].category.empty());
  REQUIRE(r.table.labels.size() == 1);
  CHECK(r.table.labels[0].at(1) == "y, z");
  CHECK(r.table.labels[0].at(2) == "say \"hi\"");
  CHECK(r.table.lines == std::vector<std::uint32_t>{2, 3, 4});
}

TEST_CASE("csv: line ends, byte-order mark, empty lines and a last line without end") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Read r = read(spec({"k"}, {"v"}), "\xEF\xBB\xBFk,v" + end + "a,1" + end + end + "b,2");
    CHECK(r.problems.all().empty());
    REQUIRE(r.table.rows == 2);
    CHECK(r.table.values[0].numbers == std::vector<double>{1, 2});
    CHECK(r.table.lines == std::vector<std::uint32_t>{2, 4});
  }
}

TEST_CASE("csv: categories, gap spellings and numbers in one column") {
  TableSpec how = spec({"k"}, {"v"});
  how.gaps = {"-", "-99"};
  const Read r = read(how, "k,v\na,sat\nb,-\nc,-99\nd,7\ne,sat\nf,A+\n");
  CHECK(r.problems.all().empty());
  const ValueColumn& v = r.table.values[0];
  CHECK(v.texts == std::vector<std::string>{"sat", "A+"});
  CHECK(v.category == std::vector<std::uint32_t>{1, 0, 0, 0, 1, 2});
  CHECK(v.is_gap(1));
  CHECK(v.is_gap(2));
  CHECK_FALSE(v.is_gap(3));
  CHECK(v.numbers[3] == 7);
}

TEST_CASE("csv: numbers are correctly rounded on the fast and the slow way") {
  const std::vector<std::string> spellings = {"0.1",
                                              "9007199254740993",
                                              "1e22",
                                              "123456789012345678",
                                              "1e23",
                                              "2.2250738585072011e-308",
                                              "4.9e-324",
                                              "0.000001",
                                              "1e-400",
                                              "179769313486231570000e288",
                                              "+5",
                                              "-0.0",
                                              ".5",
                                              "5.",
                                              "3.14159265358979323846264338327950288"};
  std::string text = "k,v\n";
  for (std::size_t i = 0; i < spellings.size(); ++i)
    text += std::to_string(i) + "," + spellings[i] + "\n";
  const Read r = read(spec({"k"}, {"v"}), text);
  REQUIRE(r.problems.all().empty());
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    INFO(spellings[i]);
    CHECK(r.table.values[0].numbers[i] == std::strtod(spellings[i].c_str(), nullptr));
    CHECK_FALSE(std::signbit(r.table.values[0].numbers[i]));
  }
}

TEST_CASE("csv: decimal comma") {
  TableSpec how = spec({"k"}, {"v"});
  how.delimiter = ';';
  how.decimal_comma = true;
  const Read r = read(how, "k;v\na;3,5\nb;1e2\nc;-0,123456789012345678901\n");
  CHECK(r.problems.all().empty());
  CHECK(r.table.values[0].numbers == std::vector<double>{3.5, 100, -0.123456789012345678901});
  check_problem(how, "k;v\na;3.5\n", 2, 3, "`3.5` in column `v` is not a decimal number",
                "decimal comma");
  how.decimal_comma = false;
  check_problem(how, "k;v\na;3,5\n", 2, 3, "`3,5` in column `v` is not a decimal number",
                "`decimal: comma`");
}

TEST_CASE("csv: where the comma is both, numbers are quoted") {
  TableSpec how = spec({"k"}, {"v"});
  how.decimal_comma = true;
  const Read r = read(how, "k,v\na,\"3,5\"\nb,2\n");
  CHECK(r.problems.all().empty());
  CHECK(r.table.values[0].numbers == std::vector<double>{3.5, 2});
  check_problem(how, "k,v\na,3,5\n", 2, 5, "the row has 3 cells");
}

TEST_CASE("csv: what looks like a number and is none is refused") {
  const TableSpec how = spec({"k"}, {"v"});
  check_problem(how, "k,v\na,\"1,234.5\"\n", 2, 3, "not a decimal number", "`1234.5`");
  check_problem(how, "k,v\na,1 234\n", 2, 3, "not a decimal number", "`1234`");
  check_problem(how, "k,v\na,1_000\n", 2, 3, "not a decimal number", "`1000`");
  check_problem(how, "k,v\na,0x1F\n", 2, 3, "not a decimal number", "base ten");
  check_problem(how, "k,v\na,nan\n", 2, 3, "not a decimal number", "finite");
  check_problem(how, "k,v\na,-inf\n", 2, 3, "not a decimal number", "finite");
  check_problem(how, "k,v\na,1e999\n", 2, 3, "not a decimal number", "too large");
  check_problem(how, "k,v\na,85%\n", 2, 3, "not a decimal number", "`85`");
  check_problem(how, "k,v\na,#DIV/0!\n", 2, 3, "not a decimal number", "spreadsheet");
  check_problem(how,
                "k,v\na,\xE2\x88\x92"
                "3\n",
                2, 3, "not a decimal number", "`-3`");
}

TEST_CASE("csv: the header") {
  const TableSpec how = spec({"candidate"}, {"score"});
  check_problem(how, "", 1, 1, "the table is empty");
  check_problem(how, "\n\n", 1, 1, "no header");
  check_problem(how, "candidate,score\n", 1, 1, "no rows");
  check_problem(how, "candidate,scroe\na,1\n", 1, 1, "no column `score`", "`scroe`");
  check_problem(how, "candidate;score\na;1\n", 1, 1, "no column `candidate`", "delimiter: \";\"");
  check_problem(how, "candidate,score,score\na,1,2\n", 1, 17, "`score` stands twice");
  check_problem(how, "candidate,score,\na,1,\n", 1, 17, "column 3 has no name");
  check_problem(how, "candidate,\"score\na,1\n", 1, 11, "quotes of the header");
  check_problem(how,
                "\xFF\xFE"
                "c\0",
                1, 1, "UTF-16");
}

TEST_CASE("csv: rows") {
  const TableSpec how = spec({"k"}, {"v"});
  check_problem(how, "k,v\na,1\nb\n", 3, 1, "the row has 1 cell, the header has 2");
  check_problem(how, "k,v\na,1,2\n", 2, 5, "the row has 3 cells, the header has 2");
  check_problem(how, "k,v\n,1\n", 2, 1, "the key `k` is empty");
  check_problem(how, "k,v\na,1\nb,2\na,3\n", 4, 1, "`k` `a` stands twice", "line 2");
  check_problem(how, "k,v\n\"a,1\nb,2\n", 2, 1, "never closed");
  check_problem(how, "k,v\n\"a\"x,1\n", 2, 1, "after the closing quote");
  check_problem(how, "k,v\n5\" disk,1\n", 2, 1, "quote inside an unquoted cell");
  check_problem(how, std::string("k,v\na\0b,1\n", 10), 2, 1, "NUL");
  check_problem(how, "k,v\n\xC0\xC1,1\n", 2, 1, "not UTF-8", "CSV UTF-8");
  check_problem(how, "k,v\na\x07,1\n", 2, 1, "control character");
}

TEST_CASE("csv: columns of diagnostics count code points, lines count quoted line ends") {
  const TableSpec how = spec({"k", "l"}, {"v"});
  check_problem(how, "k,l,v\n\xED\x95\x9C\xEA\xB8\x80,x,1_0\n", 2, 6, "`1_0`");
  check_problem(how, "k,l,v\n\"a\nb\",\"x\ny\",1_0\n", 4, 4, "`1_0`");
  check_problem(how, "k,l,v\n\"a\r\nb\",x,1\r\nc,x,1_0\r\n", 4, 5, "`1_0`");
}

TEST_CASE("csv: range and step") {
  TableSpec how = spec({"juror", "candidate"}, {"mark"});
  how.name = "experts";
  how.range = {0, 10};
  how.step = 0.1;
  how.range_where = {std::make_shared<const SourceText>(SourceText{"program.yaml", ""}), 31, 5, 1};
  const Read good = read(how, "juror,candidate,mark\nj1,a,0.3\nj1,b,10\nj1,c,7.7\n");
  CHECK(good.problems.all().empty());
  check_problem(how, "juror,candidate,mark\nj7,skt,11\n", 2, 8,
                "`mark` `11` of `juror` `j7` for `skt` is outside 0 to 10",
                "the scale of `experts` is set at program.yaml:31");
  check_problem(how, "juror,candidate,mark\nj7,skt,0.25\n", 2, 8, "is no multiple of 0.1");
}

TEST_CASE("csv: the key `row` numbers the rows") {
  const Read r = read(spec({"k", "row"}, {"v"}), "k,v\na,1\na,1\n");
  CHECK(r.problems.all().empty());
  REQUIRE(r.table.keys.size() == 2);
  CHECK(r.table.keys[1].name == "row");
  CHECK(r.table.keys[1].at(1) == "2");
}

TEST_CASE("csv: wide tables") {
  TableSpec how = spec({"candidate"}, {});
  how.wide = "benchmark";
  how.labels = {"origin"};
  how.alias = {{"benchmark", {{"MMLU", "mmlu"}}}, {"candidate", {{"LG AI", "lg"}}}};
  const Read r = read(how, "candidate,MMLU,origin,gpqa,source\nLG AI,1,kr,2,s\nskt,3,kr,,t\n");
  CHECK(r.problems.all().empty());
  REQUIRE(r.table.values.size() == 2);
  CHECK(r.table.values[0].name == "mmlu");
  CHECK(r.table.values[1].name == "gpqa");
  CHECK(r.table.values[1].is_gap(1));
  CHECK(r.table.keys[0].at(0) == "lg");
  REQUIRE(r.table.labels.size() == 2);
  CHECK(r.table.labels[0].name == "origin");
  how.columns = {"gpqa"};
  CHECK(read(how, "candidate,MMLU,origin,gpqa\nx,1,kr,2\n").table.values.size() == 1);
  how.columns = {"gpq"};
  check_problem(how, "candidate,MMLU,origin,gpqa\nx,1,kr,2\n", 1, 1, "no column `gpq`", "`gpqa`");
  how.columns.clear();
  check_problem(how, "candidate,MMLU,mmlu,origin\nx,1,2,kr\n", 1, 16, "two columns are the member");
}

TEST_CASE("csv: aliases join spellings, and what is then double is an error") {
  TableSpec how = spec({"candidate"}, {"v"});
  how.alias = {{"candidate", {{"LG AI", "lg"}}}};
  check_problem(how, "candidate,v\nlg,1\nLG AI,2\n", 3, 1, "`candidate` `lg` stands twice");
}

TEST_CASE("csv: pairs") {
  TableSpec how = spec({"round"}, {});
  how.pairs = TableSpec::Pairs{};
  how.pairs->a = "home";
  how.pairs->b = "away";
  how.pairs->a_value = "hg";
  how.pairs->b_value = "ag";
  const Read r = read(how, "round,home,away,hg,ag\n1,a,b,2,1\n2,b,a,0,0\n");
  CHECK(r.problems.all().empty());
  REQUIRE(r.table.keys.size() == 3);
  CHECK(r.table.keys[1].name == "home");
  CHECK(r.table.keys[2].at(1) == "a");
  REQUIRE(r.table.values.size() == 2);
  CHECK(r.table.values[0].numbers == std::vector<double>{2, 0});
  check_problem(how, "round,home,away,hg,ag\n1,a,a,2,1\n", 2, 5, "paired with itself");

  TableSpec votes;
  votes.name = "votes";
  votes.pairs = TableSpec::Pairs{};
  votes.pairs->a = "left";
  votes.pairs->b = "right";
  votes.pairs->winner = "winner";
  votes.pairs->tie = {"tie"};
  votes.alias = {{"candidate", {{"Aurora", "a"}}}};
  const Read v = read(votes, "left,right,winner\nAurora,b,Aurora\na,b,tie\na,b,a\n");
  CHECK(v.problems.all().empty());
  REQUIRE(v.table.labels.size() == 1);
  CHECK(v.table.labels[0].at(0) == "a");
  CHECK(v.table.keys[0].at(0) == "a");
  check_problem(votes, "left,right,winner\na,b,c\n", 2, 5, "winner `c` did not take part");
  check_problem(votes, "left,right,winner\na,b,\n", 2, 5, "nobody won");
  CHECK(read(votes, "left,right,winner\nx,y,a\n").problems.all().empty()); // the first side
  check_problem(votes, "left,right,winner\na,b,a\nb,c,a\n", 3, 5, "winner `a` did not take part");
}

TEST_CASE("csv: a bye has no other side") {
  TableSpec how = spec({"round"}, {});
  how.pairs = TableSpec::Pairs{};
  how.pairs->a = "home";
  how.pairs->b = "away";
  how.pairs->a_value = "hg";
  how.pairs->b_value = "ag";
  const Read r = read(how, "round,home,away,hg,ag\n1,a,,2,\n");
  CHECK(r.problems.all().empty());
  CHECK(r.table.keys[2].at(0).empty());
  CHECK(r.table.values[1].is_gap(0));
  check_problem(how, "round,home,away,hg,ag\n1,,a,2,1\n", 2, 3, "the key `home` is empty");
}

TEST_CASE("csv: columns under other names") {
  TableSpec how = spec({"candidate", "candidate.party"}, {"score"});
  how.called = {{"candidate", "team"}, {"score", "Total score"}};
  const Read r = read(how, "party,team,Total score\nred,a,1\n");
  CHECK(r.problems.all().empty());
  REQUIRE(r.table.keys.size() == 2);
  CHECK(r.table.keys[0].name == "candidate");
  CHECK(r.table.keys[0].at(0) == "a");
  CHECK(r.table.keys[1].name == "candidate.party");
  CHECK(r.table.values[0].name == "score");
  CHECK(r.table.labels.empty());
  check_problem(how, "party,candidate,Total score\nred,a,1\n", 1, 1,
                "no column `team` for the key `candidate`");
}

TEST_CASE("csv: durations") {
  TableSpec how = spec({"k"}, {"time"});
  how.durations = {"time"};
  const Read r = read(how, "k,time\na,2:01:09\nb,1:02.53\nc,9.58\nd,DNF\ne,125:00\nf,0:00:00.1\n");
  CHECK(r.problems.all().empty());
  CHECK(r.table.values[0].numbers == std::vector<double>{7269, 62.53, 9.58, 0, 7500, 0.1});
  CHECK(r.table.values[0].is_category(3));
  check_problem(how, "k,time\na,1:75\n", 2, 3, "`1:75` in column `time` is no duration");
  check_problem(how, "k,time\na,1:2:03\n", 2, 3, "no duration");
  check_problem(how, "k,time\na,1:02:03:04\n", 2, 3, "no duration");
}

TEST_CASE("csv: long lines, many categories and many problems are bounded") {
  const TableSpec how = spec({"k"}, {"v"});
  const std::string big(200'000, 'x');
  check_problem(how, "k,v\n" + big + ",1\n", 2, 1, "longer than 65536 bytes");
  check_problem(how, "k,v\n\"" + big + "\n", 2, 1, "never closed");
  check_problem(how, big, 1, 1, "longer than 65536 bytes");
  std::string many = "k,v\n";
  for (int i = 0; i < 1000; ++i)
    many += std::to_string(i) + ",c" + std::to_string(i) + "\n";
  check_problem(how, many, 102, 5, "more than 100 different categories");
  std::string wrong = "k,v\n";
  for (int i = 0; i < 5000; ++i)
    wrong += std::to_string(i) + ",1_0\n";
  const Read r = read(how, wrong);
  CHECK(r.problems.all().size() == r.problems.limit());
  CHECK(r.problems.errors() == 5000);
  // A diagnostic in a long line quotes a piece of it.
  const Read piece = read(how, "k,v\n" + std::string(30'000, 'k') + ",1_0\n");
  CHECK(first(piece).where.column == 30'002);
  CHECK(first(piece).line.size() < 1000);
  CHECK(first(piece).line_from + 120 == first(piece).where.column);
}

TEST_CASE("csv: the result does not depend on chunks and threads") {
  std::string text = "k,v,w,note\n";
  for (int i = 0; i < 300; ++i) {
    text += "\"key\n" + std::to_string(i) + "\"," + std::to_string(i) + ".25," +
            (i % 7 == 0   ? ""
             : i % 5 == 0 ? "cat" + std::to_string(i % 3)
                          : std::to_string(i)) +
            ",\"a \"\"quoted\"\", one\"\r\n";
    if (i % 11 == 0)
      text += "\n";
  }
  const TableSpec how = spec({"k"}, {"v", "w"});
  const Read whole = read(how, text);
  REQUIRE(whole.problems.all().empty());
  REQUIRE(whole.table.rows == 300);
  for (const unsigned chunk : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    for (const unsigned threads : {1U, 3U}) {
      const Read parts = read(how, text, chunk, threads);
      INFO(chunk);
      REQUIRE(parts.problems.all().empty());
      CHECK(parts.table.keys[0].texts == whole.table.keys[0].texts);
      CHECK(parts.table.keys[0].codes == whole.table.keys[0].codes);
      CHECK(parts.table.labels[0].texts == whole.table.labels[0].texts);
      CHECK(parts.table.values[0].numbers == whole.table.values[0].numbers);
      CHECK(parts.table.values[1].numbers == whole.table.values[1].numbers);
      CHECK(parts.table.values[1].category == whole.table.values[1].category);
      CHECK(parts.table.values[1].texts == whole.table.values[1].texts);
      CHECK(parts.table.values[1].gap == whole.table.values[1].gap);
      CHECK(parts.table.lines == whole.table.lines);
    }
  }
}

TEST_CASE("csv: too many columns") {
  std::string header = "k";
  for (int i = 0; i < 100'000; ++i)
    header += ",c";
  auto source = std::make_shared<const SourceText>(SourceText{"t.csv", header + "\n"});
  Diagnostics problems;
  (void)read_table(spec({"k"}, {"c"}), source, problems, 1);
  REQUIRE(problems.errors() == 1);
  CHECK_THAT(problems.all()[0].message, contains("more than 100000 columns"));
  // Memory follows the cells, not lines times columns: this would be 160 GB.
  header = "k";
  for (int i = 0; i < 20'000; ++i)
    header += ",c" + std::to_string(i);
  TableSpec how = spec({"k"}, {});
  how.wide = "c";
  const std::string lines = header + "\n" + std::string(1'000'000, '\n') + "x\n";
  source = std::make_shared<const SourceText>(SourceText{"t.csv", lines});
  Diagnostics ragged;
  (void)read_table(how, source, ragged, 1);
  REQUIRE(ragged.errors() == 1);
  CHECK(ragged.all()[0].where.line == 1'000'002);
  CHECK_THAT(ragged.all()[0].message, contains("the row has 1 cell"));
}

TEST_CASE("csv: keys that are no grid are compared by sorting") {
  std::string text = "a,b,c,v\n";
  for (int i = 0; i < 500; ++i) {
    const std::string n = std::to_string(i);
    text += "a" + n + ",b" + n + ",c" + n + ",1\n";
  }
  const TableSpec how = spec({"a", "b", "c"}, {"v"});
  CHECK(read(how, text).problems.all().empty());
  const Read r = read(how, text + "a7,b7,c7,1\na8,b8,c9,1\na7,b7,c7,1\n", 100, 2);
  REQUIRE(r.problems.errors() == 2);
  CHECK(r.problems.all()[0].where.line == 502);
  CHECK(r.problems.all()[1].where.line == 504);
  CHECK(r.problems.all()[1].line == "a7,b7,c7,1");
  CHECK_THAT(r.problems.all()[1].help, contains("line 9"));
}

TEST_CASE("csv: texts made to collide cost no more than sorting") {
  // Of texts of sixteen bytes the second half undoes what the hash of csv_intern.hpp makes of the
  // first, so that all meet in one slot.
  constexpr std::uint64_t factor = 0xd6e8feb86659fd93U;
  std::uint64_t inverse = factor;
  for (int i = 0; i < 6; ++i)
    inverse *= 2 - factor * inverse; // Newton: the inverse modulo 2^64
  csv::Interner interner;
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    const std::uint64_t half = (i ^ (16 * 0x9e3779b97f4a7c15U)) * factor;
    const std::uint64_t words[2] = {i, half ^ (half >> 32U) ^ (i * inverse)};
    std::string text(16, '\0');
    std::memcpy(text.data(), words, 16);
    texts.push_back(text);
  }
  for (std::uint32_t i = 0; i < texts.size(); ++i)
    REQUIRE(interner.intern(texts[i]) == i);
  REQUIRE(interner.is_sorted());
  for (std::uint32_t i = 0; i < texts.size(); ++i)
    REQUIRE(interner.intern(texts[i]) == i);
  CHECK(interner.texts() == texts);
}

TEST_CASE("csv: texts are told apart whatever they share") {
  csv::Interner interner;
  std::vector<std::string> texts = {"", "a", "aa", "aaa", "aba", "abca", "abcba", "abcdefgh"};
  for (const std::size_t size : {8U, 9U, 15U, 16U, 17U, 24U, 33U, 100U}) // alike at both ends
    for (const char middle : {'x', 'y', '\0'}) {
      std::string text = "12345678" + std::string(size, '-') + "12345678";
      text[8 + size / 2] = middle;
      texts.push_back(text);
    }
  for (std::size_t size = 0; size < 20; ++size)
    texts.push_back(std::string(size + 4, 'z'));
  for (int twice = 0; twice < 2; ++twice)
    for (std::uint32_t i = 0; i < texts.size(); ++i)
      REQUIRE(interner.intern(texts[i]) == i);
  CHECK(interner.texts() == texts);
  CHECK_FALSE(interner.is_sorted());
}

TEST_CASE("csv: a cell is read the same wherever it ends and whatever follows") {
  const csv::Syntax syntax{';', '\n', ','};
  const csv::PlainCells plain(syntax);
  std::string scratch;
  const std::vector<std::string> ends = {";", "\n", "\r\n", "\r", "\"", " ;", "\xC2\xA0;", ""};
  for (std::size_t size = 0; size < 40; ++size)
    for (const std::string& end : ends)
      for (const std::size_t more : {0U, 1U, 7U, 30U}) {
        const std::string text = std::string(size, 'x') + end + std::string(more, 'y');
        const char* const begin = text.data();
        csv::Cell fast;
        if (!plain.read(begin, begin + text.size(), fast))
          continue;
        const csv::Cell slow = csv::next_cell(begin, begin + text.size(), syntax, scratch);
        INFO(text);
        CHECK(fast.text == slow.text);
        CHECK(fast.begin == slow.begin);
        CHECK(fast.stop == slow.stop);
        CHECK(fast.next == slow.next);
        CHECK(fast.ends_row == slow.ends_row);
        CHECK(slow.trouble == csv::Cell::Trouble::none);
      }
  csv::Cell cell;
  const std::string text = "twelve bytes;" + std::string(16, '.');
  CHECK(plain.read(text.data(), text.data() + text.size(), cell));
}

TEST_CASE("csv: inline tables point into the program") {
  const std::string program =
      "evidence:\n  duels:\n    csv: |\n      k,v\n      a,1\n      b,1_0\n";
  TableSpec how = spec({"k"}, {"v"});
  how.csv = "k,v\na,1\nb,1_0\n";
  how.file_where = {std::make_shared<const SourceText>(SourceText{"program.yaml", program}), 3, 10,
                    1};
  Diagnostics problems;
  (void)read_inline_table(how, problems);
  REQUIRE(problems.errors() == 1);
  CHECK(problems.all()[0].where.source->name == "program.yaml");
  CHECK(problems.all()[0].where.line == 6);
  CHECK(problems.all()[0].where.column == 9);
  CHECK_THAT(draw(problems.all()[0]), contains("    6 |       b,1_0\n"
                                               "      |         ^^^\n"));
  how.values = {"w"};
  Diagnostics header;
  (void)read_inline_table(how, header);
  REQUIRE(header.errors() == 1);
  CHECK_THAT(draw(header.all()[0]), contains("program.yaml:4:7: "));
}
