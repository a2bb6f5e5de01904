// Wall-clock seconds of a stage.
#pragma once

#include <chrono>

namespace psychograph::core {

class Stopwatch {
 public:
  /// Seconds since it was made, or since the last `restart`.
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  /// Seconds so far; counts from zero again.
  double restart() {
    const double elapsed = seconds();
    start_ = std::chrono::steady_clock::now();
    return elapsed;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace psychograph::core
