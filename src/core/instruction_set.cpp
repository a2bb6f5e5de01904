#include "core/instruction_set.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
// clang-format off
#include "core/lane_targets.hpp"
#include <hwy/highway.h>
// clang-format on

namespace psychograph::core {
namespace {

struct Target {
  const char* name;
  std::int64_t bits;
  bool whole_numbers;  ///< see kernel/screen.hpp; Highway's loops are the same
};
constexpr Target known_targets[] = {{"avx3_vnni", HWY_AVX3, true},
                                    {"avx3", HWY_AVX3, false},
                                    {"avx2", HWY_AVX2, false},
                                    {"neon", HWY_NEON, false},
                                    {"scalar", HWY_EMU128 | HWY_SCALAR, false}};

bool processor_has_whole_numbers() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

bool whole_numbers_wanted = true;

/// The sets that both the machine and this build have. The plain loop is always there.
std::int64_t supported() {
  hwy::DisableTargets(0);
  return (hwy::SupportedTargets() & HWY_TARGETS) | HWY_STATIC_TARGET;
}

}  // namespace

bool has_whole_numbers() { return whole_numbers_wanted && processor_has_whole_numbers(); }

std::vector<std::string> targets() {
  std::vector<std::string> names;
  for (const auto& target : known_targets) {
    if ((supported() & target.bits) == 0) continue;
    if (!target.whole_numbers || processor_has_whole_numbers()) names.emplace_back(target.name);
  }
  return names;
}

void force_target(const std::string& name) {
  const auto here = targets();
  if (!name.empty() && std::find(here.begin(), here.end(), name) == here.end()) {
    throw core::usage_error(
        fmt::format("PSYCHOGRAPH_TARGET={}: here there is {}", name, fmt::join(here, ", ")));
  }
  hwy::DisableTargets(0);
  whole_numbers_wanted = true;
  for (const auto& target : known_targets) {
    if (name != target.name) continue;
    hwy::DisableTargets(~target.bits);
    whole_numbers_wanted = target.whole_numbers;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void choose_target() {
  const char* wanted = std::getenv("PSYCHOGRAPH_TARGET");
  if (wanted != nullptr) force_target(wanted);
}

}  // namespace psychograph::core
