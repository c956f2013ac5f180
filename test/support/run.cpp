// SPDX-License-Identifier: Apache-2.0
#include "support/run.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace libeval::test {

namespace {

/// Becomes the command; returns only if that fails.
void become_libeval(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                    const std::vector<std::string>& environment) {
  const std::string program = LIBEVAL_TOOL;
  std::vector<std::string> copies = arguments, settings = environment;
  copies.insert(copies.begin(), program);
  std::vector<char*> words;
  for (std::string& word : copies)
    words.push_back(word.data());
  words.push_back(nullptr);
  for (std::string& setting : settings)
    putenv(setting.data());
  if (chdir(folder.c_str()) == 0)
    execv(program.c_str(), words.data());
}

Ran read_from(int descriptor, pid_t child, const std::string& interrupt_at = {}) {
  Ran ran;
  bool interrupted = interrupt_at.empty();
  std::array<char, 65536> buffer{};
  for (ssize_t n = 0; (n = read(descriptor, buffer.data(), buffer.size())) > 0;) {
    ran.output.append(buffer.data(), static_cast<std::size_t>(n));
    if (!interrupted && ran.output.find(interrupt_at) != std::string::npos) {
      kill(child, SIGINT);
      interrupted = true;
    }
  }
  close(descriptor);
  int status = 0;
  waitpid(child, &status, 0);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

} // namespace

Ran run_libeval(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0)
    throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    become_libeval(arguments, folder, {});
    _exit(127);
  }
  close(ends[1]);
  return read_from(ends[0], child);
}

Ran run_libeval_on_terminal(const std::vector<std::string>& arguments,
                            const std::filesystem::path& folder,
                            const std::vector<std::string>& environment,
                            const std::string& interrupt_at) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
    throw std::runtime_error("no terminal");
  const std::string name = ptsname(terminal);
  const int other_end = open(name.c_str(), O_RDWR | O_NOCTTY);
  const pid_t child = fork();
  if (child == 0) {
    dup2(other_end, STDOUT_FILENO);
    dup2(other_end, STDERR_FILENO);
    close(other_end);
    close(terminal);
    become_libeval(arguments, folder, environment);
    _exit(127);
  }
  close(other_end);
  return read_from(terminal, child,
                   interrupt_at); // ends with an error when nobody holds the other end
}

std::vector<std::string> split_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, open = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      open = true;
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\t')) {
      if (open || !word.empty())
        words.push_back(word);
      word.clear();
      open = false;
    } else {
      word += c;
    }
  }
  if (open || !word.empty())
    words.push_back(word);
  return words;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string first_difference(const std::string& expected, const std::string& got) {
  std::istringstream a(expected), b(got);
  std::string x, y;
  for (int line = 1;; ++line) {
    const bool more_a = static_cast<bool>(std::getline(a, x));
    const bool more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b)
      return "no line differs";
    if (!more_a || !more_b || x != y)
      return "line " + std::to_string(line) + "\n  expected: " + (more_a ? x : "(the end)") +
             "\n       got: " + (more_b ? y : "(the end)");
  }
}

} // namespace libeval::test
