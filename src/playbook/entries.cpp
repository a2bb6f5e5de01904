#include "playbook/entries.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "stats/power.hpp"
#include "stats/significance.hpp"

namespace psychograph::playbook {
namespace {

void compare(Entry& entry, const OptionCounts& own, const OptionCounts& all) {
  const auto rest_used = all.used - own.used;
  const auto rest = all.exposed - own.exposed;
  if (own.exposed == 0 || rest == 0) return;
  const stats::Contrast shares{entry.rate, static_cast<double>(own.exposed), core::share(rest_used, rest),
                               static_cast<double>(rest)};
  entry.rate_rest = shares.rest;
  const auto index = stats::index_interval(shares, core::share(own.exposed, all.exposed));
  entry.index_low = index.low;
  entry.index_high = index.high;
  const auto difference = stats::share_difference(shares);
  entry.difference_low = difference.low;
  entry.difference_high = difference.high;
  const double everybody = core::share(all.used, all.exposed);
  if (everybody > 0 && everybody < 1)
    entry.standardised = (entry.rate - entry.rate_rest) / std::sqrt(everybody * (1 - everybody));
  if (own.exposed >= least_base && rest >= least_base)
    entry.p = stats::pooled_z_p(shares.share, shares.n, shares.rest, shares.n_rest);
}

/// Core, developmental, niche or general: whether the segment holds more of the users than a segment would
/// where all had as many, and whether they are more of it than of everybody.
void place(Entry& entry, const OptionCounts& own, const OptionCounts& all, std::size_t k) {
  if (all.used == 0 || own.exposed < least_base) return;
  entry.composition = core::share(own.used, all.used);
  const auto interval = stats::wilson(entry.composition, static_cast<double>(all.used));
  entry.composition_low = interval.low;
  entry.composition_high = interval.high;
  const double even = 1 / static_cast<double>(k);
  const bool large = entry.composition >= even;
  const bool high = entry.index >= 100;
  entry.quadrant = large ? (high ? "core" : "developmental") : (high ? "niche" : "general");
  entry.sure = (large ? entry.composition_low > even : entry.composition_high < even) &&
               (high ? entry.index_low > 100 : entry.index_high < 100);
}

Entry entry_of(const EntryInput& input, std::size_t b, std::size_t o, std::size_t group, std::size_t k) {
  const auto& counts = input.counts[b];
  const auto& own = counts.at(group, o);
  const auto& all = counts.at(k, o);
  const auto& block = input.blocks.blocks[b];
  Entry entry{.block = b, .option = o, .group = group};
  entry.size = counts.sizes[group];
  entry.counts = own;
  entry.amount_tells = !input.tells.empty() && input.tells[block.columns[o]];
  if (own.asked > 0) {
    entry.reach = core::share(own.reachable, own.asked);
    const auto interval = stats::wilson(entry.reach, static_cast<double>(own.asked));
    entry.reach_low = interval.low;
    entry.reach_high = interval.high;
  }
  entry.grade = own.exposed < least_base ? "too few" : spec::to_string(block.told.evidence);
  if (own.exposed == 0) return entry;
  entry.rate = core::share(own.used, own.exposed);
  const auto interval = stats::wilson(entry.rate, static_cast<double>(own.exposed));
  entry.rate_low = interval.low;
  entry.rate_high = interval.high;
  entry.index = 100 * entry.rate / core::share(all.used, all.exposed);
  entry.repeat = core::share(own.repeated, own.used);
  entry.per_arm = stats::customers_per_arm(entry.rate, entry.rate * (1 + block.told.smallest_lift))
                      .value_or(results::no_count);
  entry.amount = own.amount / static_cast<double>(own.exposed);
  double block_amount = 0;
  for (std::size_t other = 0; other < block.columns.size(); ++other)
    block_amount += counts.at(group, other).amount;
  if (block.told.role == spec::Role::product && block_amount > 0) entry.wallet = own.amount / block_amount;
  if (group == k) return entry;
  compare(entry, own, all);
  place(entry, own, all, k);
  if (input.nearest[group] >= 0) {
    const auto& near = counts.at(static_cast<std::size_t>(input.nearest[group]), o);
    if (near.exposed > 0) {
      entry.white_space = core::share(near.used, near.exposed) - entry.rate;
      const auto space =
          stats::share_difference({core::share(near.used, near.exposed), static_cast<double>(near.exposed),
                                   entry.rate, static_cast<double>(own.exposed)});
      entry.white_space_low = space.low;
      entry.white_space_high = space.high;
    }
  }
  return entry;
}

std::string verdict_of(const Entry& entry, bool clustered, std::size_t k, double smallest_effect) {
  if (entry.group == k) return "";
  if (entry.counts.exposed < least_base || std::isnan(entry.rate_rest)) return "too few to tell";
  if (clustered) return "made of this";
  if (!(entry.q <= false_discoveries)) return "no difference shown";
  if (std::abs(entry.standardised) < smallest_effect) return "different, but by little";
  return entry.rate > entry.rate_rest ? "more than elsewhere" : "less than elsewhere";
}

std::int64_t reached_by(const Patterns& patterns, std::uint64_t options) {
  std::int64_t customers = 0;
  for (const auto& [pattern, count] : patterns) customers += (pattern & options) != 0 ? count : 0;
  return customers;
}

std::vector<std::size_t> places(std::uint64_t options) {
  std::vector<std::size_t> found;
  for (std::size_t o = 0; o < most_options; ++o) {
    if (((options >> o) & 1U) != 0) found.push_back(o);
  }
  return found;
}

/// The best set of each size; of equal ones the first options.
std::vector<std::uint64_t> best_of_all(const Patterns& patterns, std::size_t options) {
  std::vector<std::uint64_t> best(options + 1, 0);
  std::vector<std::int64_t> most(options + 1, -1);
  for (std::uint64_t set = 1; set < std::uint64_t{1} << options; ++set) {
    const auto size = static_cast<std::size_t>(std::popcount(set));
    const auto customers = reached_by(patterns, set);
    if (customers > most[size]) {
      most[size] = customers;
      best[size] = set;
    }
  }
  return best;
}

std::vector<std::uint64_t> best_step_by_step(const Patterns& patterns, std::size_t options) {
  std::vector<std::uint64_t> best(options + 1, 0);
  for (std::size_t size = 1; size <= options; ++size) {
    std::int64_t most = -1;
    for (std::size_t o = 0; o < options; ++o) {
      const auto set = best[size - 1] | std::uint64_t{1} << o;
      if (set == best[size - 1]) continue;
      const auto customers = reached_by(patterns, set);
      if (customers <= most) continue;
      most = customers;
      best[size] = set;
    }
  }
  return best;
}

}  // namespace

std::vector<Entry> make_entries(const EntryInput& input) {
  std::vector<Entry> entries;
  std::vector<bool> clustered;
  std::size_t k = 0;
  for (std::size_t b = 0; b < input.counts.size(); ++b) {
    k = input.counts[b].sizes.size() - 1;
    const auto& block = input.blocks.blocks[b];
    for (std::size_t o = 0; o < block.columns.size(); ++o) {
      for (std::size_t group = 0; group <= k; ++group) {
        entries.push_back(entry_of(input, b, o, group, k));
        clustered.push_back(input.clustered[block.columns[o]]);
        if (clustered.back()) entries.back().p = none;
      }
    }
  }
  std::vector<double> p;
  for (const auto& entry : entries) p.push_back(entry.p);
  const auto q = stats::benjamini_hochberg(p);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].q = q[i];
    entries[i].verdict = verdict_of(entries[i], clustered[i], k, input.smallest_effect);
  }
  return entries;
}

std::vector<Reach> find_reach(const std::vector<BlockCounts>& counts) {
  std::vector<Reach> found;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    const auto options = counts[b].options.size() / counts[b].sizes.size();
    for (std::size_t group = 0; group < counts[b].sizes.size(); ++group) {
      const auto& patterns = counts[b].patterns[group];
      const bool exact = options <= most_tried;
      const auto best = exact ? best_of_all(patterns, options) : best_step_by_step(patterns, options);
      std::int64_t before = 0;
      for (std::size_t size = 1; size <= options; ++size) {
        const auto customers = reached_by(patterns, best[size]);
        if (customers <= before) break;
        found.push_back({b, group, places(best[size]), customers, counts[b].sizes[group], exact});
        before = customers;
      }
    }
  }
  return found;
}

}  // namespace psychograph::playbook
