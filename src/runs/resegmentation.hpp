// What makes a segmentation the next quarter's: it starts from last quarter's centroids, segments keep who
// they are, and what has changed is found out and written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/fit.hpp"
#include "comm/communicator.hpp"
#include "core/centroids.hpp"
#include "core/row_memory.hpp"
#include "features/bin_counts.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"
#include "kernel/data.hpp"
#include "quarters/comparison.hpp"
#include "quarters/history.hpp"
#include "results/result.hpp"
#include "runs/reporter.hpp"
#include "runs/segmentation.hpp"
#include "spec/spec.hpp"

namespace psychograph::runs {

/// Of one run; all it is given must outlive it. Every member function that is not const is collective.
class Resegmentation {
 public:
  /// Reads the previous result, whose number of segments `spec` takes on where it leaves that open.
  /// Collective. Throws a data error.
  Resegmentation(const comm::Communicator& world, const std::string& path, spec::Spec& spec,
                 Reporter& reporter);

  /// What a checkpoint of this run depends on beside its spec and its table.
  [[nodiscard]] std::string lineage() const;
  /// Complete once the plan has been carried out.
  [[nodiscard]] const quarters::Comparison& comparison() const { return comparison_; }
  [[nodiscard]] SegmentationPlan plan();

 private:
  void look(const io::Shard& shard, const std::vector<features::Feature>& features,
            const features::Participation& participation);
  void find_customers(const io::Shard& shard);
  cluster::Starts starts(const kernel::Data& data, const features::Schema& schema);
  core::Centroids largest(const kernel::Data& data, std::size_t wanted);
  void number(const kernel::Data& data, results::Result& result);

  const comm::Communicator& world_;
  std::string path_;
  const spec::Spec& spec_;
  Reporter& reporter_;
  quarters::Comparison comparison_;
  quarters::History history_;
  std::int32_t largest_id_ = -1;
  core::RowVector<std::int32_t> before_;  ///< [local rows] id of the old segment; -1, or io::absent
  std::vector<features::BinCounts> bins_;
  core::Centroids old_centroids_;  ///< in this quarter's centred encoded units
};

struct ResegmentOptions {
  SpecOptions spec;
  std::string previous;
};

/// Next quarter: last quarter's result and this quarter's table in; segments that keep who they are, and what
/// has changed, out. Collective. Throws as `segment_and_write`.
void resegment(const comm::Communicator& world, const ResegmentOptions& options, Reporter& reporter);

}  // namespace psychograph::runs
