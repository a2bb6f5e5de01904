// New customers to numbers, by a schema that was fitted on others, some rows at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "core/feature_matrix.hpp"
#include "core/row_range.hpp"
#include "features/composite.hpp"
#include "features/encoder.hpp"
#include "features/levels.hpp"
#include "features/participation.hpp"
#include "features/schema.hpp"
#include "io/shard.hpp"

namespace psychograph::features {

/// Encodes windows of a shard's rows. The schema decides, column by column; what it can't place is an error
/// that names the row, or is counted: never a silent guess. For the table that the schema was fitted on, the
/// cells are those of `fit_and_encode`, to the bit. Local but for `notices`.
class WindowEncoder {
 public:
  /// `weight`: the column of weights, where there is one. Throws, on all ranks alike, a data error for a
  /// column that is not there or is of another kind than the schema wants; `wanted_by` is what asks for it.
  WindowEncoder(const io::Shard& shard, const Schema& schema, const std::optional<std::string>& weight,
                const std::string& wanted_by);

  /// The table's columns that it needs to see, rising.
  [[nodiscard]] const std::vector<std::size_t>& columns() const { return columns_; }

  /// A window of local rows begins: the next blocks are of its rows.
  void begin(core::RowRange rows);
  /// Takes a block over. Throws the data error for a value that is infinite, far too large, out of a
  /// construct's range, or no weight (file, column and row).
  void see(const io::RawBlock& block);
  /// All blocks of the window are there. Throws the data error for a customer who takes part and whose cell
  /// is missing under the rule `error`, out of a transform's domain, or too large for float.
  void finish();

  /// The window's rows [rows, width]. Those that take no part hold anything.
  [[nodiscard]] const core::FeatureMatrix& matrix() const { return encoder_->matrix(); }
  /// [rows], 0 where the customer takes no part.
  [[nodiscard]] std::span<const double> weights() const { return weights_; }

  /// All rows of all ranks have been seen: what people should know of them, one sentence a column: categories
  /// that the schema does not know, and cells that it has no place for. Collective. Throws the data error for
  /// a feature of which no customer at all has a value that the schema knows.
  [[nodiscard]] std::vector<std::string> notices(const comm::Communicator& world) const;

 private:
  /// What a column is to a feature: its cells, or those of a construct's item.
  struct Use {
    std::size_t feature;
    std::size_t item;
  };
  /// A cell that is an error if its customer takes part, which is known when the window ends.
  struct Suspect {
    std::int64_t row;  ///< local
    std::size_t feature;
    double value;          ///< NaN: missing
    std::string category;  ///< not empty: one that is not known
  };
  /// Of one feature.
  struct Counts {
    std::int64_t known = 0;
    std::int64_t unknown = 0;
    std::set<std::string> examples;  ///< of unknown ones, the first few by name
    std::int64_t unplaced = 0;       ///< missing, and nobody was in the fit
    std::int64_t missing = 0;        ///< unknown ones included
  };

  void use_column(std::size_t feature, std::size_t item, const std::string& wanted_by);
  void see_numbers(const Use& use, const io::RawBlock& block);
  void see_levels(std::size_t feature, const io::RawBlock& block);
  void take_numbers(std::size_t feature, std::size_t first, std::span<double> values);
  void take_composite(std::size_t feature);
  void note_unknown(std::size_t feature, std::string_view name);
  [[nodiscard]] std::string nothing_known(std::size_t feature, const std::set<std::string>& examples) const;
  void note_missing(std::size_t feature, std::size_t row);
  [[nodiscard]] std::string complaint(const Suspect& suspect) const;

  const io::Shard& shard_;
  const Schema& schema_;
  double limit_;
  std::optional<std::size_t> weight_column_;
  std::vector<std::size_t> columns_;
  std::vector<std::vector<Use>> uses_;               ///< by column of the table
  std::vector<std::optional<LevelReader>> readers_;  ///< by feature
  std::vector<std::vector<double>> known_values_;  ///< by feature; of binary numbers, those that it may have
  Participation everybody_;                        ///< who takes part is known at the end alone
  std::optional<Encoder> encoder_;
  core::RowRange rows_;
  std::vector<double> weights_;
  Blocks blocks_;
  std::vector<std::vector<double>>
      answers_;         ///< by feature, of the first of a block: [items, rows], item by item
  RowMoments moments_;  ///< of the block that was last taken
  std::vector<Suspect> suspects_;
  std::vector<Counts> counts_;  ///< by feature
  std::vector<double> values_;
  std::vector<std::int32_t> levels_;
};

}  // namespace psychograph::features
