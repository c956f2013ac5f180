// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/csv.hpp>
#include <libeval/io/files.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace libeval;
using libeval::test::contains;
namespace fs = std::filesystem;

namespace {

// A folder with a bundle in it and a secret beside it, removed at the end.
struct Scene {
  Scene() {
    std::string pattern = (fs::temp_directory_path() / "libeval-files-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root = pattern;
    fs::create_directories(root / "bundle" / "evidence" / "deep");
    write(root / "secret.csv", "k,v\nsecret,1\n");
    write(root / "bundle" / "evidence" / "marks.csv", "k,v\na,1\n");
  }
  ~Scene() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  [[nodiscard]] Folder open() const {
    Diagnostics problems;
    auto folder = Folder::open(root / "bundle", problems);
    REQUIRE(folder);
    return std::move(*folder);
  }
  fs::path root;
};

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The message with which a path is refused; the file must not be opened.
std::string refusal(const Folder& folder, const std::string& path) {
  Diagnostics problems;
  CHECK_FALSE(folder.open_file(path, {}, problems));
  REQUIRE(problems.errors() == 1);
  return problems.all()[0].message + " / " + problems.all()[0].help;
}

} // namespace

TEST_CASE("files: inside the bundle") {
  const Scene scene;
  const Folder folder = scene.open();
  Diagnostics problems;
  for (const std::string path :
       {"evidence/marks.csv", "./evidence//marks.csv", "evidence/deep/../marks.csv"}) {
    const auto text = folder.read_text(path, {}, problems);
    REQUIRE(text);
    CHECK(text->text == "k,v\na,1\n");
    CHECK_THAT(text->name, contains("bundle/" + path));
  }
  CHECK(problems.all().empty());
  CHECK(folder.has_file("evidence/marks.csv"));
  CHECK_FALSE(folder.has_file("evidence"));
  CHECK_FALSE(folder.has_file("evidence/none.csv"));
}

TEST_CASE("files: paths that leave the bundle") {
  const Scene scene;
  const Folder folder = scene.open();
  CHECK_THAT(refusal(folder, "../secret.csv"), contains("leads out of the bundle"));
  CHECK_THAT(refusal(folder, "evidence/../../secret.csv"), contains("leads out of the bundle"));
  CHECK_THAT(refusal(folder, "evidence/deep/../../../secret.csv"), contains("leads out"));
  CHECK_THAT(refusal(folder, (scene.root / "secret.csv").string()), contains("is absolute"));
  CHECK_THAT(refusal(folder, "C:/secret.csv"), contains("is absolute"));
  CHECK_THAT(refusal(folder, ""), contains("empty"));
  CHECK_THAT(refusal(folder, std::string("evidence/marks.csv\0.png", 23)), contains("not a path"));
  CHECK_THAT(refusal(folder, std::string(5000, 'a')), contains("not a path"));
}

TEST_CASE("files: links stay inside the bundle or are refused") {
  const Scene scene;
  const fs::path bundle = scene.root / "bundle";
  fs::create_symlink("evidence/marks.csv", bundle / "inside.csv");
  fs::create_symlink("../evidence", bundle / "evidence" / "again");
  fs::create_symlink("../secret.csv", bundle / "outside.csv");
  fs::create_symlink(scene.root / "secret.csv", bundle / "absolute.csv");
  fs::create_symlink("..", bundle / "up");
  fs::create_symlink("round.csv", bundle / "round.csv");
  fs::create_symlink("gone.csv", bundle / "dangling.csv");
  const Folder folder = scene.open();
  CHECK(folder.has_file("inside.csv"));
  CHECK(folder.has_file("evidence/again/marks.csv"));
  CHECK_THAT(refusal(folder, "outside.csv"), contains("leads out of the bundle"));
  CHECK_THAT(refusal(folder, "absolute.csv"), contains("a link out of the bundle"));
  CHECK_THAT(refusal(folder, "up/secret.csv"), contains("leads out of the bundle"));
  CHECK_THAT(refusal(folder, "round.csv"), contains("circle of links"));
  CHECK_THAT(refusal(folder, "dangling.csv"), contains("there is no file"));
}

TEST_CASE("files: only regular files, found by their names") {
  const Scene scene;
  const fs::path bundle = scene.root / "bundle";
  REQUIRE(::mkfifo((bundle / "pipe.csv").c_str(), 0600) == 0);
  const Folder folder = scene.open();
  CHECK_THAT(refusal(folder, "pipe.csv"), contains("not a regular file"));
  CHECK_THAT(refusal(folder, "evidence"), contains("is a folder"));
  CHECK_THAT(refusal(folder, "evidence/marks.csv/x"), contains("`marks.csv` is not a folder"));
  CHECK_THAT(refusal(folder, "evidence/mraks.csv"), contains("did you mean `marks.csv`"));
  CHECK_THAT(refusal(folder, "evidnce/marks.csv"), contains("did you mean `evidence`"));
  CHECK_THAT(refusal(folder, "evidence\\marks.csv"), contains("separate the parts"));
  Diagnostics problems;
  CHECK_FALSE(Folder::open(scene.root / "none", problems));
  CHECK_FALSE(Folder::open(scene.root / "secret.csv", problems));
  REQUIRE(problems.errors() == 2);
  CHECK_THAT(problems.all()[0].message, contains("there is no folder"));
  CHECK_THAT(problems.all()[1].message, contains("is not a folder"));
}

TEST_CASE("files: sizes are bounded") {
  const Scene scene;
  const Folder folder = scene.open();
  Diagnostics problems;
  CHECK(folder.read_text("evidence/marks.csv", {}, problems, 8));
  CHECK_FALSE(folder.read_text("evidence/marks.csv", {}, problems, 7));
  REQUIRE(problems.errors() == 1);
  CHECK_THAT(problems.all()[0].message, contains("has 8 bytes, allowed are 7"));
}

TEST_CASE("files: tables are read from files as from texts") {
  const Scene scene;
  std::string text = "k,v,note\n";
  for (int i = 0; i < 300'000; ++i)
    text += "key" + std::to_string(i) + "," + std::to_string(i) + ".5,\"a,\nb\"\n";
  REQUIRE(text.size() > (std::size_t{4} << 20U)); // larger than one piece of the reader
  Scene::write(scene.root / "bundle" / "big.csv", text);
  const Folder folder = scene.open();
  Diagnostics problems;
  const auto file = folder.open_file("big.csv", {}, problems);
  REQUIRE(file);
  TableSpec spec;
  spec.keys = {"k"};
  spec.values = {"v"};
  const Table from_file = read_table(spec, *file, problems, 2);
  const Table from_text = read_table(
      spec, std::make_shared<const SourceText>(SourceText{"big.csv", text}), problems, 1);
  CHECK(problems.all().empty());
  CHECK(from_file.rows == 300'000);
  CHECK(from_file.values[0].numbers == from_text.values[0].numbers);
  CHECK(from_file.keys[0].texts == from_text.keys[0].texts);
  CHECK(from_file.keys[0].codes == from_text.keys[0].codes);
  CHECK(from_file.lines == from_text.lines);
  CHECK(from_file.lines.back() == 599'999 + 1);
}

TEST_CASE("files: a line of any length costs bounded memory") {
  // A gigabyte as one line, in a sparse file that takes no room on the disk. What is longer than
  // the longest row is not looked at but for its line ends.
  const Scene scene;
  const fs::path path = scene.root / "bundle" / "line.csv";
  Scene::write(path, "k,v\na,1\nb,");
  fs::resize_file(path, std::uintmax_t{1} << 30U);
  const Folder folder = scene.open();
  Diagnostics problems;
  const auto file = folder.open_file("line.csv", {}, problems);
  REQUIRE(file);
  TableSpec spec;
  spec.keys = {"k"};
  spec.values = {"v"};
  (void)read_table(spec, *file, problems, 1);
  REQUIRE(problems.errors() == 1);
  CHECK(problems.all()[0].where.line == 3);
  CHECK_THAT(problems.all()[0].message, contains("longer than 16777216 bytes"));
}

TEST_CASE("files: writing replaces a file as a whole") {
  const Scene scene;
  const fs::path path = scene.root / "out.json";
  write_file(path, "first");
  CHECK(text_of(path) == "first");
  write_file(path, "second");
  CHECK(text_of(path) == "second");
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(scene.root))
    ++count;
  CHECK(count == 3); // bundle, secret.csv, out.json: nothing temporary is left
  CHECK_THROWS_AS(write_file(scene.root / "none" / "out.json", "x"), fs::filesystem_error);
  CHECK_THROWS_AS(write_file(scene.root / "bundle", "x"), fs::filesystem_error);
  // A link at the place is replaced, not followed.
  fs::create_symlink("secret.csv", scene.root / "link.json");
  write_file(scene.root / "link.json", "mine");
  CHECK(text_of(scene.root / "secret.csv") == "k,v\nsecret,1\n");
}
