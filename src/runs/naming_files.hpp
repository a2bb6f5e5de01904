// Errors of what knows of no files.
#pragma once

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/table.hpp"

namespace psychograph::runs {

/// Does what can fail on all ranks alike, and knows of no files: these are named. Collective.
template <class Work>
auto naming_files(const io::Table& table, Work work) {
  try {
    return work();
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::data) throw;
    throw core::data_error(fmt::format("{}: {}", io::files_name(table), error.what()));
  }
}

}  // namespace psychograph::runs
