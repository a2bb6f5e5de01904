// Algorithms over several blocks of features: who is ahead, and whether that could be chance.
#pragma once

#include "runs/comparison_tables.hpp"

namespace psychograph::runs {

/// Fewer blocks say nothing: of four, no difference can have p < .1.
inline constexpr std::size_t least_blocks = 5;

/// Tables `ranks` and `rank_tests` of each measure and k: mean ranks of algorithms (with their row options)
/// over blocks, 1 the best, and Wilcoxon's signed rank test of each two, with Holm's correction over these
/// (Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006; Benavoli, Corani
/// and Mangili, JMLR 17, 2016, for why not by the ranks among all). A block's figure is the mean over seeds.
/// None where there are fewer blocks than that in which all of them have the figure, or less than two
/// algorithms.
std::vector<NamedTable> rank_tables(const std::vector<DoneRun>& runs);

}  // namespace psychograph::runs
