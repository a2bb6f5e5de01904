#include "runs/event_generation.hpp"

#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "core/row_range.hpp"
#include "core/time.hpp"
#include "io/disk_space.hpp"
#include "io/ordered_text.hpp"
#include "io/output_file.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::runs {
namespace {

using synthetic::EventLine;
using synthetic::Events;

constexpr std::int64_t block_rows = std::int64_t{1} << 17U;

std::vector<std::string> file_names(const EventGenerationOptions& options) {
  const std::filesystem::path output(options.output);
  const auto stem = (output.parent_path() / output.stem()).string();
  const auto digits = std::to_string(options.files - 1).size();
  std::vector<std::string> names;
  for (std::int64_t f = 0; f < options.files; ++f)
    names.push_back(fmt::format("{}_events_{:0{}}.{}", stem, f, digits, options.csv ? "csv" : "h5"));
  return names;
}

void check(const EventGenerationOptions& options) {
  const auto& request = options.request;
  if (request.segments > request.customers)
    throw core::usage_error(fmt::format("--segments {} is more than --customers {}: every segment has some",
                                        request.segments, request.customers));
  constexpr std::int64_t most_rows = std::int64_t{1} << 50U;
  if (static_cast<double>(request.customers) * static_cast<double>(request.baskets) *
          static_cast<double>(request.lines) >
      static_cast<double>(most_rows))
    throw core::usage_error("--customers, --baskets and --lines make more than 2^50 events");
}

/// A rank's part of some rows, in blocks, equally many on every rank.
class Blocks {
 public:
  Blocks(const comm::Communicator& world, std::int64_t rows)
      : mine_(comm::local_range(rows, world.rank(), world.size())),
        count_((comm::local_range(rows, 0, world.size()).size() + block_rows - 1) / block_rows) {}
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] core::RowRange operator[](std::int64_t block) const {
    const auto begin = std::min(mine_.begin + block * block_rows, mine_.end);
    return {begin, std::min(begin + block_rows, mine_.end)};
  }

 private:
  core::RowRange mine_;
  std::int64_t count_;
};

void append(std::string& text, const EventLine& line) {
  auto time = core::time_text(line.seconds * 1'000'000, core::TimeUnit::seconds);
  fmt::format_to(
      std::back_inserter(text), "{},{},{},{}.{:02},{},{},{}\n", line.customer, line.basket, time,
      line.cents / 100, line.cents % 100, synthetic::event_channels[static_cast<std::size_t>(line.channel)],
      synthetic::event_categories[static_cast<std::size_t>(line.category)], line.promotion ? 1 : 0);
}

/// The rows of one file are [first, first + rows) of all.
using Told = std::function<void(double)>;

void write_csv(const comm::Communicator& world, const Events& events, core::RowRange rows,
               const std::string& path, const Told& told) {
  io::OrderedText file(world, path);
  file.append(world.rank() == 0 ? "customer_id,basket_id,time,amount,channel,category,promotion\n" : "");
  // Text comes out in the order of ranks: each block of all ranks together is one stretch of rows.
  const auto all = block_rows * world.size();
  for (std::int64_t begin = rows.begin; begin < rows.end; begin += all) {
    const auto stretch = comm::local_range(std::min(all, rows.end - begin), world.rank(), world.size());
    const auto text = comm::run_on_all_ranks(world, [&] {
      std::string lines;
      for (auto row = stretch.begin; row < stretch.end; ++row) append(lines, events.line(begin + row));
      return lines;
    });
    file.append(text);
    told(static_cast<double>(begin - rows.begin) / static_cast<double>(rows.size()));
  }
  file.commit();
}

/// A column of a block.
template <class T, class Cell>
void write_column(io::OutputFile& file, const std::string& name, core::RowRange rows,
                  const std::vector<EventLine>& lines, Cell cell) {
  std::vector<T> cells;
  cells.reserve(lines.size());
  for (const auto& line : lines) cells.push_back(static_cast<T>(cell(line)));
  file.write_block("/events/" + name, rows.begin, rows.size(), cells.data());
}

template <std::size_t N>
std::vector<std::string> strings(const std::array<std::string_view, N>& names) {
  return {names.begin(), names.end()};
}

void write_hdf5(const comm::Communicator& world, const Events& events, core::RowRange rows,
                const std::string& path, const Told& told) {
  io::OutputFile file(world, path);
  const auto count = rows.size();
  for (const char* name : {"customer_id", "basket_id", "time"})
    file.create(fmt::format("/events/{}", name), H5T_NATIVE_INT64, {count});
  file.set_attribute("/events/time", "units", core::time_units(core::TimeUnit::seconds));
  file.create("/events/amount", H5T_NATIVE_DOUBLE, {count});
  for (const char* name : {"channel/codes", "category/codes", "promotion"})
    file.create(fmt::format("/events/{}", name), H5T_NATIVE_INT8, {count});
  file.write_strings("/events/channel/categories", strings(synthetic::event_channels));
  file.write_strings("/events/category/categories", strings(synthetic::event_categories));
  const Blocks blocks(world, count);
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto block = blocks[b];
    const auto lines = comm::run_on_all_ranks(world, [&] {
      std::vector<EventLine> drawn;
      drawn.reserve(static_cast<std::size_t>(block.size()));
      for (auto row = block.begin; row < block.end; ++row) drawn.push_back(events.line(rows.begin + row));
      return drawn;
    });
    using Line = const EventLine&;
    write_column<std::int64_t>(file, "customer_id", block, lines, [](Line line) { return line.customer; });
    write_column<std::int64_t>(file, "basket_id", block, lines, [](Line line) { return line.basket; });
    write_column<std::int64_t>(file, "time", block, lines, [](Line line) { return line.seconds; });
    write_column<double>(file, "amount", block, lines,
                         [](Line line) { return static_cast<double>(line.cents) / 100.0; });
    write_column<std::int8_t>(file, "channel/codes", block, lines, [](Line line) { return line.channel; });
    write_column<std::int8_t>(file, "category/codes", block, lines, [](Line line) { return line.category; });
    write_column<std::int8_t>(file, "promotion", block, lines, [](Line line) { return line.promotion; });
    told(static_cast<double>(b + 1) / static_cast<double>(blocks.count()));
  }
  comm::heed_last_stop_requests(world);
  file.commit();
}

