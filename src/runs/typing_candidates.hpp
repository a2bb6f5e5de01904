// Which columns may become questions of a typing tool.
#pragma once

#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "results/stored_result.hpp"
#include "runs/reporter.hpp"
#include "runs/typing_job.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// The candidates in the table's order, with what is known of them; what is none is told of. Collective.
/// Throws usage and data errors.
std::vector<features::FittedFeature> typing_candidates(const comm::Communicator& world,
                                                       const TypingOptions& options, spec::Spec spec,
                                                       const results::StoredResult& stored,
                                                       const io::Shard& shard, Reporter& reporter);

/// Without questions whose points would tell of few (`tells` [questions]): they are made of who gave which
/// answer. Local; the same on every rank. Throws a data error where none is left.
void leave_out_telling(const std::vector<bool>& tells, std::vector<features::FittedFeature>& questions,
                       Reporter& reporter);

}  // namespace psychograph::runs
