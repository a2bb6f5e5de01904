#include "behavior/row_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "behavior/event.hpp"

namespace psychograph::behavior {
namespace {

/// So that bytes compare as numbers do.
std::uint64_t big_endian(std::uint64_t number) { return __builtin_bswap64(number); }

static_assert(std::endian::native == std::endian::little);

}  // namespace

RowPlan::RowPlan(std::vector<std::int64_t> edges, std::int64_t window_rows)
    : edges_(std::move(edges)), window_rows_(window_rows) {
  std::int64_t most = 1;
  for (std::size_t r = 0; r + 1 < edges_.size(); ++r) most = std::max(most, edges_[r + 1] - edges_[r]);
  windows_ = static_cast<std::size_t>((most + window_rows - 1) / window_rows);
}

RowPlan::RowPlan(const comm::Communicator& world, const IdSample& sample, std::int64_t longest_name,
                 std::int64_t window_rows) {
  const auto ranks = static_cast<std::size_t>(world.size());
  const auto ids = sample.ids();
  if (longest_name > 0) {
    std::size_t longest = static_cast<std::size_t>(longest_name);
    constexpr std::size_t longest_number = 20;  // an integer among texts is one by its digits
    longest = std::max(longest, longest_number);
    text_bytes_ = longest;
    head_bytes_ = (longest + 7) / 8 * 8;
  }
  const auto rows_of_rank = sample.about_count() / static_cast<double>(ranks);
  windows_ = static_cast<std::size_t>(std::ceil(rows_of_rank / static_cast<double>(window_rows) + 0.01));
  windows_ = std::min(windows_, IdSample::most / ranks + 1);
  std::vector<std::string> heads;  // which compare as bytes do
  for (const auto& id : ids) {
    auto& head = heads.emplace_back(head_bytes_, '\0');
    write_head(id.key, id.text, reinterpret_cast<std::byte*>(head.data()));
  }
  std::sort(heads.begin(), heads.end());
  const auto all = windows_ * ranks;
  for (std::size_t w = 1; w < all; ++w) {
    const auto head = heads.empty() ? std::string(head_bytes_, '\0') : heads[w * heads.size() / all];
    const auto* const begin = reinterpret_cast<const std::byte*>(head.data());
    begins_.insert(begins_.end(), begin, begin + head.size());
  }
}

std::int64_t RowPlan::first_row(int rank, std::size_t window) const {
  const auto r = static_cast<std::size_t>(rank);
  return std::min(edges_[r] + static_cast<std::int64_t>(window) * window_rows_, edges_[r + 1]);
}

void RowPlan::write_head(std::int64_t row, std::byte* out) const { std::memcpy(out, &row, sizeof row); }

void RowPlan::write_head(const core::Hash128& key, const std::string& name, std::byte* out) const {
  if (!of_texts()) {
    const auto number = big_endian(key.high);
    std::memcpy(out, &number, sizeof number);
    return;
  }
  const auto text = is_integer(key) ? std::to_string(integer_of(key)) : name;
  std::memset(out, 0, head_bytes_);
  std::memcpy(out, text.data(), std::min(text.size(), head_bytes_));
}

std::int64_t RowPlan::row_of(const std::byte* head) {
  std::int64_t row = 0;
  std::memcpy(&row, head, sizeof row);
  return row;
}

std::int64_t RowPlan::id_of(const std::byte* head) {
  std::uint64_t number = 0;
  std::memcpy(&number, head, sizeof number);
  return integer_of({0, big_endian(number)});
}

RowPlan::Place RowPlan::of(const std::byte* head) const {
  if (by_table()) {
    const auto row = row_of(head);
    const auto next = std::upper_bound(edges_.begin() + 1, edges_.end() - 1, row);
    const auto rank = static_cast<std::size_t>(next - edges_.begin()) - 1;
    return {rank, static_cast<std::size_t>((row - edges_[rank]) / window_rows_)};
  }
  std::size_t low = 0;
  std::size_t high = begins_.size() / head_bytes_;
  while (low < high) {  // the number of windows that begin at or before it
    const auto middle = (low + high) / 2;
    if (std::memcmp(begins_.data() + middle * head_bytes_, head, head_bytes_) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return {low / windows_, low % windows_};
}

}  // namespace psychograph::behavior
