// What a campaign has shown of an option: where a part of the customers got it by lot, beside a control.
#pragma once

#include <string>
#include <vector>

#include "playbook/entries.hpp"
#include "playbook/tables.hpp"
#include "results/tidy_table.hpp"

namespace psychograph::playbook {

/// What `measure` has found of segments, and of everybody.
struct Trials {
  struct Row {
    std::string segment;  ///< its name
    bool everybody = false;
    Trial trial;

    template <class Archive>
    void serialize(Archive& archive, unsigned) {
      archive& segment& everybody& trial;
    }
  };
  std::vector<Row> rows;
  std::vector<std::string> arms;      ///< without the control
  std::vector<std::string> outcomes;  ///< in the order of the campaign's
  std::string path;                   ///< for messages

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& rows& arms& outcomes& path;
  }
};

/// From the table of lifts. Throws a data error where a column that is needed is not there, or nothing is
/// told of segments. Local.
Trials read_trials(const results::TidyTable& lifts, const std::string& path);

/// Fills in the entries' trials, by segments' names, and grades: what is shown is tested, whatever the block
/// says; what is measured and not shown is not. An option is the arm that its block says, else the one of its
/// name. Throws a data error where no option is an arm, or one that a block names is none. Local.
void add_trials(std::vector<Entry>& entries, const Blocks& blocks, const Segments& segments,
                const Trials& trials);

/// For a terminal: what was measured of each option, by segment. Local.
std::string summarise_trials(const ToldEntries& entries, const Blocks& blocks, const Segments& segments);

}  // namespace psychograph::playbook
