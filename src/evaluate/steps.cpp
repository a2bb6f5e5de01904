#include "evaluate/steps.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "kernel/few_values.hpp"

namespace psychograph::evaluate {
void spread(const comm::Communicator& world, const kernel::Data& data, std::uint64_t seed,
            core::FeatureMatrix& matrix) {
  const auto few = kernel::few_values(world, data);
  for (std::size_t j = 0; j < few.size(); ++j) {
    const auto& values = few[j];
    if (values.size() < 2) continue;
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      float& cell = matrix.at(row, j);
      const auto at = std::lower_bound(values.begin(), values.end(), cell);
      if (at == values.end() || *at != cell) continue;  // of somebody without weight
      const auto step = [](const float* from) {
        return static_cast<double>(from[1]) - static_cast<double>(from[0]);
      };
      const auto* here = values.data() + (at - values.begin());
      const double below = step(at == values.begin() ? here : here - 1);
      const double above = step(at + 1 == values.end() ? here - 1 : here);
      const auto global = static_cast<std::uint64_t>(data.rows.begin) + row;
      const auto bits = core::random_bits(seed, core::Purpose::spread, static_cast<std::uint32_t>(j), global);
      const double unit = core::to_unit(bits.first);
      cell = static_cast<float>(static_cast<double>(cell) - below / 2 + unit * (below + above) / 2);
    }
  }
}

}  // namespace psychograph::evaluate
