#include "playbook/pairs.hpp"

#include <cmath>
#include <limits>
#include <span>

#include "comm/joint_reduction.hpp"
#include "insight/segment_windows.hpp"

namespace psychograph::playbook {
namespace {

constexpr unsigned low_bits = 32;
constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();

void add_product(std::int64_t product, std::int64_t& high, std::int64_t& low) {
  high += product >> low_bits;
  low += product & ((std::int64_t{1} << low_bits) - 1);
}

long double whole(std::int64_t high, std::int64_t low) {
  return static_cast<long double>(high) * 0x1p32L + static_cast<long double>(low);
}

}  // namespace

std::int64_t PairSums::fewest() const {
  std::int64_t least = 0;
  for (const auto count : {n, x_alone, y_alone, neither}) {
    if (count > 0 && (least == 0 || count < least)) least = count;
  }
  return least;
}

void PairSums::add(std::int32_t x_steps, std::int32_t y_steps) {
  const std::int64_t a = x_steps;
  const std::int64_t b = y_steps;
  ++n;
  x += a;
  y += b;
  add_product(a * a, xx_high, xx_low);
  add_product(a * b, xy_high, xy_low);
  add_product(b * b, yy_high, yy_low);
}

PairSums& PairSums::operator+=(const PairSums& other) {
  for (const auto sum : pair_sums) this->*sum += other.*sum;
  return *this;
}

PairSums& PairSums::operator-=(const PairSums& other) {
  for (const auto sum : pair_sums) this->*sum -= other.*sum;
  return *this;
}

PairMoments moments_of(const PairSums& sums) {
  PairMoments found;
  if (sums.n == 0) return found;
  found.n = static_cast<long double>(sums.n);
  const auto x = static_cast<long double>(sums.x);
  const auto y = static_cast<long double>(sums.y);
  found.x = x / found.n;
  found.y = y / found.n;
  found.xx = whole(sums.xx_high, sums.xx_low) - x * x / found.n;
  found.xy = whole(sums.xy_high, sums.xy_low) - x * y / found.n;
  found.yy = whole(sums.yy_high, sums.yy_low) - y * y / found.n;
  return found;
}

PairSums Pairs::together(std::size_t couple) const {
  PairSums all;
  for (std::size_t g = 0; g < segments; ++g) all += at(g, couple);
  return all;
}

Pairs count_pairs(const comm::Communicator& world, const io::Shard& shard,
                  const std::vector<features::FittedFeature>& columns, Couples couples,
                  const insight::Labels& labels, std::size_t segments, typing::Amounts amounts) {
  Pairs pairs{segments, std::move(couples), {}, typing::make_questions(columns, amounts).predictors};
  pairs.sums.resize(segments * pairs.couples.size());
  std::vector<const features::FittedFeature*> wanted;
  for (const auto& column : columns) wanted.push_back(&column);
  std::vector<std::vector<std::int32_t>> steps(columns.size());
  const auto take = [&](const features::WindowCells& cells, std::size_t c) {
    steps[c].clear();
    const auto& scale = pairs.scales[c];
    for (const double cell : cells.numbers(c)) {
      const double value = scale.value(cell);
      steps[c].push_back(std::isnan(value) ? missing : scale.steps(value));
    }
  };
  const auto see = [&](core::RowRange, std::span<const std::int32_t> own) {
    for (std::size_t row = 0; row < own.size(); ++row) {
      if (own[row] < 0) continue;
      auto* sums = pairs.sums.data() + static_cast<std::size_t>(own[row]) * pairs.couples.size();
      for (const auto& couple : pairs.couples) {
        const auto x = steps[couple.first][row];
        const auto y = steps[couple.second][row];
        if (x != missing && y != missing) {
          sums->add(x, y);
        } else {
          ++(x != missing ? sums->x_alone : y != missing ? sums->y_alone : sums->neither);
        }
        ++sums;
      }
    }
  };
  insight::walk(world, shard, wanted, "the playbook", labels, {{}, take, see});
  comm::JointReduction<std::int64_t> joint;
  for (auto& sums : pairs.sums) {
    for (const auto sum : pair_sums) joint.include(std::span(&(sums.*sum), 1));
  }
  joint.sum(world);
  return pairs;
}

}  // namespace psychograph::playbook
