// Model archives whose checksum is right. One that is accepted is the same once written and read again, and
// can be used: its centroids in the user's units, and cells encoded.
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "features/encoder.hpp"
#include "fuzz.hpp"
#include "results/model.hpp"
#include "tokens.hpp"

namespace psychograph::fuzz {
namespace {

void encode(const features::Schema& schema) {
  constexpr std::size_t rows = 20;
  const features::Participation everybody;
  features::Encoder encoder(core::FeatureMatrix(rows, schema.width()), everybody);
  for (const auto& fitted : schema.features) {
    if (fitted.width() == 0) continue;
    if (fitted.feature.leveled) {
      const auto last = static_cast<std::int32_t>(fitted.levels.size()) - 1;
      encoder.write_levels(fitted, 0, std::array<std::int32_t, 4>{0, last, -1, -2});
    } else {
      std::array<double, rows> values{fitted.statistics.min, fitted.statistics.max,
                                      std::numeric_limits<double>::quiet_NaN()};
      encoder.write_numbers(fitted, 0, values);
    }
  }
}

void look(std::string_view text) {
  const auto model = results::from_archive(text);
  const auto archive = results::to_archive(model);
  require(results::to_archive(results::from_archive(archive)) == archive, "a model that changes");
  const auto& schema = model.schema;
  require(schema.encoded_names().size() == schema.width(), "a column without a name");
  for (std::size_t c = 0; c < model.centres().k(); ++c) {
    const auto units = schema.to_user_units(model.centres().row(c));
    require(schema.to_centred(units.data()).size() == schema.width(), "a column without a value");
  }
  encode(schema);
}

}  // namespace
}  // namespace psychograph::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace psychograph::fuzz;
  allow_errors([&] { look({reinterpret_cast<const char*>(data), size}); });
  return 0;
}
