#include "cluster/pick.hpp"

#include <algorithm>
#include <bit>

#include "comm/all_reduce.hpp"

namespace psychograph::cluster {

std::vector<float> share_rows(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                              std::span<const std::int64_t> local_rows) {
  // One rank gives a row's bits, the others zeroes: the sum is the row, on all.
  const std::size_t p = matrix.columns();
  std::vector<std::int64_t> bits(local_rows.size() * p, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const auto row = local_rows[i / p];
    if (row >= 0) bits[i] = std::bit_cast<std::uint32_t>(matrix.at(static_cast<std::size_t>(row), i % p));
  }
  comm::sum_over_ranks(world, bits);
  std::vector<float> rows;
  for (const auto b : bits) rows.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(b)));
  return rows;
}

std::vector<float> pick_row(const comm::Communicator& world, const kernel::Data& data,
                            const std::function<double(std::size_t)>& mass, double unit) {
  double most = 0;
  for (std::size_t i = 0; i < data.local_rows(); ++i) most = std::max(most, mass(i));
  most = comm::max_over_ranks(world, most);
  if (most <= 0) return {};
  const core::FixedPoint scale(most * static_cast<double>(data.global_rows), most, data.global_rows);
  std::int64_t local = 0;
  for (std::size_t i = 0; i < data.local_rows(); ++i) local += scale.encode(mass(i));
  const auto before = comm::sum_over_lower_ranks(world, local);
  const auto total = comm::sum_over_ranks(world, local);
  auto target = std::min(static_cast<std::int64_t>(unit * static_cast<double>(total)), total - 1) - before;
  std::int64_t chosen = -1;
  if (target >= 0 && target < local) {
    for (std::size_t i = 0; chosen < 0; ++i) {
      target -= scale.encode(mass(i));
      if (target < 0) chosen = static_cast<std::int64_t>(i);
    }
  }
  return share_rows(world, data.matrix, std::span(&chosen, 1));
}

}  // namespace psychograph::cluster
