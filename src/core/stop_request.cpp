#include "core/stop_request.hpp"

#include <csignal>
#include <initializer_list>

namespace psychograph::core {
namespace {

volatile std::sig_atomic_t requested = 0;  // NOLINT: a handler can reach nothing else
bool ignored = false;                      // NOLINT

extern "C" void note(int) { requested = 1; }

}  // namespace

void note_stop_requests() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;  // reads and writes go on: they know of no interruption
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGTERM, SIGUSR1}) ::sigaction(signal, &action, nullptr);
  for (const int signal : {SIGINT, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // Ignored by nohup, or in a shell's background.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

bool stop_requested() { return requested != 0 && !ignored; }

void ignore_stop_requests() { ignored = true; }

}  // namespace psychograph::core
