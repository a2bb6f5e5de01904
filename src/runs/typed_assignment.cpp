#include "runs/typed_assignment.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <fmt/format.h>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/figure.hpp"
#include "core/printable.hpp"
#include "features/window_cells.hpp"
#include "io/fence.hpp"
#include "io/ids.hpp"
#include "io/input_file.hpp"
#include "io/windows.hpp"
#include "results/layout.hpp"
#include "results/result.hpp"

namespace psychograph::runs {
namespace {

namespace layout = results::layout;

constexpr std::int64_t cells_at_once = std::int64_t{1} << 20U;

/// What rank 0 tells the others.
struct Raw {
  bool there = false;
  typing::Tool tool;
  std::string spec;
  std::string version;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& there& tool& spec& version;
  }
};

/// A question as a column of the new table.
features::FittedFeature column_of(const typing::Item& item) {
  features::FittedFeature fitted;
  auto& feature = fitted.feature;
  feature.name = item.column;
  feature.columns = {item.column};
  feature.leveled = !item.levels.empty();
  feature.kind = feature.leveled ? spec::Kind::categorical : spec::Kind::numeric;
  for (const auto& level : item.levels) fitted.levels.push_back({level, 0, false, false});
  for (const auto& cell : item.no_answers) {
    if (feature.leveled) {
      feature.sentinels.texts.push_back(cell);
    } else {
      feature.sentinels.numbers.push_back({std::strtod(cell.c_str(), nullptr), 0});
    }
  }
  return fitted;
}

/// The lead in probability, given that each score is a logarithm of it but for a constant. Long double: the C
/// library's exp of doubles differs from machine to machine.
float lead(const double* points, std::size_t k, std::size_t best, std::size_t second) {
  long double sum = 0;
  for (std::size_t g = 0; g < k; ++g) sum += std::exp(static_cast<long double>(points[g]) - points[best]);
  const auto next = std::exp(static_cast<long double>(points[second]) - points[best]);
  return static_cast<float>((1 - next) / sum);
}

/// Names the customers of a window.
class Window {
 public:
  explicit Window(const typing::Tool& tool)
      : tool_(tool), answers_(tool.items.size()), points_(tool.segments()), answered_(tool.items.size()) {}

  void take(const features::WindowCells& cells, std::size_t item) {
    auto& answers = answers_[item];
    if (tool_.items[item].levels.empty()) {
      const auto numbers = cells.numbers(item);
      answers.assign(numbers.begin(), numbers.end());
      return;
    }
    answers.clear();
    for (const auto level : cells.levels(item)) answers.push_back(level < 0 ? core::not_a_number : level);
  }

  void name(std::size_t rows, results::CustomerSegments& customers, std::vector<std::int64_t>& sizes) {
    customers.id.resize(rows);
    customers.runner_up_id.resize(rows);
    customers.distance.assign(rows, std::numeric_limits<float>::quiet_NaN());
    customers.margin.resize(rows);
    const auto k = tool_.segments();
    for (std::size_t row = 0; row < rows; ++row) {
      typing::score(
          tool_, [&](std::size_t item) { return answers_[item][row]; }, points_.data());
      std::size_t best = 0;
      for (std::size_t g = 1; g < k; ++g) best = points_[g] > points_[best] ? g : best;
      std::size_t second = best == 0 ? 1 : 0;
      for (std::size_t g = second + 1; g < k; ++g) {
        if (g != best && points_[g] > points_[second]) second = g;
      }
      customers.id[row] = tool_.ids[best];
      customers.runner_up_id[row] = tool_.ids[second];
      customers.margin[row] = lead(points_.data(), k, best, second);
      ++sizes[best];
      for (std::size_t item = 0; item < answers_.size(); ++item)
        answered_[item] += std::isnan(answers_[item][row]) ? 0 : 1;
      silent_ +=
          std::all_of(answers_.begin(), answers_.end(), [&](const auto& all) { return std::isnan(all[row]); })
              ? 1
              : 0;
    }
  }

  /// [items] Customers with an answer that the tool knows.
  [[nodiscard]] std::vector<std::int64_t> answered() const { return answered_; }
  /// Customers who have answered nothing.
  [[nodiscard]] std::int64_t silent() const { return silent_; }

