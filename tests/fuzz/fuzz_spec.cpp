// Specs: TOML of any bytes, and what the command line sets. What is accepted is noted in the result as the
// effective spec, which must be a spec again, and the same.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.hpp"
#include "io/csv_record.hpp"
#include "spec/parse.hpp"

namespace psychograph::fuzz {
namespace {

/// Overrides are the lines behind this one.
constexpr std::string_view divide = "\n--set\n";

void look(std::string_view text) {
  const auto end = text.find(divide);
  std::vector<spec::Override> overrides;
  if (end != std::string_view::npos) {
    auto rest = text.substr(end + divide.size());
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      overrides.push_back(spec::parse_override(line));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  // A command line may hold any bytes, and TOML none but UTF-8.
  const bool can_be_noted = io::is_storable_text(text);
  const auto parsed = spec::parse(text.substr(0, end), "spec.toml", overrides, spec::Purpose::segment);
  if (!can_be_noted) return;
  try {
    const auto again = spec::parse(parsed.effective, "effective", {}, spec::Purpose::segment);
    require(again.effective == parsed.effective, "the effective spec has another effective spec");
  } catch (const core::Error& error) {
    report(std::string("the effective spec is none: ") + error.what());
  }
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  allow_errors([&] { look({reinterpret_cast<const char*>(data), size}); });
  return 0;
}
