#include "io/fence.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <string_view>
#include <utility>

#include <sys/time.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/printable.hpp"

namespace psychograph::io {
namespace {

constexpr std::array<int, 5> crashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::array<std::string_view, 2> crashing{"reading it crashes ", ": the file is damaged\n"};
constexpr std::array<std::string_view, 2> endless{"", " reads it without end: the file is damaged\n"};
bool are_up = false;

// All that a signal handler may touch: set before the crash.
std::array<char, 4096> message;
const char* volatile library_name = "";
volatile std::sig_atomic_t length = 0;  // of the message; 0: nothing is blamed
volatile std::sig_atomic_t inside = 0;
std::array<struct sigaction, crashes.size()> before;

const Fence* innermost = nullptr;

void tell(const std::array<std::string_view, 2>& what) {
  const std::string_view blamed(message.data(), static_cast<std::size_t>(length));
  for (const auto part : {blamed, what[0], std::string_view(library_name), what[1]})
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, part.data(), part.size());
}

void end_endless(int) {
  if (inside == 0) return;
  tell(endless);
  ::_exit(static_cast<int>(core::ExitCode::data));
}

/// From now on so much of the processor's time; 0: as much as it takes.
void allow(double seconds) {
  if (!are_up) return;
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  ::setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

void end(int signal) {
  // The heap that the library has spoilt may be found out later, by malloc.
  if (inside != 0 || (signal == SIGABRT && length > 0)) {
    tell(crashing);
    ::_exit(static_cast<int>(core::ExitCode::data));
  }
  for (std::size_t i = 0; i < crashes.size(); ++i) ::sigaction(crashes[i], &before[i], nullptr);
  ::raise(signal);
}

}  // namespace

void put_up_fences() {
#if !defined(__SANITIZE_ADDRESS__)
  // A stack of its own: deeply nested types use up the usual one.
  alignas(16) static std::array<char, 65536> stack;
  const stack_t alternative{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = end;
  action.sa_flags = SA_ONSTACK;
  for (std::size_t i = 0; i < crashes.size(); ++i) ::sigaction(crashes[i], &action, &before[i]);
  action.sa_handler = end_endless;
  ::sigaction(SIGVTALRM, &action, nullptr);
  are_up = true;
#endif
}

Fence::Fence(const std::string& path, double seconds, const char* library)
    : message_("psychograph: " + core::printable(path).substr(0, message.size() / 2) + ": "),
      library_(library),
      seconds_(seconds),
      outer_(std::exchange(innermost, this)) {
  blame();
}

Fence::~Fence() {
  innermost = outer_;
  inside = 0;
  if (outer_ != nullptr) {
    outer_->blame();
  } else {
    allow(0);
  }
}

void Fence::blame() const {
  inside = 0;
  std::copy(message_.begin(), message_.end(), message.begin());
  library_name = library_;
  length = static_cast<std::sig_atomic_t>(message_.size());
  inside = 1;
  allow(seconds_);
}

void Fence::renew() const { allow(seconds_); }

void blame_no_more_aborts() { length = 0; }

}  // namespace psychograph::io
