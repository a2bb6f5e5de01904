#include "behavior/levels.hpp"

#include <algorithm>
#include <numeric>

#include <boost/serialization/string.hpp>

#include "comm/all_reduce.hpp"
#include "comm/gather.hpp"

namespace psychograph::behavior {

std::int32_t Levels::add(std::string_view name) {
  const auto number = static_cast<std::int32_t>(names_.size());
  names_.emplace_back(name);
  numbers_.emplace(name, number);
  return number;
}

std::int32_t Levels::number_of(std::string_view name) {
  if (last_ >= 0 && names_[static_cast<std::size_t>(last_)] == name) return last_;
  const auto found = numbers_.find(name);
  last_ = found == numbers_.end() ? add(name) : found->second;
  return last_;
}

void Levels::meet(const comm::Communicator& world) {
  known_before_ = known_;
  agreed_.clear();
  last_ = -1;
  std::vector<std::string> mine(names_.begin() + static_cast<std::ptrdiff_t>(known_), names_.end());
  if (comm::max_over_ranks(world, static_cast<std::int64_t>(mine.size())) == 0) return;
  const auto all = comm::gathered(world, mine);
  for (const auto& name : mine) numbers_.erase(name);
  names_.resize(known_);
  for (const auto& name : all) {
    if (!numbers_.contains(name)) add(name);
  }
  known_ = names_.size();
  for (const auto& name : mine) agreed_.push_back(numbers_.at(name));
}

std::vector<std::int32_t> Levels::in_order() const {
  std::vector<std::int32_t> order(names_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int32_t one, std::int32_t other) {
    return names_[static_cast<std::size_t>(one)] < names_[static_cast<std::size_t>(other)];
  });
  std::vector<std::int32_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    place[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
  return place;
}

}  // namespace psychograph::behavior
