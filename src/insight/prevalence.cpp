#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "comm/joint_reduction.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "features/window_cells.hpp"
#include "insight/persona.hpp"
#include "io/windows.hpp"

namespace psychograph::insight {
namespace {

constexpr std::int64_t window_cells = std::int64_t{1} << 20U;
constexpr std::int64_t least_rows = 2048;
constexpr std::int64_t most_rows = std::int64_t{1} << 16U;

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
  [[nodiscard]] const std::vector<std::uint8_t>& fits(std::size_t trait) const { return fits_[trait]; }

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
                         const features::FittedFeature& fitted, std::vector<std::uint8_t>& fits) {
    std::int32_t level = 0;
    for (std::int64_t answers = 0;; ++level) {
      if (fitted.levels[static_cast<std::size_t>(level)].missing) continue;
      if (answers++ == trait.level) break;
    }
    for (std::size_t i = 0; i < levels.size(); ++i)
      fits[i] = levels[i] >= 0 && (levels[i] == level) == trait.above ? 1 : 0;
  }

  static void see_numbers(std::span<const double> numbers, const Trait& trait,
                          const std::vector<Tally>& tallies, std::vector<std::uint8_t>& fits) {
    if (trait.level >= 0) {
      const double level = std::stod(tallies[trait.feature].levels[static_cast<std::size_t>(trait.level)]);
      for (std::size_t i = 0; i < numbers.size(); ++i)
        fits[i] = !std::isnan(numbers[i]) && (numbers[i] == level) == trait.above ? 1 : 0;
      return;
    }
    for (std::size_t i = 0; i < numbers.size(); ++i)
      fits[i] = !std::isnan(numbers[i]) && (numbers[i] > trait.everybody) == trait.above ? 1 : 0;
  }

  std::vector<Trait> traits_;
  std::vector<std::vector<std::uint8_t>> fits_;  ///< [traits][rows of the window]
  std::vector<std::vector<std::size_t>> of_persona_;
};

/// Of bytes that are 0 or 1; eight at a time. The arrays end in zeros, up to whole words.
using Word = std::uint64_t;

std::int64_t count_ones(const std::vector<Word>& words) {
  std::int64_t count = 0;
  for (const auto word : words) count += std::popcount(word);
  return count;
}

void take_bytes(std::span<const std::uint8_t> bytes, std::vector<Word>& words) {
  words.assign(bytes.size() / sizeof(Word) + 1, 0);
  std::memcpy(words.data(), bytes.data(), bytes.size());
}

void count_window(const Fits& fits, std::span<const std::int32_t> labels, std::vector<Prevalence>& counts) {
  std::vector<std::uint8_t> bytes(labels.size());
  std::vector<Word> anywhere, here, all, next, inside;
  for (std::size_t i = 0; i < labels.size(); ++i) bytes[i] = labels[i] >= 0 ? 1 : 0;
  take_bytes(bytes, anywhere);
  for (std::size_t g = 0; g < counts.size(); ++g) {
    const auto segment = static_cast<std::int32_t>(g);
    for (std::size_t i = 0; i < labels.size(); ++i) bytes[i] = labels[i] == segment ? 1 : 0;
    take_bytes(bytes, here);
    all = anywhere;
    const auto& own = fits.of_persona(g);
    for (std::size_t m = 0; m < own.size(); ++m) {
      take_bytes(fits.fits(own[m]), next);
      inside.resize(all.size());
      for (std::size_t w = 0; w < all.size(); ++w) {
        all[w] &= next[w];
        inside[w] = all[w] & here[w];
      }
      counts[g].of_all[m] += count_ones(all);
      counts[g].in_segment[m] += count_ones(inside);
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
