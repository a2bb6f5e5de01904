#include "behavior/feature_file.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/vector.hpp>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"

namespace psychograph::behavior {
namespace {

using Type = FeatureColumn::Type;

hid_t stored_type(const FeatureColumn& column) {
  switch (column.type) {
    case Type::int8:
      return H5T_NATIVE_INT8;
    case Type::int16:
      return H5T_NATIVE_INT16;
    case Type::int32:
      return H5T_NATIVE_INT32;
    case Type::real:
      return H5T_NATIVE_DOUBLE;
    case Type::codes:
      break;
  }
  return column.categories.size() < 128 ? H5T_NATIVE_INT8 : H5T_NATIVE_INT32;
}

std::string path_of(const std::string& group, const FeatureColumn& column) {
  const auto path = group + "/" + column.name;
  return column.type == Type::codes ? path + "/codes" : path;
}

void create(io::OutputFile& file, const std::string& group, const FeatureColumn& column, std::int64_t total) {
  file.create(path_of(group, column), stored_type(column), {total});
  if (column.type == Type::codes)
    file.write_strings(group + "/" + column.name + "/categories", column.categories);
}

template <class T>
void store(const std::vector<double>& cells, std::vector<std::byte>& out) {
  out.resize(cells.size() * sizeof(T));
  auto* const to = reinterpret_cast<T*>(out.data());
  for (std::size_t i = 0; i < cells.size(); ++i) to[i] = static_cast<T>(cells[i]);
}

void store(const std::vector<double>& cells, hid_t type, std::vector<std::byte>& out) {
  if (type == H5T_NATIVE_INT8) return store<std::int8_t>(cells, out);
  if (type == H5T_NATIVE_INT16) return store<std::int16_t>(cells, out);
  if (type == H5T_NATIVE_INT32) return store<std::int32_t>(cells, out);
  store<double>(cells, out);
}

/// The rows of one window, in their final order.
class WindowRows {
 public:
  WindowRows(const io::Spill& spill, std::size_t window, std::size_t row_bytes, const RowPlan& plan)
      : bytes_(static_cast<std::size_t>(spill.bytes(window))) {
    spill.read(window, bytes_.data());
    for (std::size_t at = 0; at < bytes_.size(); at += row_bytes) rows_.push_back(bytes_.data() + at);
    const auto head = plan.head_bytes();
    std::sort(rows_.begin(), rows_.end(), [&](const std::byte* one, const std::byte* other) {
      return plan.by_table() ? RowPlan::row_of(one) < RowPlan::row_of(other)
                             : std::memcmp(one, other, head) < 0;
    });
  }
  [[nodiscard]] const std::vector<const std::byte*>& rows() const { return rows_; }

 private:
  std::vector<std::byte> bytes_;
  std::vector<const std::byte*> rows_;
};

void store_ids(const WindowRows& window, const RowPlan& plan, std::vector<std::byte>& out) {
  const auto bytes = plan.of_texts() ? plan.text_bytes() : sizeof(std::int64_t);
  out.resize(window.rows().size() * bytes);
  auto* to = out.data();
  for (const auto* row : window.rows()) {
    const auto number = RowPlan::id_of(row);
    std::memcpy(to, plan.of_texts() ? static_cast<const void*>(row) : &number, bytes);
    to += bytes;
  }
}

/// The first row of each of this rank's windows, where windows follow one another.
std::vector<std::int64_t> first_rows(const comm::Communicator& world, const io::Spill& spill,
                                     std::size_t row_bytes) {
  std::vector<std::int64_t> counts;
  for (std::size_t w = 0; w < spill.slices(); ++w)
    counts.push_back(spill.bytes(w) / static_cast<std::int64_t>(row_bytes));
  std::int64_t mine = 0;
  for (const auto count : counts) mine += count;
  std::vector<std::int64_t> of_ranks;
  boost::mpi::all_gather(world, mine, of_ranks);
  std::vector<std::int64_t> begins(1, 0);
  for (int r = 0; r < world.rank(); ++r) begins[0] += of_ranks[static_cast<std::size_t>(r)];
  for (const auto count : counts) begins.push_back(begins.back() + count);
  return begins;
}

std::vector<CodeCounts> columns_to_count(const std::vector<BlockFeatures>& blocks) {
  constexpr std::size_t most = 128;
  std::vector<CodeCounts> counts;
  for (const auto& block : blocks) {
    for (const auto& column : block.columns) {
      if (column.type == Type::codes && column.categories.size() <= most)
        counts.push_back(
            {column.name, column.categories, std::vector<std::int64_t>(column.categories.size()), 0});
    }
  }
  return counts;
}

void count_codes(const FeatureColumn& column, const std::vector<double>& values,
                 std::vector<CodeCounts>& counts) {
  for (auto& one : counts) {
    if (one.column != column.name) continue;
    for (const auto value : values) {
      if (value >= 0) ++one.customers[static_cast<std::size_t>(value)];
    }
  }
}

}  // namespace

std::vector<CodeCounts> write_features(const comm::Communicator& world, const RowPlan& plan,
                                       std::size_t row_bytes, Figures& figures,
                                       const std::vector<BlockFeatures>& blocks, std::int64_t total,
                                       io::OutputFile& file, const std::string& group,
                                       const std::function<void(double)>& progress) {
  io::Handle text_type;
  const auto id_path = group + "/customer_id";
  if (!plan.by_table()) {
    if (plan.of_texts()) text_type = io::string_type(plan.text_bytes());
    file.create(id_path, plan.of_texts() ? text_type.get() : H5T_NATIVE_INT64, {total});
  }
  for (const auto& block : blocks) {
    for (const auto& column : block.columns) create(file, group, column, total);
  }
  auto counts = columns_to_count(blocks);
  const auto begins = first_rows(world, figures.rows, row_bytes);
  std::vector<std::byte> cells;
  for (std::size_t w = 0; w < plan.windows(); ++w) {
    const auto window =
        comm::run_on_all_ranks(world, [&] { return WindowRows(figures.rows, w, row_bytes, plan); });
    figures.rows.forget(w);
    const auto count = window.rows().size();
    const auto write = [&](const std::string& path) {
      file.write_block(path, begins[w], static_cast<std::int64_t>(count), cells.data());
    };
    if (!plan.by_table()) {
      store_ids(window, plan, cells);
      write(id_path);
    }
    std::vector<CustomerFigures> customers(count);
    std::vector<double> values(count);
    for (const auto& block : blocks) {
      for (std::size_t i = 0; i < count; ++i) {
        customers[i].figures =
            reinterpret_cast<const std::int64_t*>(window.rows()[i] + plan.head_bytes()) + block.begin;
        customers[i].scores = scores_of(block.context, customers[i].figures);
      }
      for (const auto& column : block.columns) {
        for (std::size_t i = 0; i < count; ++i) values[i] = column.cell(customers[i]);
        count_codes(column, values, counts);
        store(values, stored_type(column), cells);
        write(path_of(group, column));
      }
    }
    progress(static_cast<double>(w + 1) / static_cast<double>(plan.windows()));
  }
  for (auto& one : counts) {
    comm::sum_over_ranks(world, one.customers);
    one.all = std::accumulate(one.customers.begin(), one.customers.end(), std::int64_t{0});
  }
  return counts;
}

}  // namespace psychograph::behavior
