// The program's own loops on random rows, for the calibration. Local.
#pragma once

#include <cstdint>
#include <memory>

#include "planning/constants.hpp"

namespace psychograph::planning {

/// Random rows that stay in a core's cache, and k of them as centroids.
class KernelLoop {
 public:
  KernelLoop(std::int64_t k, std::int64_t p);
  ~KernelLoop();
  KernelLoop(KernelLoop&&) noexcept;
  KernelLoop& operator=(KernelLoop&&) = delete;

  /// Multiplications and additions of one call.
  [[nodiscard]] double operations() const;
  void operator()();
  /// Fills in what else is done to rows: skip, sample, move, square, and the candidates and centroids.
  void measure_the_rest(Constants& constants);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Memory that no cache holds, summed up.
class StreamingLoop {
 public:
  explicit StreamingLoop(std::int64_t bytes);
  ~StreamingLoop();
  StreamingLoop(StreamingLoop&&) noexcept;
  StreamingLoop& operator=(StreamingLoop&&) = delete;

  [[nodiscard]] double bytes() const;
  void operator()();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace psychograph::planning
