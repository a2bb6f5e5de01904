// The wish that the program end early and in good order: SIGTERM, SIGUSR1, SIGINT or SIGHUP, from a
// scheduler, a person or a terminal.
#pragma once

namespace psychograph::core {

/// From now on, and until the process ends, the signals are noted instead of ending it. SIGINT and SIGHUP
/// stay ignored where they are.
void note_stop_requests();

/// Whether one has come. Any thread; local: ranks agree by `comm::agree`.
[[nodiscard]] bool stop_requested();

/// From now on none counts, not even one that has come: what is being done is done to its end.
void ignore_stop_requests();

}  // namespace psychograph::core
