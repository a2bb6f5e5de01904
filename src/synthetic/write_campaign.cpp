#include "synthetic/write_campaign.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "comm/all_reduce.hpp"
#include "comm/run_on_all_ranks.hpp"
#include "synthetic/blocks.hpp"
#include "synthetic/draw.hpp"

namespace psychograph::synthetic {
namespace {

void create_datasets(const Table& table, const Campaign& campaign, io::OutputFile& file) {
  const auto rows = table.request.customers;
  file.create("/customers/customer_id", H5T_NATIVE_INT64, {rows});
  std::vector<std::string> arms;
  for (const auto& arm : campaign.request().arms) arms.push_back(arm.name);
  for (const char* name : {"/customers/arm/codes", "/customers/visit", "/customers/purchase"})
    file.create(name, H5T_NATIVE_INT8, {rows});
  for (const char* name : {"/customers/spend", "/customers/spend_before"})
    file.create(name, H5T_NATIVE_FLOAT, {rows});
  file.write_strings("/customers/arm/categories", arms);
}

/// The outcomes of a block of customers.
struct Answers {
  explicit Answers(std::int64_t rows)
      : arms(static_cast<std::size_t>(rows)),
        visits(arms.size()),
        purchases(arms.size()),
        paid(arms.size()) {}

  std::vector<std::int8_t> arms;
  std::vector<std::int8_t> visits;
  std::vector<std::int8_t> purchases;
  std::vector<float> paid;
};

/// To the cent.
void round_amounts(std::span<float> amounts) {
  for (auto& amount : amounts)
    amount = static_cast<float>(std::round(static_cast<double>(amount) * 100) / 100);
}

class Writer {
 public:
  Writer(const Table& table, const Campaign& campaign, std::int64_t rows)
      : campaign_(campaign),
        before_(campaign.amounts(), campaign.amounts().columns[0]),
        anyway_(campaign.amounts(), campaign.amounts().columns[1]),
        population_(table.request),
        memory_(rows, false),
        answers_(rows),
        spent_before_(static_cast<std::size_t>(rows)),
        spent_(static_cast<std::size_t>(rows)),
        sizes_(static_cast<std::size_t>(table.segments) * campaign.request().arms.size()) {}

  /// Local.
  void draw(core::RowRange rows) {
    const auto block = draw_customers(population_, rows, memory_);
    before_.draw(block.tiles, block.segments, reinterpret_cast<std::byte*>(spent_before_.data()));
    anyway_.draw(block.tiles, block.segments, reinterpret_cast<std::byte*>(spent_.data()));
    const auto arms = campaign_.request().arms.size();
    for (std::size_t i = 0; i < block.segments.size(); ++i) {
      const auto answer = campaign_.answer(memory_.ids[i], block.segments[i]);
      answers_.arms[i] = answer.arm;
      answers_.visits[i] = answer.visited ? 1 : 0;
      answers_.purchases[i] = answer.bought ? 1 : 0;
      spent_[i] += answer.paid;
      ++sizes_[static_cast<std::size_t>(block.segments[i]) * arms + static_cast<std::size_t>(answer.arm)];
    }
    round_amounts(spent_before_);
    round_amounts(spent_);
  }

  /// Collective.
  void write(core::RowRange rows, io::OutputFile& file) const {
    const auto column = [&](const char* name, const void* data) {
      file.write_block(name, rows.begin, rows.size(), data);
    };
    column("/customers/customer_id", memory_.ids.data());
    column("/customers/arm/codes", answers_.arms.data());
    column("/customers/visit", answers_.visits.data());
    column("/customers/purchase", answers_.purchases.data());
    column("/customers/spend", spent_.data());
    column("/customers/spend_before", spent_before_.data());
  }

  [[nodiscard]] std::vector<std::int64_t>& sizes() { return sizes_; }

 private:
  const Campaign& campaign_;
  ColumnCells before_;
  ColumnCells anyway_;
  Population population_;
  BlockMemory memory_;
  Answers answers_;
  std::vector<float> spent_before_;
  std::vector<float> spent_;
  std::vector<std::int64_t> sizes_;
};

}  // namespace

std::vector<std::int64_t> write_campaign(const comm::Communicator& world, const Table& table,
                                         const Campaign& campaign, io::OutputFile& file,
                                         const Progress& progress) {
  create_datasets(table, campaign, file);
  const Blocks blocks(world, table.request.customers, block_rows);
  auto writer = comm::run_on_all_ranks(world, [&] { return Writer(table, campaign, blocks.full()); });
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    comm::run_on_all_ranks(world, [&] { writer.draw(blocks[b]); });
    writer.write(blocks[b], file);
    progress(static_cast<double>(b + 1) / static_cast<double>(blocks.count()));
  }
  comm::sum_over_ranks(world, std::span(writer.sizes()));
  return std::move(writer.sizes());
}

}  // namespace psychograph::synthetic
