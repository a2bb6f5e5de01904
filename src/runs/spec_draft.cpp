#include "runs/spec_draft.hpp"

#include <filesystem>

#include <boost/mpi/collectives.hpp>
#include <fmt/format.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "drafting/draft.hpp"
#include "drafting/table_facts.hpp"
#include "insight/codebook.hpp"
#include "io/atomic_path.hpp"

namespace psychograph::runs {

void add_draft(io::FileUse& use, const std::string& draft) {
  if (draft.empty()) return;
  std::error_code nothing;
  if (std::filesystem::is_regular_file(draft, nothing))
    throw core::usage_error(fmt::format(
        "--spec {}: is there already, and may have been worked on: remove it, or name another", draft));
  use.written.push_back({"--spec", draft, io::Output::Kind::text});
}

void write_draft(const comm::Communicator& world, const std::string& table, const std::string& draft,
                 Reporter& reporter) {
  if (draft.empty()) return;
  reporter.stage(fmt::format("drafting {}", draft));
  const auto codebook = insight::read_codebook(world, {table}, {});
  const bool has_features = comm::run_on_root(world, [&] {
    const auto facts = drafting::facts_of_table(table, "/customers", codebook);
    const auto made = drafting::draft(facts.columns, table, draft, facts.rows);
    io::write_whole(draft, made.text);
    return made.has_features;
  });
  if (!has_features)
    reporter.warn(fmt::format("{}: no column was found that segments can be made of: name some", draft));
}

}  // namespace psychograph::runs
