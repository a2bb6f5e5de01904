// Events from CSV files.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "behavior/cells.hpp"
#include "behavior/source.hpp"
#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "io/csv_cell.hpp"
#include "io/csv_part.hpp"
#include "io/csv_part_records.hpp"
#include "io/csv_records.hpp"
#include "io/csv_table.hpp"
#include "io/csv_unpack.hpp"

namespace psychograph::behavior {
namespace {

/// What the columns of a block are among those of the table.
struct ColumnPlaces {
  std::size_t id;
  std::size_t time;
  std::optional<std::size_t> basket;
  std::optional<std::size_t> value;
  std::optional<std::size_t> quantity;
  std::optional<std::size_t> channel;
  std::optional<std::size_t> category;
  std::optional<std::size_t> promotion;
};

io::CsvInput input_of(const spec::EventBlock& block, const std::vector<io::CsvSource>& sources) {
  std::vector<std::string> columns;
  for (const auto* name : {&block.id, &block.time, &block.basket, &block.value, &block.quantity,
                           &block.channel, &block.category, &block.promotion}) {
    if (!name->empty() && std::find(columns.begin(), columns.end(), *name) == columns.end())
      columns.push_back(*name);
  }
  io::CsvInput input;
  input.columns = columns;
  input.sources = sources;
  return input;
}

/// Without the advice to give options, which are another job's.
std::string without_options(const std::string& notice) {
  const auto option = std::min(notice.find(": --decimal"), notice.find("; --decimal"));
  return notice.substr(0, option);
}

class CsvEvents : public Source {
 public:
  CsvEvents(const comm::Communicator& world, const SourceOptions& options,
            const std::vector<std::string>& files)
      : world_(world),
        options_(options),
        unpacked_(io::unpack_csv(world, files, options.beside, options.unpacking)),
        table_(io::open_csv(world, input_of(options.block, unpacked_.sources))),
        parts_(io::deal_out_csv(world, table_)),
        records_(table_, parts_),
        missing_(options.block.missing) {
    const auto& block = options.block;
    places_ = {place(block.id).value(), place(block.time).value(), place(block.basket),
               place(block.value),      place(block.quantity),     place(block.channel),
               place(block.category),   place(block.promotion)};
    if (!block.time_units.empty()) scale_ = core::read_time_units(block.time_units);
    for (const auto& notice : table_.notices) notices.push_back(without_options(notice));
  }

  bool next(std::vector<Event>& events) override {
    events.clear();
    comm::run_on_all_ranks(world_, [&] {
      while (!done_ && static_cast<std::int64_t>(events.size()) < batch_events) {
        if (!records_.next()) {
          end();
          break;
        }
        Event event;
        if (read(event)) events.push_back(event);
      }
      if (!done_) share_ = records_.share();
    });
    if (comm::max_over_ranks(world_, std::int64_t{!done_ || !events.empty()}) != 0) return true;
    require_unchanged();
    return false;
  }

  [[nodiscard]] double share() const override { return share_; }
  [[nodiscard]] double about_rows() const override {
    constexpr double record_bytes = 24;  // hardly any is shorter
    double bytes = 0;
    for (const auto& file : table_.files) bytes += static_cast<double>(file.data_end - file.data_begin);
    return bytes / record_bytes;
  }

 private:
  /// All records of this rank have gone by.
  void end() {
    done_ = true;
    share_ = 1;
    tally.bare.count = records_.bare_records();
    if (tally.bare.count == 0) return;
    const auto first = records_.first_bare_record();
    const auto& part = parts_[first.part];
    const auto& file = table_.files[part.file];
    tally.bare.first = fmt::format("{}: line {}", file.path, io::line_of(file, part, first.offset));
  }

  [[nodiscard]] std::optional<std::size_t> place(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    const auto found = std::find(table_.columns.begin(), table_.columns.end(), name);
    return static_cast<std::size_t>(found - table_.columns.begin());
  }

  void require_unchanged() const {
    comm::run_on_all_ranks(world_, [&] {
      for (const auto& file : table_.files) {
        if (io::file_state(file.bytes) != file.state)
          throw core::data_error(fmt::format("{}: changed while it was read", file.path));
      }
    });
  }

  [[nodiscard]] std::string_view cell(std::size_t column) {
    const auto& field = records_.cell(column);
    if (!field.escaped) return io::trimmed(field.raw());
    text_ = field.text();
    return io::trimmed(text_);
  }
  [[nodiscard]] std::string where(std::size_t column) const { return records_.fault(column, "").what(); }

