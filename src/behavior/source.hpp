// The events of one block of the spec, read from CSV or HDF5 in batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "behavior/event.hpp"
#include "behavior/levels.hpp"
#include "comm/communicator.hpp"
#include "core/time.hpp"
#include "io/csv_unpack.hpp"
#include "spec/events.hpp"

namespace psychograph::behavior {

/// How many there are of something that a user should know of, and where the first stands.
struct Noted {
  std::int64_t count = 0;
  std::string first;
  /// `where` is called for the first alone.
  template <class Where>
  void note(Where where) {
    if (count++ == 0) first = where();
  }
};

/// What was seen of a block's events on this rank.
struct EventTally {
  std::int64_t read = 0;  ///< all
  Noted without_id;
  Noted without_time;
  Noted without_value;  ///< they count as 0
  Noted bad;            ///< left out under on_bad_event = "skip"
  Noted late;           ///< on the as-of date or after it
  Noted bare;           ///< rows of CSV that are delimiters alone: no events
};
/// The counts of all ranks, with the first of all. Collective.
void sum_over_ranks(const comm::Communicator& world, EventTally& tally);

/// The text of an id that is no integer.
struct NamedId {
  core::Hash128 key;
  std::string text;
};

/// Ids' texts on their way to who keeps them; one that came lately is not told again.
class NewNames {
 public:
  void note(const core::Hash128& key, std::string_view text);
  std::vector<NamedId> take() { return std::exchange(pending_, {}); }

 private:
  static constexpr std::size_t places = std::size_t{1} << 14U;
  std::vector<core::Hash128> lately_ = std::vector<core::Hash128>(places);
  std::vector<NamedId> pending_;
};

/// What reading leaves behind beside the events themselves.
struct EventLevels {
  Levels channels;
  Levels categories;
};

class Source {
 public:
  virtual ~Source() = default;
  /// Replaces `events` by this rank's next ones, some ten thousand at the most; channels and categories as
  /// `levels` number them until they meet. False, on all ranks, where none has any left. Collective. Throws a
  /// data error.
  virtual bool next(std::vector<Event>& events) = 0;
  /// The share that is read, 0 to 1. Local.
  [[nodiscard]] virtual double share() const = 0;
  /// About how many events there are, on all ranks together.
  [[nodiscard]] virtual double about_rows() const = 0;

  EventTally tally;
  NewNames names;
  std::vector<std::string> notices;  ///< of the files, before an event is read; the same on every rank
};

/// What a source is to know of its block; all must outlive it.
struct SourceOptions {
  const spec::EventBlock& block;
  std::uint8_t number = 0;            ///< of the block
  std::optional<std::int64_t> as_of;  ///< microseconds; later events are noted and left out
  EventLevels& levels;
  const std::string& beside;  ///< a path: packed files are unpacked beside it
  const io::UnpackProgress& unpacking;
};

/// Opens the block's files: all CSV, packed or not, or all HDF5. Collective. Throws usage, data and
/// environment errors.
std::unique_ptr<Source> open_events(const comm::Communicator& world, const SourceOptions& options);
std::unique_ptr<Source> open_csv_events(const comm::Communicator& world, const SourceOptions& options,
                                        const std::vector<std::string>& files);
std::unique_ptr<Source> open_table_events(const comm::Communicator& world, const SourceOptions& options,
                                          const std::vector<std::string>& files);

/// A number of the scale as microseconds; nothing where that lies outside the years 1 to 9999.
std::optional<std::int64_t> scaled_time(std::int64_t number, const core::TimeScale& scale);
std::optional<std::int64_t> scaled_time(double number, const core::TimeScale& scale);
/// What is wrong then, for a message.
std::string time_fault(std::string_view cell);

/// Bytes of an id that is a text, and of the name of a channel or category, at the most.
inline constexpr std::size_t longest_id = 1024;
inline constexpr std::size_t longest_name = 256;
/// What is wrong with such a text, in UTF-8; "" where nothing is.
std::string id_fault(std::string_view text);
std::string name_fault(std::string_view text);

/// What is wrong with an amount, for a message: "12.345: has more than 2 decimals ...".
std::string amount_fault(std::string_view cell, int fault, std::int64_t decimals);

inline constexpr std::int64_t batch_events = std::int64_t{1} << 15U;
inline constexpr std::size_t most_channels = 1000;
inline constexpr std::size_t most_categories = 1'000'000;
/// The number of a channel, for now. Throws as `require_few_levels` does.
std::int16_t channel_number(const spec::EventBlock& block, EventLevels& levels, std::string_view name);
/// Throws a data error where there are more channels or categories than that; after they have met.
void require_few_levels(const spec::EventBlock& block, const EventLevels& levels);

}  // namespace psychograph::behavior
