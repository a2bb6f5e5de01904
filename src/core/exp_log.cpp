#include "core/exp_log.hpp"

#include <algorithm>
#include <cstddef>

#include "core/lane_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/exp_log.cpp"
#include <hwy/foreach_target.h>  // compiles the rest of this file once for each instruction set
#include <hwy/highway.h>

#include "core/exp_log-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace psychograph::core {
namespace HWY_NAMESPACE {

template <class Function>
HWY_INLINE void replace_each(double* values, std::size_t count, const Function& function) {
  std::size_t i = 0;
  for (; i + double_lanes <= count; i += double_lanes) store(function(load(values + i)), values + i);
  if (i == count) return;
  double last[double_lanes] = {};
  std::copy(values + i, values + count, last);
  store(function(load(last)), last);
  std::copy(last, last + (count - i), values + i);
}

void exponentials_of_doubles(double* values, std::size_t count) {
  replace_each(values, count, [](Doubles x) HWY_ATTR { return exponential(x); });
}

void logarithms_of_doubles(double* values, std::size_t count) {
  replace_each(values, count, [](Doubles x) HWY_ATTR { return logarithm(x); });
}

}  // namespace HWY_NAMESPACE
}  // namespace psychograph::core
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace psychograph::core {

HWY_EXPORT(exponentials_of_doubles);
HWY_EXPORT(logarithms_of_doubles);

void exponentiate(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(exponentials_of_doubles)(values.data(), values.size());
}

void take_logarithms(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(logarithms_of_doubles)(values.data(), values.size());
}

}  // namespace psychograph::core

#endif
