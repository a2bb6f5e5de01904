// A plan as a batch job: what to ask Slurm for.
#pragma once

#include <string>

namespace psychograph::planning {

/// Slurm's --time: twice the expected seconds, in whole five minutes, at least ten minutes; as H:MM:00.
std::string time_limit(double seconds);
/// Slurm's --mem of a node in whole GiB: an eighth more than `bytes`, at least 1G, and no more than a node
/// has (0: not known).
std::string memory_limit(double bytes, double node_bytes);
/// What --memory may allow each of a node's ranks in whole MiB, as "900M": nine tenths of the node's bytes,
/// dealt out.
std::string memory_option(double node_bytes, double ranks_per_node);

/// As a shell takes it for one word.
std::string quoted(const std::string& word);

/// For a person: "0.52 s", "14 min", "3.1 h"; "93 MiB", "1.2 GiB".
std::string seconds_text(double seconds);
std::string bytes_text(double bytes);

}  // namespace psychograph::planning
