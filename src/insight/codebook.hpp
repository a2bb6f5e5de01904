// What columns and answers mean, in words for people.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "features/schema.hpp"
#include "io/output_file.hpp"
#include "spec/spec.hpp"

namespace psychograph::insight {

class Codebook {
 public:
  /// The wording of an answer; of the column itself where `value` is empty. The later one stands.
  void add(const std::string& column, const std::string& value, const std::string& label);

  /// What is said of a column beside its label, in parentheses.
  void remark(const std::string& column, const std::string& words);

  /// A column's label; its name where it has none; and what is remarked.
  [[nodiscard]] std::string label(const std::string& column) const;
  /// An answer's label; the value where it has none. "1" and "1.0" are the same number.
  [[nodiscard]] std::string label(const std::string& column, const std::string& value) const;
  /// Whether an answer of the column has a label.
  [[nodiscard]] bool has_answers(const std::string& column) const;
  /// The columns of which something is said, in the order of their names.
  [[nodiscard]] std::vector<std::string> columns() const;
  using Labels = std::map<std::pair<std::string, std::string>, std::string>;
  [[nodiscard]] const Labels& labels() const { return labels_; }
  [[nodiscard]] bool has(const std::string& column) const { return labels_.contains({column, ""}); }
  [[nodiscard]] bool has(const std::string& column, const std::string& value) const;

 private:
  [[nodiscard]] const std::string* find(const std::string& column, const std::string& value) const;

  Labels labels_;                               ///< by column and value, as it is spelled
  Labels numbers_;                              ///< by column and value, numbers in their shortest spelling
  std::map<std::string, std::string> remarks_;  ///< by column
};

/// Of `/codebook` (columns column, value, label) of the table's first file, and then of the CSV files that
/// the spec names (with that header), which overrule it. Before the table is opened. Collective: rank 0
/// reads. Throws a data error (file and line), an environment error where a CSV file can't be read.
Codebook read_codebook(const comm::Communicator& world, const spec::Spec& spec);
/// The same of such files alone: `table_files` are HDF5. Collective.
Codebook read_codebook(const comm::Communicator& world, const std::vector<std::string>& table_files,
                       const std::vector<std::string>& csv_files);

/// The same with a remark on each feature that is told against a customer's other answers.
Codebook with_row_options(Codebook codebook, const features::Schema& schema);

/// As `/codebook` of a table's file. Collective.
void write_codebook(io::OutputFile& file, const Codebook& codebook);

}  // namespace psychograph::insight
