#include "cluster/pick.hpp"

#include <algorithm>
#include <bit>

#include "comm/all_reduce.hpp"

namespace psychograph::cluster {

std::vector<float> share_row(const comm::Communicator& world, const core::FeatureMatrix& matrix,
                             std::int64_t local_row) {
  // One rank gives the bits, the others zeroes: the sum is the row, on all.
  std::vector<std::int64_t> bits(matrix.columns(), 0);
  for (std::size_t j = 0; local_row >= 0 && j < bits.size(); ++j) {
    bits[j] = std::bit_cast<std::uint32_t>(matrix.at(static_cast<std::size_t>(local_row), j));
  }
  comm::sum_over_ranks(world, bits);
  std::vector<float> row;
  for (const auto b : bits) row.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(b)));
  return row;
}

std::vector<float> pick_row(const comm::Communicator& world, const Data& data,
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
  return share_row(world, data.matrix, chosen);
}

}  // namespace psychograph::cluster
