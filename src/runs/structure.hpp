// Whether there is anything there, as jobs tell it: the search over several numbers of segments, its tables
// and its words.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "evaluate/overlap.hpp"
#include "evaluate/structure.hpp"
#include "features/schema.hpp"
#include "kernel/data.hpp"
#include "runs/reporter.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// What was found out about several numbers of segments. Invariant: one judgement has no error.
struct Structure {
  evaluate::Thoroughness thoroughness;
  std::int64_t customers = 0;                   ///< that were looked at
  std::int64_t among = 0;                       ///< of so many
  bool names_alone = false;                     ///< no column has numbers, and gaps were not looked for
  std::vector<std::string> skewed;              ///< features that log1p may help
  std::vector<evaluate::Judgement> judgements;  ///< by rising k
  std::vector<evaluate::Overlap> origins;       ///< of each and the next one

  /// The recommended number; where there is none, the one that other samples agree on most, of those without
  /// a segment that is too small.
  [[nodiscard]] std::int64_t chosen() const;
};

/// Where judgements are kept as they come. Both are collective, and may be empty.
struct KeptJudgements {
  std::function<std::optional<evaluate::Judgement>(std::int64_t k)> find = {};
  std::function<void(const evaluate::Judgement&)> keep = {};
};

/// Looks at `options.ks` numbers of segments, but for those of which a judgement is kept. Collective. Throws
/// a data error where none of them can be had.
Structure find_structure(const comm::Communicator& world, const kernel::Data& data,
                         const features::Schema& schema, const spec::Cluster& options,
                         const KeptJudgements& kept, Reporter& reporter);

}  // namespace psychograph::runs
