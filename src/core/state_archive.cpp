#include "core/state_archive.hpp"

#include <bit>
#include <cmath>
#include <utility>

#include "core/error.hpp"

namespace psychograph::core {
namespace {

[[noreturn]] void fail() { throw data_error("its words are no state that a fit comes to"); }

}  // namespace

void StateArchive::word(std::uint64_t& value) {
  if (!reading_) {
    written_.push_back(value);
    return;
  }
  if (unread_.empty()) fail();
  value = unread_.front();
  unread_ = unread_.subspan(1);
}

std::size_t StateArchive::length(std::size_t count) {
  std::uint64_t value = count;
  word(value);
  if (reading_ && value > unread_.size()) fail();
  return value;
}

StateArchive& StateArchive::operator&(double& value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  word(bits);
  value = std::bit_cast<double>(bits);
  return *this;
}

/// The sum of three doubles: some machines' have 113 bits.
StateArchive& StateArchive::operator&(long double& value) {
  auto rest = value;
  double parts[3] = {};
  for (auto& part : parts) {
    part = static_cast<double>(rest);
    if (!std::isfinite(part)) break;
    rest -= static_cast<long double>(part);
  }
  value = 0;
  for (auto& part : parts) {
    *this& part;
    value += static_cast<long double>(part);
  }
  return *this;
}

StateArchive& StateArchive::operator&(std::int64_t& value) {
  auto bits = static_cast<std::uint64_t>(value);
  word(bits);
  value = static_cast<std::int64_t>(bits);
  return *this;
}

StateArchive& StateArchive::operator&(bool& value) {
  std::uint64_t bit = value ? 1 : 0;
  word(bit);
  if (bit > 1) fail();
  value = bit == 1;
  return *this;
}

StateArchive& StateArchive::operator&(Centroids& value) {
  std::uint64_t k = value.k();
  std::uint64_t p = value.p();
  word(k);
  word(p);
  if (reading_) {
    if (p != 0 && k > unread_.size() / p) fail();
    value = Centroids(k, p);
  }
  for (std::size_t i = 0; i < k * p; ++i) *this& value.row(0)[i];
  return *this;
}

StateArchive& StateArchive::operator&(Words& value) {
  value.resize(length(value.size()));
  for (auto& each : value) word(each);
  return *this;
}

void StateArchive::finish() const {
  if (!unread_.empty()) fail();
}

}  // namespace psychograph::core
