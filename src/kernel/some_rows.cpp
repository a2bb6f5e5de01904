#include "kernel/some_rows.hpp"

#include "comm/gather.hpp"

namespace psychograph::kernel {

std::vector<float> gather_rows(const comm::Communicator& world, const Data& data,
                               std::span<const std::size_t> rows) {
  std::vector<float> mine;
  mine.reserve(rows.size() * data.matrix.columns());
  for (const auto row : rows) {
    for (std::size_t j = 0; j < data.matrix.columns(); ++j) mine.push_back(data.matrix.at(row, j));
  }
  return comm::gathered(world, mine);
}

}  // namespace psychograph::kernel
