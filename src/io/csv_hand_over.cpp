#include "io/csv_hand_over.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace psychograph::io {

void CsvHandOver::put(std::size_t rows, std::vector<CsvChunk>& chunks) {
  bytes_.resize(2 * sizeof(std::uint64_t));
  for (auto& chunk : chunks) chunk.put(bytes_);
  const std::array<std::uint64_t, 2> head{rows, bytes_.size() - 2 * sizeof(std::uint64_t)};
  std::memcpy(bytes_.data(), head.data(), sizeof head);
  spill_.append(0, bytes_.data(), bytes_.size());
}

std::vector<CsvStretch> CsvHandOver::take(std::size_t columns) {
  std::array<std::uint64_t, 2> head{};
  spill_.read(0, taken_, sizeof head, reinterpret_cast<std::byte*>(head.data()));
  bytes_.resize(head[1]);
  spill_.read(0, taken_ + sizeof head, head[1], bytes_.data());
  taken_ += sizeof head + head[1];
  std::span<const std::byte> bytes(bytes_);
  std::vector<CsvStretch> stretches;
  for (std::size_t c = 0; c < columns; ++c) stretches.push_back(take_stretch(bytes, head[0]));
  return stretches;
}

}  // namespace psychograph::io
