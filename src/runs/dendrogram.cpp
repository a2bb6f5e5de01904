#include "runs/dendrogram.hpp"

#include <utility>
#include <variant>
#include <vector>

#include "cluster/ward_tree.hpp"
#include "results/layout.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::runs {
namespace {

results::TidyTable merge_table(const cluster::Parts& parts) {
  const auto tree = cluster::ward_tree(parts.centroids, parts.weights);
  auto customers = parts.counts;  // of leaves, and of what merges make
  std::vector<std::int64_t> left;
  std::vector<std::int64_t> right;
  std::vector<double> increase;
  for (const auto& merge : tree) {
    left.push_back(merge.left);
    right.push_back(merge.right);
    increase.push_back(merge.increase);
    customers.push_back(customers[static_cast<std::size_t>(merge.left)] +
                        customers[static_cast<std::size_t>(merge.right)]);
  }
  customers.erase(customers.begin(), customers.begin() + static_cast<std::ptrdiff_t>(parts.counts.size()));
  results::TidyTable table;
  table.add("left", std::move(left));
  table.add("right", std::move(right));
  table.add("increase", std::move(increase));
  table.add("customers", std::move(customers));
  return table;
}

results::TidyTable leaf_table(const cluster::Parts& parts) {
  results::TidyTable table;
  table.add("segment", parts.segment);
  table.add("customers", parts.counts);
  table.add("weight", parts.weights);
  return table;
}

}  // namespace

void write_dendrogram(io::OutputFile& file, const cluster::Model& model, std::int64_t min_cell) {
  const auto* plain = std::get_if<cluster::CentroidModel>(&model);
  if (plain == nullptr || plain->parts.empty() || min_cell > 0) return;
  results::write_table(file, results::layout::dendrogram_merges, merge_table(plain->parts));
  results::write_table(file, results::layout::dendrogram_leaves, leaf_table(plain->parts));
}

}  // namespace psychograph::runs
