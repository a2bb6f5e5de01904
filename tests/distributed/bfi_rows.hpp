// A questionnaire that others have segmented too.
#pragma once

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace psychograph::testing_rows {

inline constexpr std::size_t bfi_items = 25;

/// The complete rows of the first 25 columns behind the name.
inline std::vector<float> bfi(bool standardised) {
  std::ifstream file(PSYCHOGRAPH_TEST_DATA "/bfi/bfi.csv");
  std::string line;
  std::getline(file, line);
  std::vector<float> rows;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string cell;
    std::getline(cells, cell, ',');
    std::vector<float> row;
    while (row.size() < bfi_items && std::getline(cells, cell, ',') && !cell.empty() && cell != "NA")
      row.push_back(std::stof(cell));
    if (row.size() == bfi_items) rows.insert(rows.end(), row.begin(), row.end());
  }
  const auto n = static_cast<double>(rows.size()) / static_cast<double>(bfi_items);
  for (std::size_t j = 0; j < bfi_items; ++j) {
    double sum = 0, squares = 0;
    for (std::size_t i = j; i < rows.size(); i += bfi_items) sum += static_cast<double>(rows[i]);
    for (std::size_t i = j; i < rows.size(); i += bfi_items)
      squares += std::pow(static_cast<double>(rows[i]) - sum / n, 2);
    const double deviation = standardised ? std::sqrt(squares / n) : 1;
    for (std::size_t i = j; i < rows.size(); i += bfi_items)
      rows[i] = static_cast<float>((static_cast<double>(rows[i]) - sum / n) / deviation);
  }
  return rows;
}

}  // namespace psychograph::testing_rows
