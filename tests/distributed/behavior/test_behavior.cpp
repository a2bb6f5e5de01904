// Dealing out, cut points and levels: what all ranks find, whoever holds what.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "behavior/cut_points.hpp"
#include "behavior/figures.hpp"
#include "behavior/levels.hpp"
#include "core/random.hpp"

namespace psychograph::behavior {
namespace {

constexpr std::int64_t day = std::int64_t{24} * 3600 * 1'000'000;

std::uint64_t random_word(std::int64_t row, std::uint32_t stream) {
  return core::random_bits(7, core::Purpose::example, stream, static_cast<std::uint64_t>(row)).first;
}

std::string text_of(std::int64_t customer) {
  return fmt::format("{}{}", customer % 3 == 0 ? "c" : "", customer);
}

/// Events of a table that every rank knows whole, each rank handing out its own in batches.
class MadeUp : public Source {
 public:
  MadeUp(const comm::Communicator& world, EventLevels& levels)
      : levels_(levels), rows_(comm::local_range(all, world.rank(), world.size())), steps_(all / size + 2) {}
  bool next(std::vector<Event>& events) override {
    events.clear();
    for (std::int64_t i = 0; i < size && rows_.begin < rows_.end; ++i)
      events.push_back(event(rows_.begin++, &levels_, &names));
    return --steps_ > 0;
  }
  [[nodiscard]] double share() const override { return 0; }
  [[nodiscard]] double about_rows() const override { return all; }

  static Event event(std::int64_t row, EventLevels* levels, NewNames* names) {
    Event event;
    const auto customer = static_cast<std::int64_t>(random_word(row, 0) % 97);
    const auto text = text_of(customer);
    event.id = id_key(text);
    if (names != nullptr && !is_integer(event.id)) names->note(event.id, text);
    event.time = static_cast<std::int64_t>(random_word(row, 1) % 300) * day;
    event.basket = basket_key(static_cast<std::int64_t>(random_word(row, 2) % 5));
    event.value = static_cast<std::int64_t>(random_word(row, 3) % 1000);
    if (levels != nullptr)
      event.category = levels->categories.number_of(fmt::format("category {}", random_word(row, 4) % 11));
    return event;
  }
  static constexpr std::int64_t all = 5000;
  static constexpr std::int64_t size = 64;

 private:
  EventLevels& levels_;
  core::RowRange rows_;
  std::int64_t steps_;
};

/// The identifying text, and figures, of every customer of this rank, by window.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> rows_of(const io::Spill& spill,
                                                                       const RowPlan& plan,
                                                                       std::size_t words) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> all;
  const auto bytes = plan.head_bytes() + words * 8;
  for (std::size_t w = 0; w < spill.slices(); ++w) {
    std::vector<std::byte> rows(static_cast<std::size_t>(spill.bytes(w)));
    spill.read(w, rows.data());
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> window;
    for (std::size_t at = 0; at < rows.size(); at += bytes) {
      std::vector<std::int64_t> figures(words);
      std::memcpy(figures.data(), rows.data() + at + plan.head_bytes(), words * 8);
      window.emplace_back(std::string(reinterpret_cast<const char*>(rows.data() + at)), figures);
    }
    std::sort(window.begin(), window.end());
    all.insert(all.end(), window.begin(), window.end());
  }
  return all;
}

