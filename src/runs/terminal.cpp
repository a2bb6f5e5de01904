#include "runs/terminal.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/printable.hpp"

namespace psychograph::runs {

void prepare_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free number is taken, so this one. The wrong way round, so that using it fails.
    if (::fcntl(stream, F_GETFD) < 0) (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
  (void)std::signal(SIGPIPE, SIG_IGN);
}

void print(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw core::environment_error(
          fmt::format("standard output: can't be written: {}", std::strerror(errno)));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void tell(const core::Error& error) {
  std::fputs(fmt::format("psychograph: {}\n", core::printable(error.what())).c_str(), stderr);
}

void tell(const ListedError& error) {
  tell(static_cast<const core::Error&>(error));
  for (const auto& line : error.list())
    std::fputs(fmt::format("  {}\n", core::printable(line)).c_str(), stderr);
}

}  // namespace psychograph::runs
