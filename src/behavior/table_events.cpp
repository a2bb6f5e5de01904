// Events from tables in HDF5.
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "behavior/column_cells.hpp"
#include "behavior/source.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "io/shard.hpp"
#include "io/windows.hpp"

namespace psychograph::behavior {
namespace {

spec::Input input_of(const spec::EventBlock& block, const std::vector<std::string>& files) {
  spec::Input input;
  input.files = files;
  input.table = block.table;
  return input;
}

enum class Role { id, time, basket, value, quantity, channel, category, promotion };

class TableEvents : public Source {
 public:
  TableEvents(const comm::Communicator& world, const SourceOptions& options,
              const std::vector<std::string>& files)
      : options_(options), shard_(world, io::open_table(world, input_of(options.block, files))) {
    const auto& block = options.block;
    // In this order a row's cells are shown, as those of CSV are read: what is left out for one cell counts
    // for no later one.
    const std::pair<Role, const std::string*> wanted[] = {{Role::id, &block.id},
                                                          {Role::time, &block.time},
                                                          {Role::basket, &block.basket},
                                                          {Role::value, &block.value},
                                                          {Role::quantity, &block.quantity},
                                                          {Role::promotion, &block.promotion},
                                                          {Role::channel, &block.channel},
                                                          {Role::category, &block.category}};
    std::vector<std::size_t> columns;
    for (const auto& [role, name] : wanted) {
      if (name->empty()) continue;
      const auto column = io::require_column(shard_.table(), *name, "[[events]]");
      roles_.emplace(column, role);
      if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    }
    find_scales();
    windows_.emplace(world, shard_, columns, batch_events);
  }

  bool next(std::vector<Event>& events) override {
    if (!windows_->next()) return false;
    const auto rows = windows_->rows();
    events.assign(static_cast<std::size_t>(rows.size()), Event{});
    left_out_.assign(events.size(), 0);
    first_ = rows.begin;
    windows_->read([&](const io::RawBlock& block) {
      const auto [begin, end] = roles_.equal_range(block.column);
      for (auto role = begin; role != end; ++role) take(role->second, block, events);
    });
    finish(events);
    share_ = windows_->share();
    return true;
  }

  [[nodiscard]] double share() const override { return share_; }
  [[nodiscard]] double about_rows() const override { return static_cast<double>(shard_.table().rows()); }

 private:
  /// What each file's column of times counts, where it holds numbers.
  void find_scales() {
    const auto& block = options_.block;
    const auto& column = shard_.table().columns[*shard_.table().find(block.time)];
    if (!io::holds_numbers(column)) return;
    const auto asked = core::read_time_units(block.time_units);
    for (std::size_t f = 0; f < shard_.table().files.size(); ++f) {
      const auto told = column.times.find(f);
      if (!asked && told == column.times.end())
        throw core::data_error(
            fmt::format("{}: column \"{}\" holds numbers, and has no attribute units that says what they "
                        "count: say it, as time_units = \"seconds since 1970-01-01\"",
                        shard_.table().files[f].path, block.time));
      scales_.push_back(asked ? *asked : told->second);
    }
  }

  [[nodiscard]] std::string where(std::size_t column, std::int64_t local_row) const {
    return io::cell_name(shard_.table(), shard_.table().columns[column].name,
                         shard_.rows().begin + local_row);
  }

  void leave_out(Noted& noted, const io::RawBlock& block, std::size_t i, const std::string& what = "") {
    const auto row = block.first + static_cast<std::int64_t>(i);
    noted.note([&] { return where(block.column, row) + (what.empty() ? "" : ": " + what); });
    left_out_[static_cast<std::size_t>(row - first_)] = 1;
  }
  void bad(const io::RawBlock& block, std::size_t i, const std::string& what) {
    if (options_.block.on_bad_event == spec::OnBadEvent::error) require(block, i, what);
    leave_out(tally.bad, block, i, what);
  }

  void take(Role role, const io::RawBlock& block, std::vector<Event>& events) {
    const auto at = static_cast<std::size_t>(block.first - first_);
    const ColumnCells cells(shard_.table(), block);
    for (std::size_t i = 0; i < block.count; ++i) {
      auto& event = events[at + i];
      if (left_out_[at + i] != 0) continue;
      take(role, cells, i, event);
    }
  }

