// The wish that the program end early and in good order: SIGTERM or SIGUSR1, from a scheduler or a person.
#pragma once

namespace psychograph::core {

/// From now on, and until the process ends, the signals are noted instead of ending it.
void note_stop_requests();

/// Whether one has come. Any thread; local: ranks agree by `comm::agree`.
[[nodiscard]] bool stop_requested();

/// From now on none counts, not even one that has come: what is being done is done to its end.
void ignore_stop_requests();

}  // namespace psychograph::core
