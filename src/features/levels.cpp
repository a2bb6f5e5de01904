#include "features/levels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/csv_record.hpp"
#include "io/text_encoding.hpp"

namespace psychograph::features {
namespace {

/// A level as one rank met it. `order` sorts levels that are not sorted by their text.
struct Found {
  core::Number order;
  std::string name;
  std::int64_t count = 0;
  bool recoded = false;  ///< the cells are not the name, byte for byte: they are no UTF-8
  std::int64_t row = 0;  ///< the rank's first, global; of no interest to other ranks
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& order& name& count& recoded;
  }
};

bool is_before(const core::Number& a, const core::Number& b) {
  return std::tie(a.value, a.rest) < std::tie(b.value, b.rest);
}

/// As it stands, or as UTF-8: specs are.
bool is_sentinel(const spec::Sentinels& sentinels, std::string_view text) {
  if (text.empty()) return true;
  const auto is_among = [&](std::string_view word) {
    return std::find(sentinels.texts.begin(), sentinels.texts.end(), word) != sentinels.texts.end();
  };
  return !sentinels.texts.empty() &&
         (is_among(text) || (!io::is_storable_text(text) && is_among(io::as_utf8(text))));
}

/// Calls `see(i, order, name)` for every cell that has a level and `lacks(i)` for those that have none. The
/// name is made once a distinct value, not once a cell. One a way of storing them:
template <class See, class Lacks>
void for_each_text(const io::RawBlock& block, const spec::Sentinels& missing, See see, Lacks lacks) {
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto name = io::text(block, i);
    is_sentinel(missing, name) ? lacks(i) : see(i, core::Number(), name);
  }
}

template <class See, class Lacks>
void for_each_number(const io::RawBlock& block, const spec::Sentinels& missing, See see, Lacks lacks) {
  std::vector<double> values(block.count);
  io::numbers(block, missing, values);
  const auto is_long = [](double value) { return std::abs(value) >= 0x1p53; };
  std::vector<std::int64_t> whole;  // only where doubles can't tell the integers apart
  if (block.type->is_integer && std::any_of(values.begin(), values.end(), is_long)) {
    whole.resize(block.count);
    io::integers(block, whole);
  }
  std::unordered_map<double, std::string> names;
  std::string digits;
  for (std::size_t i = 0; i < block.count; ++i) {
    if (std::isnan(values[i])) {
      lacks(i);
    } else if (!whole.empty() && is_long(values[i])) {
      digits = io::whole_text(*block.type, whole[i]);
      see(i, io::number_of(*block.type, whole[i]), std::string_view(digits));
    } else {
      const double value = values[i] + 0.0;  // one zero
      auto& name = names[value];
      if (name.empty()) name = io::number_text(value);
      see(i, core::Number{value}, std::string_view(name));
    }
  }
}

template <class See, class Lacks>
void for_each_code(const io::RawBlock& block, const io::Levels& levels, const spec::Sentinels& missing,
                   const spec::Sentinels& marked, See see, Lacks lacks) {
  const auto is_marked = [&](std::int64_t code) {  // by the file: a spec's numbers are no codes
    return std::any_of(marked.numbers.begin(), marked.numbers.end(), [&](const core::Number& number) {
      return number.rest == 0 && number.value == static_cast<double>(code);
    });
  };
  std::vector<std::int64_t> codes(block.count);
  io::integers(block, codes);
  std::unordered_map<std::int64_t, std::size_t> places;
  for (std::size_t l = 0; l < levels.values.size(); ++l) {
    if (!is_sentinel(missing, levels.names[l]) && !is_marked(levels.values[l])) places[levels.values[l]] = l;
  }
  for (std::size_t i = 0; i < block.count; ++i) {
    const auto place = places.find(codes[i]);
    if (place == places.end()) {
      lacks(i);
    } else {
      see(i, core::Number{static_cast<double>(place->second)}, std::string_view(levels.names[place->second]));
    }
  }
}