results::TidyTable truth_table(const Events& events, std::int64_t segments) {
  struct Row {
    std::int64_t segment;
    synthetic::EventTruth truth;
  };
  std::vector<Row> rows;
  for (std::int64_t s = 0; s < segments; ++s) rows.push_back({s, events.truth(s)});
  results::TableOf<Row> table(std::move(rows));
  table.add("segment", [](const Row& row) { return row.segment; })
      .add("customers", [](const Row& row) { return row.truth.customers; })
      .add("rate", [](const Row& row) { return row.truth.rate; });
  for (std::size_t c = 0; c < synthetic::event_channels.size(); ++c)
    table.add(fmt::format("channel_{}", synthetic::event_channels[c]).c_str(),
              [c](const Row& row) { return row.truth.channels[c]; });
  for (std::size_t c = 0; c < synthetic::event_categories.size(); ++c)
    table.add(fmt::format("category_{}", synthetic::event_categories[c]).c_str(),
              [c](const Row& row) { return row.truth.categories[c]; });
  return table.add("promotion", [](const Row& row) { return row.truth.promotion; })
      .add("trend", [](const Row& row) { return static_cast<std::int64_t>(row.truth.trend); })
      .add("favourite_hour",
           [](const Row& row) { return static_cast<std::int64_t>(row.truth.favourite_hour); })
      .table();
}

void write_customers(const comm::Communicator& world, const EventGenerationOptions& options,
                     const Events& events) {
  io::OutputFile file(world, options.output);
  const auto customers = options.request.customers;
  file.create("/customers/customer_id", H5T_NATIVE_INT64, {customers});
  file.create("/truth/segment", H5T_NATIVE_INT32, {customers});
  const Blocks blocks(world, customers);
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const auto block = blocks[b];
    std::vector<std::int64_t> ids;
    std::vector<std::int32_t> segments;
    for (auto id = block.begin; id < block.end; ++id) {
      ids.push_back(id);
      segments.push_back(events.segment_of(id));
    }
    file.write_block("/customers/customer_id", block.begin, block.size(), ids.data());
    file.write_block("/truth/segment", block.begin, block.size(), segments.data());
  }
  results::write_table(file, "/truth/events", truth_table(events, options.request.segments));
  file.set_attribute("/truth", "kind", std::string("events"));
  file.set_attribute("/truth", "seed", static_cast<std::int64_t>(options.request.seed));
  comm::heed_last_stop_requests(world);
  file.commit();
}

}  // namespace

void generate_events(const comm::Communicator& world, const EventGenerationOptions& options,
                     Reporter& reporter) {
  check(options);
  const auto names = file_names(options);
  reporter.open([&] {
    io::FileUse use{{}, {{"--output", options.output}}};
    for (const auto& name : names)
      use.written.push_back(
          {"--output", name, options.csv ? io::Output::Kind::text : io::Output::Kind::hdf5});
    return use;
  });
  const auto rows = options.request.rows();
  reporter.stage(fmt::format("generating {} events of {} customers in {} files", rows,
                             options.request.customers, options.files));
  comm::run_on_root(world, [&] {
    const double row_bytes = options.csv ? 60 : 35;
    io::require_space(std::vector<io::SpaceDemand>{{options.output, static_cast<double>(rows) * row_bytes}});
  });
  const Events events(options.request);
  for (std::int64_t f = 0; f < options.files; ++f) {
    const auto part = comm::local_range(rows, static_cast<int>(f), static_cast<int>(options.files));
    const auto told = [&](double share) {
      reporter.progress("events", (static_cast<double>(f) + share) / static_cast<double>(options.files));
    };
    const auto& name = names[static_cast<std::size_t>(f)];
    options.csv ? write_csv(world, events, part, name, told) : write_hdf5(world, events, part, name, told);
  }
  write_customers(world, options, events);
  reporter.stage("done");
  reporter.summary(
      fmt::format("{}: {} customers in {} segments (seed {})\n{}: {} events{}\n",
                  core::printable(options.output), options.request.customers, options.request.segments,
                  options.request.seed, core::printable(names.front()), rows,
                  options.files > 1 ? fmt::format(", with {} more files", options.files - 1) : ""));
}

}  // namespace psychograph::runs
