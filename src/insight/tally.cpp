#include "insight/tally.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <variant>

#include "comm/all_reduce.hpp"
#include "comm/joint_reduction.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/random.hpp"
#include "features/window_cells.hpp"
#include "insight/level_tally.hpp"
#include "insight/number_tally.hpp"
#include "io/windows.hpp"

namespace psychograph::insight {
namespace {

/// What the counts of all features that are dealt with together may take.
constexpr std::size_t most_bytes = std::size_t{96} << 20U;
constexpr std::size_t most_buckets = 1024;
constexpr std::size_t least_buckets = 16;
/// Of a window: so many that the counts of a segment are worth fetching, and few enough for the caches.
constexpr std::int64_t window_cells = std::int64_t{1} << 23U;
constexpr std::int64_t least_rows = 2048;
constexpr std::int64_t most_rows = std::int64_t{1} << 17U;

/// The rows of a window by segment: `order` holds those of segment g in [begin[g], begin[g + 1]).
struct Sorted {
  std::vector<std::uint32_t> order;
  std::vector<std::size_t> begin;

  /// `segments`: of each row; k where it is in none.
  void sort(std::span<const std::uint32_t> segments, std::size_t k) {
    begin.assign(k + 1, 0);
    for (const auto segment : segments) {
      if (segment < k) ++begin[segment + std::size_t{1}];
    }
    for (std::size_t g = 0; g < k; ++g) begin[g + 1] += begin[g];
    order.resize(begin[k]);
    auto next = begin;
    for (std::size_t row = 0; row < segments.size(); ++row) {
      if (segments[row] < k) order[next[segments[row]]++] = static_cast<std::uint32_t>(row);
    }
  }

  template <class T>
  void gather(std::span<const T> from, std::vector<T>& to) const {
    to.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) to[i] = from[order[i]];
  }

  /// Calls `visit(segment, place of its first, how many)` for every segment that is there.
  template <class Visit>
  void for_each_run(Visit visit) const {
    for (std::size_t g = 0; g + 1 < begin.size(); ++g) {
      if (begin[g + 1] > begin[g]) visit(g, begin[g], begin[g + 1] - begin[g]);
    }
  }
};

/// Features that are dealt with together.
class Lot {
 public:
  Lot(const TallyInput& input, std::span<const features::FittedFeature* const> features, std::size_t buckets,
      double progress_before, double progress_share)
      : input_(input),
        before_(progress_before),
        share_(progress_share),
        drawn_(input.k, -std::numeric_limits<double>::infinity()) {
    for (const auto* fitted : features) {
      if (fitted->feature.leveled) {
        tallies_.emplace_back(std::in_place_type<LevelTally>, *fitted, input.k);
      } else {
        const auto kind = fitted->feature.kind;
        const bool by_level = fitted->feature.row == spec::Row::none &&
                              (kind == spec::Kind::ordinal || kind == spec::Kind::binary ||
                               (input.has_words && input.has_words(*fitted)));
        tallies_.emplace_back(std::in_place_type<NumberTally>, *fitted, input.k, buckets, by_level,
                              input.shard.where());
      }
      features_.push_back(fitted);
    }
  }