template <class See, class Lacks>
void for_each_level(const io::Table& table, const Feature& feature, const io::RawBlock& block, See see,
                    Lacks lacks) {
  const auto& column = table.columns[block.column];
  const auto& marked = column.marked_in(block.file);
  const auto missing = spec::united(feature.sentinels, marked);
  if (column.type == io::ColumnType::text) {
    for_each_text(block, missing, see, lacks);
  } else if (io::holds_numbers(column)) {
    for_each_number(block, missing, see, lacks);
  } else {
    for_each_code(block, column.levels[block.file], missing, marked, see, lacks);
  }
}

[[noreturn]] void fail_at_number(const io::Table& table, const std::string& column, const TextGuess& texts) {
  if (texts.is_spoilt()) throw core::data_error(texts.account(table, column));
  const auto many =
      fmt::format("{}: column \"{}\" has more than {} levels", io::files_name(table), column, most_levels);
  if (texts.is_numbers()) {
    throw core::data_error(many +
                           ", all of them numbers stored as text: store them as numbers, or leave it "
                           "out if they tell single customers apart");
  }
  throw core::data_error(
      many + ": it tells single customers apart, not segments; leave it out, or group its values");
}

/// Levels of all ranks put together and sorted.
std::vector<Found> merge(const std::vector<std::vector<Found>>& by_rank) {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<Found> all;
  for (const auto& found : by_rank) {
    for (const auto& level : found) {
      const auto [place, added] = places.try_emplace(level.name, all.size());
      if (added) {
        all.push_back(level);
      } else {
        all[place->second].count += level.count;
        all[place->second].recoded |= level.recoded;
        auto& order = all[place->second].order;
        if (is_before(level.order, order)) order = level.order;
      }
    }
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.order == b.order ? a.name < b.name : is_before(a.order, b.order);
  });
  return all;
}

/// How booleans are spelled: by h5py's enums, by Python and R in text, as numbers.
constexpr std::array<std::pair<const char*, bool>, 8> truths{{{"TRUE", true},
                                                              {"True", true},
                                                              {"true", true},
                                                              {"1", true},
                                                              {"FALSE", false},
                                                              {"False", false},
                                                              {"false", false},
                                                              {"0", false}}};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace

FoundLevels find_levels(const comm::Communicator& world, const io::Shard& shard, const Feature& feature,
                        std::span<const std::uint8_t> takes_part) {
  const auto& table = shard.table();
  const auto column = *table.find(feature.columns.front());
  const bool is_text = table.columns[column].type == io::ColumnType::text;
  std::unordered_map<std::string, Found, TextHash, std::equal_to<>> local;
  FoundLevels found;
  std::int64_t local_missing = 0;
  bool too_many = false;
  shard.read(std::vector{column}, [&](const io::RawBlock& block) {
    const auto row_of = [&](std::size_t i) { return block.first + static_cast<std::int64_t>(i); };
    const auto counts = [&](std::size_t i) {
      return takes_part.empty() || takes_part[static_cast<std::size_t>(row_of(i))] != 0;
    };
    for_each_level(
        table, feature, block,
        [&](std::size_t i, const core::Number& order, std::string_view name) {
          if (!counts(i)) return;
          auto place = local.find(name);
          if (place == local.end()) {
            const auto row = shard.rows().begin + row_of(i);
            too_many = too_many || local.size() == most_levels;
            if (too_many && !is_text) fail_at_number(table, feature.name, {});
            // A column of numbers that some cell spoils has many values: which cell, is to be told.
            if (too_many) return found.texts.see(name, row);
            place = local.emplace(std::string(name), Found{order, std::string(name), 0, false, row}).first;
          }
          ++place->second.count;
        },
        [&](std::size_t i) { local_missing += counts(i) ? 1 : 0; });
  });
  std::vector<Found> mine;
  for (const auto& [name, level] : local) {
    auto text = io::as_utf8(name);
    const bool recoded = text != name;
    mine.push_back({level.order, std::move(text), level.count, recoded, level.row});
    if (is_text) found.texts.see(name, level.row, level.count);
  }
  if (is_text) found.texts.agree(world);
  if (comm::max_over_ranks(world, std::int64_t{too_many ? 1 : 0}) != 0)
    fail_at_number(table, feature.name, found.texts);
  std::vector<std::vector<Found>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  found.missing = comm::sum_over_ranks(world, local_missing);
  const auto merged = merge(by_rank);
  if (merged.size() > most_levels) fail_at_number(table, feature.name, found.texts);
  for (const auto& level : merged) found.levels.push_back({level.name, level.count, false, level.recoded});
  return found;
}

