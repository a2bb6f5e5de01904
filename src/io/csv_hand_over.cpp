#include "io/csv_hand_over.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace psychograph::io {

void CsvHandOver::put(std::size_t rows, std::vector<CsvChunk>& chunks) {
  bytes_.resize(2 * sizeof(std::uint64_t));
  for (auto& chunk : chunks) chunk.put(bytes_);
  const std::array<std::uint64_t, 2> head{rows, bytes_.size() - 2 * sizeof(std::uint64_t)};
  std::memcpy(bytes_.data(), head.data(), sizeof head);
  spool_.append(bytes_);
}

std::vector<CsvStretch> CsvHandOver::take(std::size_t columns) {
  std::array<std::uint64_t, 2> head{};
  std::memcpy(head.data(), spool_.take(sizeof head).data(), sizeof head);
  auto bytes = spool_.take(head[1]);
  std::vector<CsvStretch> stretches;
  for (std::size_t c = 0; c < columns; ++c) stretches.push_back(take_stretch(bytes, head[0]));
  return stretches;
}

}  // namespace psychograph::io
