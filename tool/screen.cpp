// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

namespace libeval::tool {
namespace {

/// Whether everything was written.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count >= 0)
      text.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR)
      return false;
  }
  return true;
}

} // namespace

void print(std::string_view text) {
  static bool gone = false;
  if (gone || write_all(STDOUT_FILENO, text))
    return;
  if (errno != EPIPE)
    throw std::runtime_error(std::string("cannot write the output: ") + std::strerror(errno));
  gone = true;
}

void complain(std::string_view text) {
  static_cast<void>(write_all(STDERR_FILENO, text));
}

bool wants_color(int descriptor) {
  const char* no = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if ((no != nullptr && *no != '\0') || (terminal != nullptr && std::strcmp(terminal, "dumb") == 0))
    return false;
  return ::isatty(descriptor) == 1;
}

ReportOptions on_screen(bool all) {
  ReportOptions options{.color = wants_color(STDOUT_FILENO), .all = all};
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    options.width = size.ws_col;
  return options;
}

} // namespace libeval::tool