std::optional<FoundLevels> find_few_levels(const comm::Communicator& world, const io::Shard& shard,
                                           const Feature& feature, std::size_t most,
                                           std::span<const std::uint8_t> takes_part) {
  const auto column = *shard.table().find(feature.columns.front());
  std::unordered_map<std::string, Found, TextHash, std::equal_to<>> local;
  std::int64_t missing = 0;
  shard.read(std::span(&column, 1), [&](const io::RawBlock& block) {
    if (local.size() > most) return;
    const auto first = static_cast<std::size_t>(block.first);
    const auto counts = [&](std::size_t i) { return takes_part.empty() || takes_part[first + i] != 0; };
    for_each_level(
        shard.table(), feature, block,
        [&](std::size_t i, const core::Number& order, std::string_view name) {
          if (!counts(i)) return;
          auto place = local.find(name);
          if (place == local.end()) {
            if (local.size() > most) return;
            place = local.emplace(std::string(name), Found{order, std::string(name), 0, false, 0}).first;
          }
          ++place->second.count;
        },
        [&](std::size_t i) { missing += counts(i) ? 1 : 0; });
  });
  if (comm::max_over_ranks(world, static_cast<std::int64_t>(local.size())) > static_cast<std::int64_t>(most))
    return std::nullopt;
  std::vector<Found> mine;
  for (const auto& [name, level] : local)
    mine.push_back({level.order, io::as_utf8(name), level.count, false, 0});
  std::vector<std::vector<Found>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  FoundLevels found;
  found.missing = comm::sum_over_ranks(world, missing);
  for (const auto& level : merge(by_rank)) found.levels.push_back({level.name, level.count});
  if (found.levels.size() > most) return std::nullopt;
  return found;
}

LevelReader::LevelReader(const io::Table& table, const Feature& feature, std::span<const Level> levels)
    : table_(table), feature_(feature) {
  for (std::size_t l = 0; l < levels.size(); ++l) {
    if (!levels[l].missing) numbers_[levels[l].name] = static_cast<std::int32_t>(l);
  }
  read_booleans();
}

void LevelReader::read_booleans() {
  std::map<bool, std::int32_t> levels;
  for (const auto& known : numbers_) {
    const auto* const spelled = std::find_if(truths.begin(), truths.end(),
                                             [&](const auto& truth) { return known.first == truth.first; });
    // Any other level, or two of one truth: these are words.
    if (spelled == truths.end() || !levels.emplace(spelled->second, known.second).second) return;
  }
  for (const auto& [spelling, truth] : truths) {
    if (levels.contains(truth)) numbers_.try_emplace(spelling, levels[truth]);
  }
}

std::int32_t LevelReader::number_of(const std::string& name) const {
  auto place = numbers_.find(name);
  if (place == numbers_.end())
    place = numbers_.find(io::as_utf8(name));  // what is no UTF-8 is not there as it is
  return place == numbers_.end() ? unknown_level : place->second;
}

void LevelReader::read(const io::RawBlock& block, std::span<std::int32_t> out, const Unknown& unknown) const {
  std::string last_name;
  std::int32_t last = number_of(last_name);
  for_each_level(
      table_, feature_, block,
      [&](std::size_t i, const core::Number&, std::string_view name) {
        if (name != last_name) {
          last_name = name;
          last = number_of(last_name);
        }
        out[i] = last;
        if (last == unknown_level && unknown) unknown(i, name);
      },
      [&](std::size_t i) { out[i] = -1; });
}

}  // namespace psychograph::features
