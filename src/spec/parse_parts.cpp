#include "spec/parse_parts.hpp"

#include "core/number.hpp"

namespace psychograph::spec {

Sentinels parse_sentinels(Section& section) {
  Sentinels result;
  const auto* values = section.list("missing_values");
  if (values == nullptr) return result;
  for (const auto& value : *values) {
    if (value.is_string()) {
      result.texts.push_back(value.as_string()->get());
    } else if (value.is_integer()) {
      result.numbers.push_back(core::number_of(value.as_integer()->get()));
    } else if (value.is_floating_point()) {
      result.numbers.push_back({value.as_floating_point()->get(), 0});
    } else {
      section.fail("missing_values", "expected numbers and strings");
    }
  }
  return result;
}

Privacy parse_privacy(Section section) {
  Privacy privacy;
  privacy.min_cell = section.whole_number("min_cell", 0, 1'000'000'000).value_or(privacy.min_cell);
  if (privacy.min_cell == 1) section.fail("min_cell", "1 withholds nothing: take 2 or more, or 0");
  privacy.ids = section.flag("ids").value_or(privacy.ids);
  section.finish();
  return privacy;
}

}  // namespace psychograph::spec
