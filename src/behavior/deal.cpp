#include "behavior/deal.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "comm/all_reduce.hpp"
#include "comm/exchange.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::behavior {
namespace {

/// What this rank sends to each other, sorted by rank.
template <class T>
class Outgoing {
 public:
  explicit Outgoing(std::size_t ranks) : parts_(ranks) {}
  std::vector<T>& to(std::size_t rank) { return parts_[rank]; }
  [[nodiscard]] std::vector<std::span<const T>> spans() const { return {parts_.begin(), parts_.end()}; }
  void clear() {
    for (auto& part : parts_) part.clear();
  }

 private:
  std::vector<std::vector<T>> parts_;
};

void append(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  const auto* const begin = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), begin, begin + size);
}

/// key, length, text
void append(std::vector<std::byte>& bytes, const NamedId& name) {
  const std::uint64_t length = name.text.size();
  append(bytes, &name.key, sizeof name.key);
  append(bytes, &length, sizeof length);
  append(bytes, name.text.data(), name.text.size());
}

/// To the slices of this rank.
void put_aside_names(std::span<const std::byte> bytes, Dealt& dealt) {
  while (!bytes.empty()) {
    core::Hash128 key;
    std::uint64_t length = 0;
    std::memcpy(&key, bytes.data(), sizeof key);
    std::memcpy(&length, bytes.data() + sizeof key, sizeof length);
    const auto size = sizeof key + sizeof length + length;
    dealt.names.append(dealt.places.of(key).slice, bytes.data(), size);
    bytes = bytes.subspan(size);
  }
}

void exchange_names(const comm::Communicator& world, const std::vector<NamedId>& names, Dealt& dealt) {
  if (comm::max_over_ranks(world, static_cast<std::int64_t>(names.size())) == 0) return;
  Outgoing<std::byte> outgoing(static_cast<std::size_t>(world.size()));
  for (const auto& name : names) {
    append(outgoing.to(dealt.places.of(name.key).rank), name);
    dealt.longest_name = std::max(dealt.longest_name, static_cast<std::int64_t>(name.text.size()));
    dealt.sample.see(name.key, name.text);
  }
  const auto received = comm::exchange(world, outgoing.spans());
  comm::run_on_all_ranks(world, [&] { put_aside_names(received.values, dealt); });
}

/// The events of one batch of a block.
class EventDealer {
 public:
  EventDealer(const comm::Communicator& world, Dealt& dealt)
      : world_(world), dealt_(dealt), outgoing_(static_cast<std::size_t>(world.size())) {}

  void deal(std::vector<Event>& events, EventLevels& levels, std::vector<std::int64_t>& category_lines) {
    levels.channels.meet(world_);
    levels.categories.meet(world_);
    category_lines.resize(levels.categories.names().size());
    outgoing_.clear();
    for (auto& event : events) {
      event.channel = static_cast<std::int16_t>(levels.channels.agreed(event.channel));
      event.category = levels.categories.agreed(event.category);
      if (event.category != no_level) ++category_lines[static_cast<std::size_t>(event.category)];
      dealt_.sample.see(event.id);
      dealt_.first_time = std::min(dealt_.first_time, event.time);
      dealt_.last_time = std::max(dealt_.last_time, event.time);
      largest_sum_ +=
          std::abs(static_cast<double>(event.value)) + std::abs(static_cast<double>(event.quantity));
      outgoing_.to(dealt_.places.of(event.id).rank).push_back(event);
    }
    const auto received = comm::exchange(world_, outgoing_.spans());
    comm::run_on_all_ranks(world_, [&] {
      for (const auto& event : received.values)
        dealt_.events.append(dealt_.places.of(event.id).slice, &event, sizeof event);
    });
  }

  /// Of all ranks.
  void require_sums_fit() const {
    double all = comm::max_over_ranks(world_, largest_sum_) * world_.size();
    if (all < 0x1p61) return;
    throw core::data_error(
        "all values together are more than 2^61 of their smallest unit: set fewer decimals");
  }

 private:
  const comm::Communicator& world_;
  Dealt& dealt_;
  Outgoing<Event> outgoing_;
  double largest_sum_ = 0;
};

}  // namespace

std::size_t slices_for(const comm::Communicator& world, double rows) {
  constexpr double slice_bytes = 24e6;
  const auto slices = rows * sizeof(Event) / world.size() / slice_bytes;
  return static_cast<std::size_t>(std::clamp(std::ceil(slices), 1.0, 1024.0));
}

Dealt deal_out(const comm::Communicator& world, const DealOptions& options,
               const std::vector<std::unique_ptr<Source>>& sources, std::vector<EventLevels>& levels,
               const std::vector<spec::EventBlock>& blocks, const DealProgress& progress) {
  constexpr auto earliest = std::numeric_limits<std::int64_t>::min();
  constexpr auto latest = std::numeric_limits<std::int64_t>::max();
  constexpr std::size_t small_buffer = std::size_t{1} << 16U;
  const auto spill = [&](std::size_t buffer) { return io::Spill(options.folder, options.slices, buffer); };
  Dealt dealt{{static_cast<std::size_t>(world.size()), options.slices},
              spill(io::Spill::usual_buffer),
              spill(small_buffer),
              spill(small_buffer),
              {},
              latest,
              earliest,
              0,
              std::vector<std::vector<std::int64_t>>(sources.size())};
  EventDealer dealer(world, dealt);
  std::vector<Event> events;
  for (std::size_t b = 0; b < sources.size(); ++b) {
    auto& source = *sources[b];
    while (source.next(events)) {
      dealer.deal(events, levels[b], dealt.category_lines[b]);
      exchange_names(world, source.names.take(), dealt);
      require_few_levels(blocks[b], levels[b]);
      progress((static_cast<double>(b) + source.share()) / static_cast<double>(sources.size()));
    }
    comm::sum_over_ranks(world, dealt.category_lines[b]);
  }
  dealer.require_sums_fit();
  dealt.first_time = comm::min_over_ranks(world, dealt.first_time);
  dealt.last_time = comm::max_over_ranks(world, dealt.last_time);
  dealt.longest_name = comm::max_over_ranks(world, dealt.longest_name);
  dealt.sample.put_together(world);
  return dealt;
}

void deal_out(const comm::Communicator& world, const std::vector<Member>& members,
              const std::vector<NamedId>& names, Dealt& dealt) {
  Outgoing<Member> outgoing(static_cast<std::size_t>(world.size()));
  for (const auto& member : members) outgoing.to(dealt.places.of(member.id).rank).push_back(member);
  const auto received = comm::exchange(world, outgoing.spans());
  comm::run_on_all_ranks(world, [&] {
    for (const auto& member : received.values)
      dealt.members.append(dealt.places.of(member.id).slice, &member, sizeof member);
  });
  exchange_names(world, names, dealt);
}

}  // namespace psychograph::behavior
