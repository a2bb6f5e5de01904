// What every quarter of a lineage left behind, in the result file under /history: one group a quarter, the
// earlier ones copied as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "io/output_file.hpp"
#include "quarters/comparison.hpp"
#include "results/result.hpp"

namespace psychograph::quarters {

/// One object or attribute of an HDF5 file, with the bytes that it holds.
struct StoredItem {
  enum class Sort { group, dataset, attribute };
  Sort sort = Sort::group;
  std::string object;  ///< its path; of an attribute: its owner's
  std::string name;    ///< of an attribute
  std::string type;    ///< as H5Tencode writes it
  std::vector<std::int64_t> dims;
  std::string bytes;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& sort& object& name& type& dims& bytes;
  }
};

struct History {
  std::int64_t next_quarter = 1;   ///< number of the next entry; 0 is what a first result says of itself
  std::int32_t largest_id = -1;    ///< of all segments that there ever were; -1: not known
  std::vector<std::string> names;  ///< of the file's own segments, as /segments/name has them
  std::vector<StoredItem> items;   ///< the entries, owners before what is theirs
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& next_quarter& largest_id& names& items;
  }
};

/// The history that the result file `path` carries: empty in that of a first quarter. Collective: rank 0
/// reads. Throws a data error where it is damaged.
History read_history(const comm::Communicator& world, const std::string& path);

/// Writes /history, and what /run says of the previous result: the earlier quarters as they are (of a first
/// one, what its result says of it), and this quarter's entry. Collective.
void write_history(io::OutputFile& file, const History& earlier, const Comparison& comparison,
                   const results::Result& result, std::int32_t largest_id);

}  // namespace psychograph::quarters
