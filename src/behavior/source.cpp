#include "behavior/source.hpp"

#include <array>
#include <cmath>
#include <fstream>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "behavior/period.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/csv_spelling.hpp"
#include "io/table.hpp"

namespace psychograph::behavior {
namespace {

bool is_hdf5(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 8> bytes{};
  file.read(bytes.data(), bytes.size());
  return std::string_view(bytes.data(), 4) == "\x89HDF";
}

/// The first rank's that has one.
std::string first_of_ranks(const comm::Communicator& world, const Noted& noted) {
  const auto owner = comm::min_over_ranks(world, std::int64_t{noted.count > 0 ? world.rank() : world.size()});
  auto first = noted.first;
  if (owner < world.size()) boost::mpi::broadcast(world, first, static_cast<int>(owner));
  return first;
}

}  // namespace

void sum_over_ranks(const comm::Communicator& world, EventTally& tally) {
  tally.read = comm::sum_over_ranks(world, tally.read);
  for (auto* noted :
       {&tally.without_id, &tally.without_time, &tally.without_value, &tally.bad, &tally.late, &tally.bare}) {
    noted->first = first_of_ranks(world, *noted);
    noted->count = comm::sum_over_ranks(world, noted->count);
  }
}

void NewNames::note(const core::Hash128& key, std::string_view text) {
  auto& place = lately_[key.high % places];
  if (place == key) return;
  place = key;
  pending_.push_back({key, std::string(text)});
}

std::unique_ptr<Source> open_events(const comm::Communicator& world, const SourceOptions& options) {
  std::vector<std::string> files;
  bool hdf5 = false;
  comm::run_on_root(world, [&] {
    files = io::expand_globs(options.block.files);
    hdf5 = is_hdf5(files.front());
    for (const auto& file : files) {
      if (is_hdf5(file) == hdf5) continue;
      throw core::data_error(
          fmt::format("{} and {}: one is HDF5 and the other isn't: give each sort an "
                      "[[events]] block of its own",
                      files.front(), file));
    }
  });
  boost::mpi::broadcast(world, files, 0);
  boost::mpi::broadcast(world, hdf5, 0);
  return hdf5 ? open_table_events(world, options, files) : open_csv_events(world, options, files);
}

std::optional<std::int64_t> scaled_time(std::int64_t number, const core::TimeScale& scale) {
  std::int64_t time = 0;
  if (__builtin_mul_overflow(number, scale.step, &time) || __builtin_add_overflow(time, scale.origin, &time))
    return std::nullopt;
  return is_in_calendar(time) ? std::optional(time) : std::nullopt;
}

std::optional<std::int64_t> scaled_time(double number, const core::TimeScale& scale) {
  const double moved = std::floor(number * static_cast<double>(scale.step));
  if (!(std::abs(moved) < 0x1p61)) return std::nullopt;
  const auto time = static_cast<std::int64_t>(moved) + scale.origin;
  return is_in_calendar(time) ? std::optional(time) : std::nullopt;
}

std::string time_fault(std::string_view cell) {
  return fmt::format("{} is outside the years 1 to 9999", cell);
}

std::string id_fault(std::string_view text) {
  return text.size() > longest_id ? fmt::format("an id of more than {} bytes", longest_id) : "";
}

std::string name_fault(std::string_view text) {
  return text.size() > longest_name ? fmt::format("a name of more than {} bytes", longest_name) : "";
}

std::string amount_fault(std::string_view cell, int fault, std::int64_t decimals) {
  switch (static_cast<AmountFault>(fault)) {
    case AmountFault::too_fine:
      return fmt::format(
          "{} has more than {} decimals: set decimals to as many as there are, or round = true", cell,
          decimals);
    case AmountFault::too_large:
      return fmt::format("{} is too large: at most 2^53 of the smallest unit (decimals = {})", cell,
                         decimals);
    case AmountFault::none:
    case AmountFault::no_number:
      break;
  }
  const auto repair = io::remedy(io::spelling_of(cell, '.'), '.');
  const bool comma = repair.find("--decimal") != std::string::npos;  // import's way, which events have not
  return fmt::format("\"{}\" is no number{}", cell,
                     comma            ? ": decimals are written behind a point"
                     : repair.empty() ? ""
                                      : ": " + repair);
}

std::int16_t channel_number(const spec::EventBlock& block, EventLevels& levels, std::string_view name) {
  const auto number = levels.channels.number_of(name);
  if (number > INT16_MAX) require_few_levels(block, levels);
  return static_cast<std::int16_t>(number);
}

void require_few_levels(const spec::EventBlock& block, const EventLevels& levels) {
  if (levels.channels.names().size() > most_channels)
    throw core::data_error(
        fmt::format("column \"{}\" has more than {} channels: each is a feature of its own", block.channel,
                    most_channels));
  if (levels.categories.names().size() > most_categories)
    throw core::data_error(fmt::format("column \"{}\" has more than {} categories: name a coarser one",
                                       block.category, most_categories));
}

}  // namespace psychograph::behavior
