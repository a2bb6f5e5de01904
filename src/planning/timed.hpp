// The rate of a piece of work: how much of it is done in a second.
#pragma once

#include <algorithm>

#include <time.h>

#include "core/stopwatch.hpp"

namespace psychograph::planning {

/// That this thread has had a core.
inline double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Calls `work`, which does `amount` of something, for so many seconds, and at least three times. The best
/// call's rate: other programs only ever make it slower.
template <class Work>
double best_rate(double amount, double seconds, Work work) {
  double best = 0;
  const core::Stopwatch watch;
  for (int calls = 0; calls < 3 || watch.seconds() < seconds; ++calls) {
    const core::Stopwatch call;
    work();
    best = std::max(best, amount / std::max(call.seconds(), 1e-9));
  }
  return best;
}

/// The mean rate over so many seconds, for cores that get in each other's way. In seconds of the processor:
/// what else runs on a login node does not count.
template <class Work>
double mean_rate(double amount, double seconds, Work work) {
  double done = 0;
  const double start = processor_seconds();
  const core::Stopwatch watch;
  do {
    work();
    done += amount;
  } while (watch.seconds() < seconds);
  return done / std::max(processor_seconds() - start, 1e-9);
}

}  // namespace psychograph::planning
