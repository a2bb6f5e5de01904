#include "quarters/migration.hpp"

#include <unordered_map>

#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/id_join.hpp"

namespace psychograph::quarters {

std::int64_t Migration::staying(std::size_t from) const {
  std::int64_t sum = 0;
  for (std::size_t to = 0; to < new_; ++to) sum += at(from, to);
  return sum;
}

std::int64_t Migration::known(std::size_t to) const {
  std::int64_t sum = 0;
  for (std::size_t from = 0; from < old_; ++from) sum += at(from, to);
  return sum;
}

std::int64_t Migration::shared() const {
  std::int64_t sum = 0;
  for (std::size_t from = 0; from < old_; ++from) sum += staying(from);
  return sum;
}

std::int64_t Migration::old_size(std::size_t from) const {
  return staying(from) + at(from, left()) + at(from, out_now());
}

std::int64_t Migration::new_size(std::size_t to) const {
  return known(to) + at(joined(), to) + at(out_before(), to);
}

Migration count_migration(const comm::Communicator& world, std::span<const std::int32_t> before,
                          std::span<const std::int32_t> labels, const OldSegments& old,
                          std::size_t new_segments) {
  Migration result(old.ids.size(), new_segments);
  std::unordered_map<std::int32_t, std::size_t> row_of{{-1, result.out_before()},
                                                       {io::absent, result.joined()}};
  for (std::size_t a = 0; a < old.ids.size(); ++a) row_of[old.ids[a]] = a;
  comm::run_on_all_ranks(world, [&] {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto from = row_of.find(before[i]);
      if (from == row_of.end())
        throw core::data_error(fmt::format(
            "the previous result is damaged: a customer is in segment {}, and there is no such segment",
            before[i]));
      ++result.at(from->second, labels[i] < 0 ? result.out_now() : static_cast<std::size_t>(labels[i]));
    }
  });
  comm::sum_over_ranks(world, result.counts());
  // Whoever isn't found has left.
  const auto leave = [&](std::size_t from, std::int64_t left) {
    if (left < 0)
      throw core::data_error(
          fmt::format("the previous result is damaged: more customers are in {} than it says",
                      from < old.ids.size() ? fmt::format("segment {}", old.ids[from]) : "no segment"));
    result.at(from, result.left()) = left;
  };
  for (std::size_t a = 0; a < old.ids.size(); ++a) leave(a, old.sizes[a] - result.old_size(a));
  const auto out = result.out_before();
  leave(out, old.left_out - result.staying(out) - result.at(out, result.out_now()));
  return result;
}

}  // namespace psychograph::quarters
