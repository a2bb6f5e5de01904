// Options that several jobs share.
#pragma once

#include <CLI/CLI.hpp>

#include "runs/checkpoints.hpp"
#include "runs/memory.hpp"
#include "runs/spec_options.hpp"
#include "runs/write_back.hpp"

namespace psychograph::jobs {

/// Declares SPEC.toml, --input and --set.
void add_spec_options(CLI::App& job, runs::SpecOptions& options);
/// Declares --resume and --checkpoint-every.
void add_checkpoint_options(CLI::App& job, runs::CheckpointOptions& options);
/// For an option that takes a number of bytes, as 4G or 500M; more than 0.
CLI::Validator size_in_bytes();
/// Declares --memory and --scratch.
void add_memory_options(CLI::App& job, runs::MemoryOptions& options);
/// Declares --write-back and --write-back-column.
void add_write_back_options(CLI::App& job, runs::WriteBackOptions& options);
/// Declares --output, --memory, --scratch, --resume, --checkpoint-every, --write-back, --k and --seed, beside
/// what `add_spec_options` declares.
void add_segmentation_options(CLI::App& job, runs::SpecOptions& options);

}  // namespace psychograph::jobs
