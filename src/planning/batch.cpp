#include "planning/batch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include <cctype>
#include <fmt/format.h>

#include "planning/model.hpp"

namespace psychograph::planning {
namespace {

constexpr double mib = 1 << 20;
constexpr double gib = 1 << 30;

}  // namespace

std::string time_limit(double seconds) {
  constexpr double most = 1e15;  // no limit holds that; it fits the integer
  const auto minutes =
      std::max<std::int64_t>(10, static_cast<std::int64_t>(std::ceil(2 * std::min(seconds, most) / 300)) * 5);
  return fmt::format("{}:{:02}:00", minutes / 60, minutes % 60);
}

std::string memory_limit(double bytes, double node_bytes) {
  auto whole = std::max(1.0, std::ceil(memory_margin * bytes / gib));
  if (node_bytes > 0) whole = std::max(1.0, std::min(whole, std::floor(node_bytes / gib)));
  return fmt::format("{:.0f}G", whole);
}

std::string memory_option(double node_bytes, double ranks_per_node) {
  return fmt::format("{}M", static_cast<std::int64_t>(0.9 * node_bytes / ranks_per_node / mib));
}

std::string quoted(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("_./=-:+,@%", c) != nullptr;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string seconds_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.3g} us", 1e6 * seconds);
  if (seconds < 1) return fmt::format("{:.3g} ms", 1e3 * seconds);
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string bytes_text(double bytes) {
  return bytes < gib ? fmt::format("{:.0f} MiB", bytes / mib) : fmt::format("{:.1f} GiB", bytes / gib);
}

}  // namespace psychograph::planning
