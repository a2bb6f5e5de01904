#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "comm/joint_reduction.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "features/window_cells.hpp"
#include "insight/persona.hpp"
#include "io/windows.hpp"

namespace psychograph::insight {
namespace {

/// Bytes that are 0 or 1.
using Bytes = std::vector<std::uint8_t>;

/// Of each value, whether it is so. Pointers, as a byte that is written might be any object's.
template <class T, class Is>
void set_where(std::span<const T> values, Bytes& bytes, Is is) {
  auto* const to = bytes.data();
  const auto* const from = values.data();
  const auto count = values.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = is(from[i]) ? 1 : 0;
}

/// Every trait that some persona has, once, with whom of a window it fits.
class Fits {
 public:
  explicit Fits(const Personas& personas) {
    for (const auto& persona : personas) {
      auto& own = of_persona_.emplace_back();
      for (const auto& statement : persona.is) own.push_back(place_of(statement.trait));
    }
  }

  [[nodiscard]] std::vector<std::size_t> features() const {
    std::set<std::size_t> found;
    for (const auto& trait : traits_) found.insert(trait.feature);
    return {found.begin(), found.end()};
  }

  void begin(std::size_t rows) {
    for (auto& fits : fits_) fits.assign(rows, 0);
  }

  void see(const features::WindowCells& cells, std::size_t f, std::size_t feature,
           const features::FittedFeature& fitted, const std::vector<Tally>& tallies) {
    for (std::size_t t = 0; t < traits_.size(); ++t) {
      if (traits_[t].feature != feature) continue;
      if (fitted.feature.leveled) {
        see_levels(cells.levels(f), traits_[t], fitted, fits_[t]);
      } else {
        see_numbers(cells.numbers(f), traits_[t], tallies, fits_[t]);
      }
    }
  }

  [[nodiscard]] const std::vector<std::size_t>& of_persona(std::size_t persona) const {
    return of_persona_[persona];
  }
  [[nodiscard]] const Bytes& fits(std::size_t trait) const { return fits_[trait]; }

 private:
  std::size_t place_of(const Trait& trait) {
    const auto place = std::find(traits_.begin(), traits_.end(), trait);
    const auto found = static_cast<std::size_t>(place - traits_.begin());
    if (place == traits_.end()) {
      traits_.push_back(trait);
      fits_.emplace_back();
    }
    return found;
  }

  /// `trait.level` counts the levels that are answers.
  static void see_levels(std::span<const std::int32_t> levels, const Trait& trait,
                         const features::FittedFeature& fitted, Bytes& fits) {
    std::int32_t level = 0;
    for (std::int64_t answers = 0;; ++level) {
      if (fitted.levels[static_cast<std::size_t>(level)].missing) continue;
      if (answers++ == trait.level) break;
    }
    set_where(levels, fits,
              [level, above = trait.above](std::int32_t one) { return one >= 0 && (one == level) == above; });
  }

  static void see_numbers(std::span<const double> numbers, const Trait& trait,
                          const std::vector<Tally>& tallies, Bytes& fits) {
    // No comparison holds for a missing one.
    const double mean = trait.everybody;
    if (trait.level >= 0) {
      const double level = std::stod(tallies[trait.feature].levels[static_cast<std::size_t>(trait.level)]);
      if (trait.above) {
        set_where(numbers, fits, [=](double number) { return number == level; });
      } else {
        set_where(numbers, fits, [=](double number) { return number < level || number > level; });
      }
    } else if (trait.above) {
      set_where(numbers, fits, [=](double number) { return number > mean; });
    } else {
      set_where(numbers, fits, [=](double number) { return number <= mean; });
    }
  }

  std::vector<Trait> traits_;
  std::vector<Bytes> fits_;  ///< [traits][rows of the window]
  std::vector<std::vector<std::size_t>> of_persona_;
};

void keep_where(Bytes& bytes, const Bytes& kept) {
  auto* const to = bytes.data();
  const auto* const from = kept.data();
  const auto count = bytes.size();
  for (std::size_t i = 0; i < count; ++i) to[i] &= from[i];
}

std::int64_t count_ones(const Bytes& bytes) {
  constexpr std::size_t at_once = 255;  // ones: what a byte holds
  std::int64_t count = 0;
  std::array<std::uint8_t, 64> sums;
  std::size_t i = 0;
  while (i + sums.size() <= bytes.size()) {
    sums.fill(0);
    const auto blocks = std::min(at_once, (bytes.size() - i) / sums.size());
    const auto* from = bytes.data() + i;
    for (std::size_t block = 0; block < blocks; ++block, from += sums.size()) {
      for (std::size_t lane = 0; lane < sums.size(); ++lane)
        sums[lane] = static_cast<std::uint8_t>(sums[lane] + from[lane]);
    }
    count = std::accumulate(sums.begin(), sums.end(), count);
    i += blocks * sums.size();
  }
  return std::accumulate(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.end(), count);
}

void count_window(const Fits& fits, std::span<const std::int32_t> labels, std::vector<Prevalence>& counts) {
  Bytes here(labels.size());
  Bytes all(labels.size());
  for (std::size_t g = 0; g < counts.size(); ++g) {
    const auto segment = static_cast<std::int32_t>(g);
    set_where(labels, here, [=](std::int32_t label) { return label == segment; });
    set_where(labels, all, [](std::int32_t label) { return label >= 0; });
    const auto& own = fits.of_persona(g);
    for (std::size_t m = 0; m < own.size(); ++m) {
      keep_where(here, fits.fits(own[m]));
      keep_where(all, fits.fits(own[m]));
      counts[g].in_segment[m] += count_ones(here);
      counts[g].of_all[m] += count_ones(all);
    }
  }
}

}  // namespace

std::vector<Prevalence> count_prevalence(const TallyInput& input, const Personas& personas,
                                         const std::vector<Tally>& tallies) {
  Fits fits(personas);
  std::vector<Prevalence> counts;
  for (const auto& persona : personas) {
    const std::vector<std::int64_t> none(persona.is.size());
    counts.push_back({none, none});
  }
  const auto which = fits.features();
  if (which.empty()) return counts;
  std::vector<const features::FittedFeature*> wanted;
  for (const auto feature : which) wanted.push_back(input.features[feature]);
  features::WindowCells cells(input.shard, wanted, {}, input.wanted_by);
  constexpr std::int64_t window_cells = std::int64_t{1} << 21U;
  constexpr std::int64_t least_rows = 2048;
  constexpr std::int64_t most_rows = std::int64_t{1} << 16U;
  io::Windows windows(
      input.world, input.shard, cells.columns(),
      std::clamp(window_cells / static_cast<std::int64_t>(which.size()), least_rows, most_rows));
  std::vector<std::int32_t> labels;
  while (windows.next()) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(input.world, [&] {
      labels.resize(static_cast<std::size_t>(rows.size()));
      input.labels(rows, labels);
      cells.begin(rows, true);
      fits.begin(labels.size());
    });
    const auto ready = [&](std::size_t f) { fits.see(cells, f, which[f], *wanted[f], tallies); };
    windows.read([&](const io::RawBlock& block) { cells.see(block, ready); });
    count_window(fits, labels, counts);
  }
  comm::JointReduction<std::int64_t> sums;
  for (auto& one : counts) {
    sums.include(one.in_segment);
    sums.include(one.of_all);
  }
  sums.sum(input.world);
  return counts;
}

}  // namespace psychograph::insight
