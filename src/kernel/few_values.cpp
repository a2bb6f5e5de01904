#include "kernel/few_values.hpp"

#include <algorithm>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

namespace psychograph::kernel {
namespace {

/// Puts a value in its place; one more than are few is kept, and no further ones.
void insert(std::vector<float>& values, float value) {
  if (values.size() > most_values) return;
  const auto at = std::lower_bound(values.begin(), values.end(), value);
  if (at == values.end() || *at != value) values.insert(at, value);
}

std::vector<float> local_values(const Data& data, std::size_t column) {
  std::vector<float> values;
  for (std::size_t row = 0; row < data.local_rows() && values.size() <= most_values; ++row) {
    if (data.weight(row) > 0) insert(values, data.matrix.at(row, column));
  }
  return values;
}

}  // namespace

std::vector<std::vector<float>> few_values(const comm::Communicator& world, const Data& data) {
  std::vector<std::vector<float>> mine;
  for (std::size_t j = 0; j < data.matrix.columns(); ++j) mine.push_back(local_values(data, j));
  std::vector<std::vector<std::vector<float>>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  for (std::size_t j = 0; j < mine.size(); ++j) {
    std::vector<float> all;
    for (const auto& rank : by_rank) {
      for (const float value : rank[j]) insert(all, value);
    }
    mine[j] = all.size() > most_values ? std::vector<float>() : std::move(all);
  }
  return mine;
}

}  // namespace psychograph::kernel