 private:
  const typing::Tool& tool_;
  std::vector<std::vector<double>> answers_;  ///< [items][rows]
  std::vector<double> points_;
  std::vector<std::int64_t> answered_;
  std::int64_t silent_ = 0;
};

void finish(io::OutputFile& file, const spec::Spec& spec, const typing::Tool& tool,
            const std::vector<std::int64_t>& sizes, std::int64_t customers, Reporter& reporter) {
  const auto k = static_cast<std::int64_t>(tool.segments());
  std::vector<double> shares;
  for (const auto size : sizes)
    shares.push_back(static_cast<double>(size) / static_cast<double>(std::max<std::int64_t>(1, customers)));
  file.create_group(layout::segments);
  file.write_whole<std::int32_t>(layout::segment_id, {k}, tool.ids);
  file.write_strings(layout::segment_name, tool.names);
  file.write_whole<std::int64_t>(layout::segment_size, {k}, sizes);
  file.write_whole<double>(layout::segment_share, {k}, shares);
  file.create_group(layout::run);
  file.write_text(layout::spec, spec.effective);
  file.set_attribute(layout::run, "job", std::string("assign"));
  file.set_attribute(layout::run, "algorithm", std::string("typing"));
  file.set_attribute(layout::run, "version", std::string(PSYCHOGRAPH_VERSION));
  file.set_attribute(layout::run, "n", customers);
  file.set_attribute(layout::run, "k", k);
  file.set_attribute(layout::run, "command", reporter.command());
  file.commit();
}

std::string summarise(const typing::Tool& tool, const std::vector<std::int64_t>& sizes,
                      std::int64_t customers) {
  auto text =
      fmt::format("{} customers in {} segments, by {} questions\n\n{:>7}  {:>12}  {:>6}  {}\n", customers,
                  tool.segments(), tool.items.size(), "segment", "customers", "share", "name");
  for (std::size_t g = 0; g < sizes.size(); ++g)
    text += fmt::format(
        "{:>7}  {:>12}  {:>5.1f}%  {}\n", tool.ids[g], sizes[g],
        100 * static_cast<double>(sizes[g]) / static_cast<double>(std::max<std::int64_t>(1, customers)),
        core::printable(tool.names[g]));
  return text;
}

}  // namespace

std::optional<StoredTool> read_tool(const comm::Communicator& world, const std::string& path) {
  auto raw = comm::run_on_root(world, [&] {
    const io::Fence fence(path);
    const io::InputFile file(path, "result of segment, or a typing tool");
    Raw found;
    found.there = file.has(layout::typing_points);
    if (!found.there) return found;
    found.tool = typing::tool_from(results::read_table(file, layout::typing_points), path);
    found.spec = file.text(layout::spec);
    found.version = file.attribute(layout::run, "version");
    return found;
  });
  if (!raw.there) return {};
  StoredTool stored;
  stored.tool = std::move(raw.tool);
  stored.origin.spec = std::move(raw.spec);
  stored.origin.version = std::move(raw.version);
  return stored;
}

void assign_by_tool(const comm::Communicator& world, const spec::Spec& spec, const StoredTool& stored,
                    const std::string& tool_path, const std::string& output, Reporter& reporter) {
  const auto& tool = stored.tool;
  io::Shard shard(world, io::open_table(world, spec.input));
  std::vector<features::FittedFeature> columns;
  for (const auto& item : tool.items) columns.push_back(column_of(item));
  std::vector<const features::FittedFeature*> wanted;
  for (const auto& column : columns) wanted.push_back(&column);
  features::WindowCells cells(shard, wanted, {}, "the typing tool of " + tool_path);
  auto read = cells.columns();
  if (spec.input.id) {
    const auto id = io::id_column(shard.table(), *spec.input.id);
    if (std::find(read.begin(), read.end(), id) == read.end()) read.push_back(id);
  }
  const auto customers = shard.table().rows();
  reporter.stage(fmt::format("assigning {} customers of {} by the {} questions of {}", customers,
                             io::files_name(shard.table()), tool.items.size(), tool_path));
  const io::IdFormat id_format(world, shard, spec.input.id);
  io::OutputFile file(world, output);
  results::create_assignments(file, customers, 0, id_format.type());
  io::WindowIds ids(shard, id_format);
  std::vector<std::int64_t> sizes(tool.segments());
  Window window(tool);
  results::CustomerSegments found;
  const auto at_once = cells_at_once / static_cast<std::int64_t>(std::max<std::size_t>(1, read.size()));
  for (io::Windows windows(world, shard, read, std::max<std::int64_t>(1024, at_once)); windows.next();) {
    const auto rows = windows.rows();
    comm::run_on_all_ranks(world, [&] {
      cells.begin(rows);
      ids.begin(rows);
    });
    windows.read([&](const io::RawBlock& block) {
      cells.see(block, [&](std::size_t item) { window.take(cells, item); });
      ids.see(block);
    });
    comm::run_on_all_ranks(world, [&] { window.name(static_cast<std::size_t>(rows.size()), found, sizes); });
    const auto first = shard.rows().begin + rows.begin;
    file.write_block(layout::customer_id, first, rows.size(), ids.bytes());
    results::write_assignments(file, first, 0, found);
    reporter.progress("assigning", windows.share());
  }
  comm::sum_over_ranks(world, std::span<std::int64_t>(sizes));
  auto answered = window.answered();
  comm::sum_over_ranks(world, std::span<std::int64_t>(answered));
  for (std::size_t item = 0; item < answered.size(); ++item) {
    if (answered[item] == 0 && customers > 0)
      reporter.warn(fmt::format("{}: nobody has an answer in \"{}\" that the tool knows",
                                io::files_name(shard.table()), tool.items[item].column));
  }
  const auto silent = comm::sum_over_ranks(world, window.silent());
  if (silent > 0)
    reporter.warn(
        fmt::format("{} customers answer none of the questions: all of them are named alike", silent));
  comm::heed_last_stop_requests(world);
  finish(file, spec, tool, sizes, customers, reporter);
  reporter.summary(summarise(tool, sizes, customers));
}

}  // namespace psychograph::runs