  /// Collective.
  std::vector<Tally> run() {
    std::vector<std::size_t> all(tallies_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    look(all, Look::first);
    end_first_look();
    std::vector<std::size_t> open;
    for (const auto i : all) {
      if (std::visit([](const auto& one) { return one.is_open(); }, tallies_[i])) open.push_back(i);
    }
    if (!open.empty()) look(open, Look::second);
    return finish();
  }

 private:
  enum class Look { first, second };

  void look(const std::vector<std::size_t>& which, Look look) {
    std::vector<const features::FittedFeature*> wanted;
    for (const auto i : which) wanted.push_back(features_[i]);
    features::WindowCells cells(input_.shard, wanted, input_.weight, input_.wanted_by);
    const auto rows_at_once =
        std::clamp(window_cells / static_cast<std::int64_t>(std::max<std::size_t>(1, wanted.size())),
                   least_rows, most_rows);
    io::Windows windows(input_.world, input_.shard, cells.columns(), rows_at_once);
    while (windows.next()) {
      const auto rows = windows.rows();
      comm::run_on_all_ranks(input_.world, [&] {
        cells.begin(rows, look == Look::second);
        take_segments(rows);
        if (look == Look::first) find_examples(rows);
        if (look == Look::second) sorted_.sort(segments_, input_.k);
      });
      const auto ready = [&](std::size_t f) {
        if (look == Look::first) {
          count(cells, f, tallies_[which[f]]);
        } else {
          add(cells, f, tallies_[which[f]]);
        }
      };
      windows.read([&](const io::RawBlock& block) { cells.see(block, ready); });
      if (look == Look::first) {
        see_weights(cells);
      } else if (!cells.weights().empty()) {
        sorted_.gather(cells.weights(), weights_);
      }
      cells.finish(ready);
      if (input_.progress)
        input_.progress(before_ +
                        share_ * (look == Look::second ? 1 + windows.share() : windows.share()) / 2);
    }
  }

  void take_segments(core::RowRange rows) {
    labels_.resize(static_cast<std::size_t>(rows.size()));
    input_.labels(rows, labels_);
    segments_.resize(labels_.size());
    const auto none = static_cast<std::uint32_t>(input_.k);
    all_are_in_one_ = true;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      segments_[i] = labels_[i] < 0 ? none : static_cast<std::uint32_t>(labels_[i]);
      all_are_in_one_ &= labels_[i] >= 0;
    }
  }

  /// Of each segment one customer, whichever rank has him: the one who draws the least of all its rows.
  void find_examples(core::RowRange rows) {
    examples_.clear();
    std::vector<std::int64_t> place(input_.k, -1);
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      const auto segment = segments_[i];
      if (segment == input_.k) continue;
      const auto row = input_.shard.rows().begin + rows.begin + static_cast<std::int64_t>(i);
      const double drawn = -core::to_unit(
          core::random_bits(0, core::Purpose::example, 0, static_cast<std::uint64_t>(row)).first);
      if (drawn <= drawn_[segment]) continue;
      drawn_[segment] = drawn;
      place[segment] = static_cast<std::int64_t>(i);
    }
    for (const auto i : place) {
      if (i >= 0) examples_.push_back(static_cast<std::size_t>(i));
    }
  }

