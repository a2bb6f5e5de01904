#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluate/measures.hpp"

namespace psychograph::evaluate {
namespace {

using Counts = std::vector<double>;

double pairs(double n) { return n * (n - 1) / 2; }

double sum_of_pairs(const Counts& counts) {
  double sum = 0;
  for (const double count : counts) sum += pairs(count);
  return sum;
}

double entropy(const Counts& counts, double n) {
  double sum = 0;
  for (const double count : counts) {
    if (count > 0) sum -= count / n * std::log(count / n);
  }
  return sum;
}

/// What partitions of these sizes share by chance (Vinh, Epps and Bailey 2010): hypergeometric counts.
double expected_information(const Counts& rows, const Counts& columns, double n) {
  double sum = 0;
  for (const double a : rows) {
    for (const double b : columns) {
      const double fixed = std::lgamma(a + 1) + std::lgamma(b + 1) + std::lgamma(n - a + 1) +
                           std::lgamma(n - b + 1) - std::lgamma(n + 1);
      // What is farther from the mean than this has no chance.
      const double mean = a * b / n;
      const double far = 40 * std::sqrt(mean) + 40;
      const double first = std::max({1.0, a + b - n, std::floor(mean - far)});
      for (double both = first; both <= std::min({a, b, mean + far}); ++both) {
        const double chance = fixed - std::lgamma(both + 1) - std::lgamma(a - both + 1) -
                              std::lgamma(b - both + 1) - std::lgamma(n - a - b + both + 1);
        sum += both / n * std::log(n * both / (a * b)) * std::exp(chance);
      }
    }
  }
  return sum;
}

}  // namespace

Agreement agreement(std::span<const std::int64_t> counts, std::size_t rows) {
  const auto width = rows == 0 ? 0 : counts.size() / rows;
  Counts cells(counts.begin(), counts.end());
  Counts of_row(rows, 0.0);
  Counts of_column(width, 0.0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    of_row[i / width] += cells[i];
    of_column[i % width] += cells[i];
  }
  std::erase(of_row, 0.0);
  std::erase(of_column, 0.0);
  const double n = std::accumulate(of_row.begin(), of_row.end(), 0.0);
  Agreement found;
  found.customers = static_cast<std::int64_t>(n);
  if (n < 2) {
    found.rand = found.adjusted_rand = found.information = found.nmi_arithmetic = found.nmi_geometric =
        found.nmi_max = found.adjusted_information = found.fowlkes_mallows = core::not_a_number;
    return found;
  }
  const double together = sum_of_pairs(cells);
  const double in_rows = sum_of_pairs(of_row);
  const double in_columns = sum_of_pairs(of_column);
  const double all = pairs(n);
  found.rand = (all + 2 * together - in_rows - in_columns) / all;
  const double chance = in_rows * in_columns / all;
  const double most = (in_rows + in_columns) / 2;
  found.adjusted_rand = most == chance ? 1.0 : (together - chance) / (most - chance);
  found.fowlkes_mallows = together > 0 ? together / std::sqrt(in_rows) / std::sqrt(in_columns) : 0.0;
  double information = 0;
  for (std::size_t r = 0, i = 0; r < rows; ++r) {
    const double own = std::accumulate(cells.begin() + static_cast<std::ptrdiff_t>(r * width),
                                       cells.begin() + static_cast<std::ptrdiff_t>((r + 1) * width), 0.0);
    for (std::size_t c = 0; c < width; ++c, ++i) {
      if (cells[i] == 0) continue;
      double other = 0;
      for (std::size_t row = 0; row < rows; ++row) other += cells[row * width + c];
      information += cells[i] / n * std::log(n * cells[i] / (own * other));
    }
  }
  found.information = std::max(0.0, information);
  const double one = entropy(of_row, n);
  const double two = entropy(of_column, n);
  const bool alike = of_row.size() == 1 && of_column.size() == 1;
  const auto share = [&](double of) { return alike ? 1.0 : of > 0 ? found.information / of : 0.0; };
  found.nmi_arithmetic = share((one + two) / 2);
  found.nmi_geometric = share(std::sqrt(one * two));
  found.nmi_max = share(std::max(one, two));
  const double by_chance = expected_information(of_row, of_column, n);
  const double room = (one + two) / 2 - by_chance;
  found.adjusted_information = alike || room == 0 ? 1.0 : (found.information - by_chance) / room;
  return found;
}

}  // namespace psychograph::evaluate