  /// False where the event is left out.
  bool read(Event& event) {
    ++tally.read;
    event.block = options_.number;
    if (!read_id(event) || !read_time(event)) return false;
    const auto& block = options_.block;
    if (options_.as_of && event.time >= *options_.as_of) {
      tally.late.note([&] { return where(places_.time); });
      return false;
    }
    if (places_.basket) {
      const auto text = cell(*places_.basket);
      if (!missing_.contains(text)) event.basket = basket_key(text);
    }
    if (places_.value && !read_number(*places_.value, block.decimals, block.round, event.value)) return false;
    if (places_.quantity && !read_number(*places_.quantity, 0, true, event.quantity)) return false;
    if (places_.promotion && !read_promotion(event)) return false;
    if (places_.channel && has_level(*places_.channel))
      event.channel = channel_number(block, options_.levels, cell(*places_.channel));
    if (places_.category && has_level(*places_.category))
      event.category = options_.levels.categories.number_of(cell(*places_.category));
    return true;
  }

  bool read_id(Event& event) {
    const auto text = cell(places_.id);
    if (missing_.contains(text)) {
      tally.without_id.note([&] { return where(places_.id); });
      return false;
    }
    event.id = id_key(text);
    if (!is_integer(event.id)) {
      require_storable(text);
      names.note(event.id, text);
    }
    return true;
  }

  void require_storable(std::string_view text) const {
    if (!io::is_storable_text(text)) throw records_.fault(places_.id, "is not UTF-8 text");
    if (const auto fault = id_fault(text); !fault.empty()) throw records_.fault(places_.id, fault);
  }

  bool read_time(Event& event) {
    const auto text = cell(places_.time);
    if (missing_.contains(text)) {
      tally.without_time.note([&] { return where(places_.time); });
      return false;
    }
    if (scale_) {
      const auto number = io::read_cell(text, {io::MissingWords({}), table_.decimal});
      if (number.kind == io::CellKind::integer || number.kind == io::CellKind::wide) {
        const auto time = scaled_time(number.integer, *scale_);
        event.time = time.value_or(0);
        return time || bad(places_.time, time_fault(text));
      }
    } else if (const auto time = core::read_time(text)) {
      event.time = time->microseconds;
      return true;
    }
    return bad(places_.time, fmt::format("\"{}\" is no point of time, as 2018-01-31 or 2018-01-31 12:30:00{}",
                                         text, scale_ ? " (or number of time_units)" : ""));
  }

  bool read_number(std::size_t column, std::int64_t decimals, bool round, std::int64_t& out) {
    const auto text = cell(column);
    if (missing_.contains(text)) {
      tally.without_value.note([&] { return where(column); });
      return true;
    }
    const auto amount = read_amount(text, decimals, round, table_.decimal);
    out = amount.units;
    if (amount.fault == AmountFault::none) return true;
    return bad(column, amount_fault(text, static_cast<int>(amount.fault), decimals));
  }

  bool read_promotion(Event& event) {
    const auto text = cell(*places_.promotion);
    const auto truth = missing_.contains(text) ? std::optional(false) : read_truth(text, table_.decimal);
    event.promotion = truth.value_or(false) ? 1 : 0;
    if (truth) return true;
    return bad(*places_.promotion, fmt::format("\"{}\" is neither a number nor true or false", text));
  }

  /// Whether the cell names something.
  bool has_level(std::size_t column) {
    const auto text = cell(column);
    if (missing_.contains(text)) return false;
    if (!io::is_storable_text(text)) throw records_.fault(column, "is not UTF-8 text");
    if (const auto fault = name_fault(text); !fault.empty()) throw records_.fault(column, fault);
    return true;
  }

  bool bad(std::size_t column, const std::string& what) {
    if (options_.block.on_bad_event == spec::OnBadEvent::error) throw records_.fault(column, what);
    tally.bad.note([&] { return std::string(records_.fault(column, what).what()); });
    return false;
  }

  comm::Communicator world_;
  SourceOptions options_;
  io::CsvSources unpacked_;  ///< what is packed, for as long as it is read
  io::CsvTable table_;
  std::vector<io::CsvPart> parts_;
  io::PartRecords records_;
  io::MissingWords missing_;
  ColumnPlaces places_{};
  std::optional<core::TimeScale> scale_;
  std::string text_;
  bool done_ = false;
  double share_ = 0;
};

}  // namespace

std::unique_ptr<Source> open_csv_events(const comm::Communicator& world, const SourceOptions& options,
                                        const std::vector<std::string>& files) {
  return std::make_unique<CsvEvents>(world, options, files);
}

}  // namespace psychograph::behavior