  void see_weights(const features::WindowCells& cells) {
    const auto weights = cells.weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (segments_[i] < input_.k) most_weight_ = std::max(most_weight_, weights[i]);
    }
  }

  void count(const features::WindowCells& cells, std::size_t f,
             std::variant<NumberTally, LevelTally>& tally) {
    if (auto* levels = std::get_if<LevelTally>(&tally)) {
      levels->count(segments_, cells.levels(f));
      return;
    }
    auto& numbers = std::get<NumberTally>(tally);
    numbers.count(segments_, all_are_in_one_, cells.numbers(f));
    for (const auto row : examples_) numbers.set_example(segments_[row], cells.numbers(f)[row]);
  }

  void add(const features::WindowCells& cells, std::size_t f, std::variant<NumberTally, LevelTally>& tally) {
    if (auto* levels = std::get_if<LevelTally>(&tally)) {
      sorted_.gather(cells.levels(f), levels_);
      sorted_.for_each_run([&](std::size_t g, std::size_t first, std::size_t count) {
        levels->add(g, std::span(levels_).subspan(first, count), std::span(weights_).subspan(first, count));
      });
      return;
    }
    auto& numbers = std::get<NumberTally>(tally);
    sorted_.gather(cells.numbers(f), values_);
    of_each_ = weights_;  // they move where values are missing
    sorted_.for_each_run([&](std::size_t g, std::size_t first, std::size_t count) {
      numbers.add(g, std::span(values_).subspan(first, count),
                  of_each_.empty() ? std::span<double>() : std::span(of_each_).subspan(first, count));
    });
  }

  void end_first_look() {
    comm::JointReduction<std::int64_t> sums;
    comm::JointReduction<double> largest;
    largest.include(std::span(&most_weight_, 1));
    const auto own = drawn_;
    largest.include(drawn_);
    for (auto& tally : tallies_) {
      if (auto* levels = std::get_if<LevelTally>(&tally)) {
        levels->include(sums);
      } else {
        std::get<NumberTally>(tally).include(sums, largest);
      }
    }
    sums.sum(input_.world);
    largest.max(input_.world);
    std::vector<bool> mine;
    for (std::size_t g = 0; g < own.size(); ++g) mine.push_back(own[g] == drawn_[g]);
    for (auto& tally : tallies_) {
      if (auto* numbers = std::get_if<NumberTally>(&tally)) numbers->include_examples(mine, largest);
    }
    largest.max(input_.world);
    for (auto& tally : tallies_) std::visit([&](auto& one) { one.choose(most_weight_); }, tally);
  }

  std::vector<Tally> finish() {
    comm::JointReduction<std::int64_t> sums;
    std::vector<stats::KeyGroups*> groups;
    for (auto& tally : tallies_) {
      if (auto* levels = std::get_if<LevelTally>(&tally)) {
        levels->include_weights(sums);
      } else {
        auto& numbers = std::get<NumberTally>(tally);
        numbers.include(sums);
        groups.push_back(&numbers.groups());
      }
    }
    sums.sum(input_.world);
    const auto found = stats::KeyGroups::find(input_.world, groups);
    auto next = found.begin();
    std::vector<Tally> tallies;
    for (auto& tally : tallies_) {
      if (auto* levels = std::get_if<LevelTally>(&tally)) {
        tallies.push_back(levels->finish());
      } else {
        tallies.push_back(std::get<NumberTally>(tally).finish(*next++));
      }
    }
    return tallies;
  }

  const TallyInput& input_;
  double before_;
  double share_;
  std::vector<const features::FittedFeature*> features_;
  std::vector<std::variant<NumberTally, LevelTally>> tallies_;
  std::vector<std::int32_t> labels_;     ///< of the window's rows
  std::vector<std::uint32_t> segments_;  ///< of the same; k where it is in none
  bool all_are_in_one_ = true;
  std::vector<double> drawn_;          ///< [k] by the examples so far: the negative of it
  std::vector<std::size_t> examples_;  ///< rows of the window
  Sorted sorted_;
  double most_weight_ = 0;
  std::vector<double> weights_;  ///< of the window, by segment
  std::vector<double> of_each_;
  std::vector<double> values_;
  std::vector<std::int32_t> levels_;
};

}  // namespace

std::vector<Tally> tally(const TallyInput& input) {
  const auto features = input.features.size();
  const auto per_bucket = sizeof(std::int64_t) * 2 * (input.k + 1);
  const auto wanted = std::bit_floor(most_bytes / per_bucket / std::max<std::size_t>(1, features));
  const auto buckets = std::clamp(wanted, least_buckets, most_buckets);
  const auto at_once = std::max<std::size_t>(1, most_bytes / (per_bucket * buckets));
  std::vector<Tally> tallies;
  const std::span<const features::FittedFeature* const> all(input.features);
  for (std::size_t begin = 0; begin < features; begin += at_once) {
    const auto lot = all.subspan(begin, std::min(at_once, features - begin));
    const auto share = [&](std::size_t done) {
      return static_cast<double>(done) / static_cast<double>(features);
    };
    auto done = Lot(input, lot, buckets, share(begin), share(lot.size())).run();
    std::move(done.begin(), done.end(), std::back_inserter(tallies));
  }
  return tallies;
}

}  // namespace psychograph::insight