  void take(Role role, const ColumnCells& cells, std::size_t i, Event& event) {
    const auto& block = cells.block();
    switch (role) {
      case Role::id:
        if (cells.is_missing(i)) return leave_out(tally.without_id, block, i);
        return take_id(cells, i, event);
      case Role::time:
        if (cells.is_missing(i)) return leave_out(tally.without_time, block, i);
        return take_time(cells, i, event);
      case Role::basket:
        if (cells.is_missing(i)) return;
        event.basket = cells.is_whole(i) ? basket_key(cells.whole(i)) : basket_key(cells.text(i));
        return;
      case Role::value:
        return take_amount(cells, i, options_.block.decimals, options_.block.round, event.value);
      case Role::quantity:
        return take_amount(cells, i, 0, true, event.quantity);
      case Role::channel:
        if (!cells.is_missing(i))
          event.channel = channel_number(options_.block, options_.levels, name(cells, i));
        return;
      case Role::category:
        if (!cells.is_missing(i)) event.category = options_.levels.categories.number_of(name(cells, i));
        return;
      case Role::promotion: {
        if (cells.is_missing(i)) return;
        const auto truth =
            cells.is_number() ? std::optional(cells.number(i) != 0) : read_truth(cells.text(i));
        event.promotion = truth.value_or(false) ? 1 : 0;
        if (!truth) bad(block, i, fmt::format("\"{}\" is neither a number nor true or false", cells.text(i)));
        return;
      }
    }
  }

  void take_id(const ColumnCells& cells, std::size_t i, Event& event) {
    if (cells.is_whole(i)) {
      event.id = id_key(cells.whole(i));
    } else if (cells.is_number()) {
      bad(cells.block(), i, fmt::format("the id {} is no whole number of 64 bits", cells.text(i)));
    } else {
      const auto text = cells.text(i);
      event.id = id_key(text);
      if (is_integer(event.id)) return;
      require(cells.block(), i, id_fault(text));
      names.note(event.id, text);
    }
  }

  std::string_view name(const ColumnCells& cells, std::size_t i) {
    const auto text = cells.text(i);
    require(cells.block(), i, name_fault(text));
    return text;
  }

  /// Throws where there is a fault.
  void require(const io::RawBlock& block, std::size_t i, const std::string& fault) const {
    if (fault.empty()) return;
    throw core::data_error(
        fmt::format("{}: {}", where(block.column, block.first + static_cast<std::int64_t>(i)), fault));
  }

  void take_time(const ColumnCells& cells, std::size_t i, Event& event) {
    const auto& block = cells.block();
    std::optional<std::int64_t> time;
    if (!cells.is_number()) {
      if (const auto read = core::read_time(cells.text(i))) time = read->microseconds;
      if (!time) return bad(block, i, fmt::format("\"{}\" is no point of time", cells.text(i)));
    } else if (!cells.is_whole(i)) {
      time = scaled_time(cells.number(i), scales_[block.file]);
    } else if (cells.whole(i) == std::numeric_limits<std::int64_t>::min()) {
      return leave_out(tally.without_time, block, i);
    } else {
      time = scaled_time(cells.whole(i), scales_[block.file]);
    }
    if (!time) return bad(block, i, time_fault(cells.text(i)));
    event.time = *time;
    if (options_.as_of && event.time >= *options_.as_of) leave_out(tally.late, block, i);
  }

  void take_amount(const ColumnCells& cells, std::size_t i, std::int64_t decimals, bool round,
                   std::int64_t& out) {
    if (cells.is_missing(i)) {
      tally.without_value.note(
          [&] { return where(cells.block().column, cells.block().first + static_cast<std::int64_t>(i)); });
      return;
    }
    const auto amount = cells.is_number() ? read_amount(cells.number(i), decimals, round, cells.is_single())
                                          : read_amount(cells.text(i), decimals, round);
    out = amount.units;
    if (amount.fault != AmountFault::none)
      bad(cells.block(), i, amount_fault(cells.text(i), static_cast<int>(amount.fault), decimals));
  }

  /// Takes out what is left out.
  void finish(std::vector<Event>& events) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      ++tally.read;
      if (left_out_[i] != 0) continue;
      events[i].block = options_.number;
      events[kept++] = events[i];
    }
    events.resize(kept);
  }

  SourceOptions options_;
  io::Shard shard_;
  std::multimap<std::size_t, Role> roles_;  ///< by column
  std::vector<core::TimeScale> scales_;     ///< by file
  std::optional<io::Windows> windows_;
  std::vector<char> left_out_;
  std::int64_t first_ = 0;
  double share_ = 0;
};

}  // namespace

std::unique_ptr<Source> open_table_events(const comm::Communicator& world, const SourceOptions& options,
                                          const std::vector<std::string>& files) {
  return std::make_unique<TableEvents>(world, options, files);
}

}  // namespace psychograph::behavior