TEST(FoldAll, GivesEveryCustomerOnceAndInOrder) {
  const comm::Communicator world;
  std::vector<EventLevels> levels(1);
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<MadeUp>(world, levels[0]));
  const auto folder = std::filesystem::temp_directory_path().string();
  auto dealt = deal_out(world, {folder, 3}, sources, levels, std::vector<spec::EventBlock>(1), [](double) {});
  FigurePlan plan;
  Folding folding;
  folding.as_of = 300;
  folding.split = 150;
  folding.with_baskets = true;
  folding.daypart_hours = {0, 12};
  folding.categories = 11;
  for (std::int32_t i = 0; i < 11; ++i) folding.category_places.push_back(i);
  plan.foldings = {folding};
  plan.begins = {0, folding.size()};
  plan.orders.channels = {{}};
  plan.orders.categories = {levels[0].categories.in_order()};
  plan.drop_repeated = {false};
  const RowPlan rows(world, dealt.sample, dealt.longest_name, 8);
  EXPECT_TRUE(rows.of_texts());
  const auto figures = fold_all(world, dealt, plan, rows, folder, [](double) {});
  EXPECT_EQ(figures.tally.customers, 97);

  // The same, of all events in their order.
  std::map<std::string, std::vector<Event>> serial;
  std::vector<std::string> names;
  for (int i = 0; i < 11; ++i) names.push_back(fmt::format("category {}", i));
  std::sort(names.begin(), names.end());
  EventLevels own;
  for (const auto& name : names) (void)own.categories.number_of(name);
  for (std::int64_t row = 0; row < MadeUp::all; ++row) {
    const auto customer = static_cast<std::int64_t>(random_word(row, 0) % 97);
    serial[text_of(customer)].push_back(MadeUp::event(row, &own, nullptr));
  }
  const auto mine = rows_of(figures.rows, rows, folding.size());
  std::vector<std::string> before;
  Folder folder_of_one;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto& [id, words] = mine[i];
    if (i > 0) {
      EXPECT_LT(mine[i - 1].first, id);
    }
    auto& events = serial[id];
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.in_order() < b.in_order(); });
    std::vector<std::int64_t> expected(folding.size());
    folder_of_one.fold(events, folding, expected);
    EXPECT_EQ(words, expected) << id;
  }
}

TEST(CutPoints, AreNumpysQuantiles) {
  const comm::Communicator world;
  for (const std::int64_t n : {1, 2, 7, 1000}) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < n; ++i)
      all.push_back(static_cast<std::int64_t>(random_word(i, 9) % 50) - 20 + (i == 3 ? INT64_MAX / 4 : 0));
    const auto range = comm::local_range(n, world.rank(), world.size());
    std::vector<std::int64_t> mine(all.begin() + range.begin, all.begin() + range.end);
    const auto cuts = find_cut_points(world, mine, 5);
    std::sort(all.begin(), all.end());
    ASSERT_EQ(cuts.cuts.size(), 4U);
    for (std::size_t j = 1; j < 5; ++j) {
      const double place = static_cast<double>(n - 1) * static_cast<double>(j) / 5;
      const auto low = static_cast<std::size_t>(place + 1e-9);
      const auto high = std::min(low + 1, all.size() - 1);
      const double share = place - static_cast<double>(low);
      const double expected =
          static_cast<double>(all[low]) + static_cast<double>(all[high] - all[low]) * share;
      EXPECT_NEAR(cuts.value(j - 1), expected, 1e-9 * (1 + std::abs(expected)));
    }
    EXPECT_EQ(cuts.score(all.front()), 1);
  }
}

TEST(CutPoints, GiveEqualValuesOneScore) {
  const comm::Communicator world;
  std::vector<std::int64_t> none;
  EXPECT_TRUE(find_cut_points(world, none, 5).cuts.empty());
  std::vector<std::int64_t> same(10, 4);
  const auto cuts = find_cut_points(world, same, 5);
  EXPECT_EQ(cuts.score(4), 1);
  EXPECT_EQ(cuts.score(5), 5);
}

TEST(Levels, MeetOnTheSameNumbers) {
  const comm::Communicator world;
  Levels levels;
  for (int round = 0; round < 3; ++round) {
    const auto name = fmt::format("level {}{}", world.rank() % 2, round);
    const auto number = levels.number_of(name);
    const auto common = levels.number_of("common");
    levels.meet(world);
    EXPECT_EQ(levels.names()[static_cast<std::size_t>(levels.agreed(number))], name);
    EXPECT_EQ(levels.names()[static_cast<std::size_t>(levels.agreed(common))], "common");
    EXPECT_EQ(levels.agreed(no_level), no_level);
  }
  EXPECT_EQ(levels.names().size(), world.size() > 1 ? 7U : 4U);
  const auto order = levels.in_order();
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (levels.names()[i] == "common") {
      EXPECT_EQ(order[i], 0);
    }
  }
}

}  // namespace
}  // namespace psychograph::behavior
