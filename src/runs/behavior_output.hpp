// What `behavior` writes beside the features: the customers' own columns, tables, and where all comes from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "behavior/feature_file.hpp"
#include "comm/communicator.hpp"
#include "insight/codebook.hpp"
#include "io/carried_attributes.hpp"
#include "io/ordered_text.hpp"
#include "io/output_file.hpp"
#include "io/shard.hpp"
#include "io/table.hpp"
#include "results/tidy_table.hpp"
#include "runs/behavior_job.hpp"
#include "runs/carried_table.hpp"
#include "runs/reporter.hpp"
#include "spec/events.hpp"

namespace psychograph::runs {

/// The group of the table in the file.
inline constexpr const char* behavior_table = "/customers";

/// What the customers' table has beside their ids' events.
struct OwnColumns {
  std::vector<Taken> taken;
  std::vector<io::CarriedAttributes> attributes;  ///< [taken]
  insight::Codebook codebook;
};
/// All columns but pandas' row index, unless that is the id; before a shard opens the files. Tells of those
/// that can't be read. Collective. Throws a data error where files count a column in different units.
OwnColumns own_columns(const comm::Communicator& world, const io::Table& table, const std::string& id,
                       Reporter& reporter);
/// Writes them, those aside that the program makes anew, and their codebook. Collective. Throws data and
/// environment errors.
void carry(const comm::Communicator& world, const io::Shard& shard, const OwnColumns& own,
           const std::vector<behavior::BlockFeatures>& blocks, io::OutputFile& file, Reporter& reporter);

/// Tables by their paths in the file.
using NamedTables = std::vector<std::pair<std::string, results::TidyTable>>;
/// Whole, but not in their places yet.
using WaitingTexts = std::vector<std::unique_ptr<io::OrderedText>>;
/// Into the file; those for the folder of --csv are to be committed once the file is. Collective. Throws an
/// environment error.
WaitingTexts write_tables(const comm::Communicator& world, const BehaviorOptions& options,
                          const NamedTables& tables, io::OutputFile& file);

/// What a run has found, in a few numbers.
struct BehaviorFacts {
  std::int64_t customers = 0;
  std::int64_t without_events = 0;  ///< 0 where that must not be told, too
  std::int64_t events = 0;
  std::int64_t as_of = 0;  ///< a day
  std::int64_t split = 0;  ///< likewise
};
/// Collective.
void write_run(const comm::Communicator& world, const spec::Events& spec, const BehaviorFacts& facts,
               const std::string& command, io::OutputFile& file);

}  // namespace psychograph::runs
