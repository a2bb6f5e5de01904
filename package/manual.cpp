// What is installed beside the program, from its own command line: the man page and the shells' completions.
//
//   manual man|bash|zsh
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "jobs/program.hpp"

namespace {

using namespace psychograph;

/// An option or a positional argument of a job, as people are told of it.
struct Entry {
  std::string name;                  ///< of a positional; else empty
  std::vector<std::string> flags;    ///< "-h", "--help"
  std::string type;                  ///< "FILE"; empty for a flag
  std::vector<std::string> choices;  ///< the words that it may be
  std::string standard;              ///< what it is where nothing is said
  std::string text;
  bool required = false;
  bool several = false;
};

struct JobEntry {
  std::string name;
  std::string text;
  std::string footer;
  std::vector<Entry> arguments;  ///< positionals first
};

std::vector<std::string> words_between(std::string_view list, char separator) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(separator, begin), list.size());
    words.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

Entry entry_of(const CLI::Option& option) {
  Entry entry;
  for (const auto& name : option.get_snames()) entry.flags.push_back("-" + name);
  for (const auto& name : option.get_lnames()) entry.flags.push_back("--" + name);
  if (entry.flags.empty()) entry.name = option.get_name(true);
  const bool is_flag = option.get_items_expected_max() == 0;
  // "TYPE:CHECK": the check is a list of words, or says no more than the text does.
  const auto type = option.get_type_name();
  const auto colon = std::min(type.find(':'), type.size());
  if (!is_flag) entry.type = type.substr(0, colon);
  if (const auto check = type.substr(std::min(type.size(), colon + 1)); check.starts_with("{"))
    entry.choices = words_between(std::string_view(check).substr(1, check.size() - 2), ',');
  if (std::find(entry.choices.begin(), entry.choices.end(), "") != entry.choices.end())
    entry.choices.clear();  // a comma is one of them
  if (!is_flag) entry.standard = option.get_default_str();
  entry.text = option.get_description();
  entry.required = option.get_required();
  entry.several = option.get_expected_max() > 1 && entry.type.find("...") == std::string::npos;
  return entry;
}

void add_arguments(const CLI::App& app, bool positional, std::vector<Entry>& entries) {
  for (const auto* option : app.get_options()) {
    if (option->get_positional() != positional) continue;
    if (app.get_name().empty() && option == app.get_help_ptr()) continue;  // its job's says it
    entries.push_back(entry_of(*option));
  }
  // Groups of options are jobs without a name to CLI11.
  for (const auto* group : app.get_subcommands([](const CLI::App* one) { return one->get_name().empty(); }))
    add_arguments(*group, positional, entries);
}

std::vector<JobEntry> jobs_of(const CLI::App& program) {
  std::vector<JobEntry> jobs;
  for (const auto* app : program.get_subcommands([](const CLI::App*) { return true; })) {
    JobEntry job{app->get_name(), app->get_description(), app->get_footer(), {}};
    add_arguments(*app, true, job.arguments);
    add_arguments(*app, false, job.arguments);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

// The man page.

std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else if ((c == '.' || c == '\'') && (escaped.empty() || escaped.back() == '\n')) {
      escaped += fmt::format("\\&{}", c);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", roff(text)); }

void print_argument(const Entry& entry) {
  std::vector<std::string> names;
  for (const auto& flag : entry.flags) names.push_back(bold(flag));
  if (names.empty()) names.push_back(bold(entry.name));
  const auto type = entry.choices.empty() ? entry.type : fmt::format("{}", fmt::join(entry.choices, "|"));
  fmt::print(".TP\n{}{}{}\n{}", fmt::join(names, ", "),
             type.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(type)), entry.several ? " ..." : "",
             roff(entry.text));
  if (entry.required) fmt::print(" (needed)");
  if (!entry.standard.empty()) fmt::print(" (default {})", roff(entry.standard));
  fmt::print("\n");
}

/// A footer is lines of commands below "Examples:".
void print_footer(const std::string& footer) {
  if (footer.empty()) return;
  fmt::print(".PP\n");
  for (const auto& line : words_between(footer, '\n')) {
    if (line.starts_with("  ")) {
      fmt::print(".RS\n.nf\n{}\n.fi\n.RE\n", roff(line.substr(2)));
    } else {
      fmt::print("{}\n", roff(line));
    }
  }
}

void print_job(const JobEntry& job) {
  fmt::print(".SS {}\n{}\n", roff(job.name), roff(job.text + "."));
  for (const auto& entry : job.arguments) print_argument(entry);
  print_footer(job.footer);
}

void print_pairs(const char* title, const std::vector<std::pair<std::string, std::string>>& pairs) {
  fmt::print(".SH {}\n", title);
  for (const auto& [name, text] : pairs) fmt::print(".TP\n{}\n{}\n", bold(name), roff(text));
}

std::string code(core::ExitCode code) { return fmt::format("{}", static_cast<int>(code)); }

void print_surroundings() {
  using core::ExitCode;
  print_pairs(
      "EXIT STATUS",
      {{code(ExitCode::done), "The job is done."},
       {code(ExitCode::internal), "A fault of the program itself."},
       {code(ExitCode::usage), "The command line or the spec is wrong."},
       {code(ExitCode::data), "Something is wrong with the customers' data."},
       {code(ExitCode::environment), "Files can't be read or written, memory or MPI can't be had."},
       {code(ExitCode::stopped),
        "Stopped by SIGTERM, SIGUSR1, SIGINT or SIGHUP; what has a checkpoint goes on with --resume."}});
  print_pairs(
      "ENVIRONMENT",
      {{"PSYCHOGRAPH_TARGET",
        "The instruction set of the inner loops (avx3_vnni, avx3, avx2, neon, scalar), instead of the best "
        "that "
        "the processor has. The results' bits are the same."},
       {"PSYCHOGRAPH_PYTHON",
        "The Python that makes the report (default /usr/bin/python3); it needs h5py and Jinja2."},
       {"SLURM_TMPDIR, TMPDIR", "The scratch folder of --memory, where --scratch names none."},
       {"HDF5_PLUGIN_PATH", "Where HDF5 looks for filters that it doesn't bring along (Blosc, Zstandard)."},
       {"HDF5_EXTFILE_PREFIX", "Where HDF5 looks for raw data in files of their own."},
       {"HDF5_USE_FILE_LOCKING",
        "FALSE where a file system has no locks: tables are only read, and results written under names of "
        "their own."}});
  print_pairs("FILES",
              {{"share/psychograph/report", "The program of the job report, and its templates and wording."},
               {"share/psychograph/slurm", "Batch scripts for Slurm: segment.sbatch, pipeline and others."},
               {"share/doc/psychograph",
                "The documentation (docs/spec.md: every key of a spec) and examples of specs."},
               {"OUTPUT.checkpoint", "How far a run has come, until it is done."}});
  fmt::print(
      "The first three are beside the folder that holds the program: in /usr, or where the archive was "
      "unpacked.\n"
      ".SH SEE ALSO\n.BR mpirun (1),\n.BR srun (1),\n.BR sbatch (1)\n");
}

void print_man(const CLI::App& program, const std::vector<JobEntry>& jobs) {
  fmt::print(".TH PSYCHOGRAPH 1 \"\" \"psychograph {}\" \"User Commands\"\n", PSYCHOGRAPH_VERSION);
  fmt::print(".SH NAME\npsychograph \\- find customer segments in large HDF5 tables\n");
  fmt::print(
      ".SH SYNOPSIS\n.B psychograph\n.I JOB\n.RI [ ARGUMENT ...]\n.br\n.B mpirun \\-n\n.I RANKS\n.B "
      "psychograph\n"
      ".I JOB\n.RI [ ARGUMENT ...]\n");
  fmt::print(".SH DESCRIPTION\n{}\n.PP\n", roff(program.get_description()));
  fmt::print(
      "The same input and spec give the same segments, bit for bit, on any number of ranks. Results are HDF5 "
      "files, "
      "which appear whole or not at all.\n.SH JOBS\n");
  for (const auto& job : jobs) print_job(job);
  print_surroundings();
}

// Completion.

std::vector<std::string> flags_of(const JobEntry& job) {
  std::vector<std::string> flags;
  for (const auto& entry : job.arguments) flags.insert(flags.end(), entry.flags.begin(), entry.flags.end());
  return flags;
}

void print_bash(const std::vector<JobEntry>& jobs) {
  std::vector<std::string> names;
  for (const auto& job : jobs) names.push_back(job.name);
  fmt::print(
      "# Completion of psychograph's jobs and their options for bash.\n"
      "_psychograph() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} job='' words='' i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    case ${{COMP_WORDS[i]}} in\n"
      "      {}) job=${{COMP_WORDS[i]}}; break ;;\n"
      "    esac\n"
      "  done\n"
      "  case $job:$before in\n",
      fmt::join(names, " | "));
  for (const auto& job : jobs) {
    for (const auto& entry : job.arguments) {
      if (entry.choices.empty() || entry.flags.empty()) continue;
      fmt::print("    {}:{}) words='{}' ;;\n", job.name, entry.flags.back(), fmt::join(entry.choices, " "));
    }
  }
  fmt::print(
      "  esac\n"
      "  if [[ -z $words && ( -z $job || $word == -* ) ]]; then\n"
      "    case $job in\n"
      "      '') words='{} --help --version' ;;\n",
      fmt::join(names, " "));
  for (const auto& job : jobs)
    fmt::print("      {}) words='{}' ;;\n", job.name, fmt::join(flags_of(job), " "));
  fmt::print(
      "    esac\n"
      "  fi\n"
      "  if [[ -n $words ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
      "  else\n"
      "    compopt -o filenames 2>/dev/null\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
      "  fi\n"
      "}}\n"
      "complete -F _psychograph psychograph\n");
}

/// Within single quotes, and where _arguments takes brackets and colons for its own.
std::string zsh_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'') {
      escaped += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string zsh_argument(const Entry& entry) {
  const auto values = entry.choices.empty() ? "_files" : fmt::format("({})", fmt::join(entry.choices, " "));
  if (entry.flags.empty())
    return fmt::format("'{}:{}:{}'", entry.several || entry.type.ends_with("...") ? "*" : "",
                       zsh_text(entry.name), values);
  std::vector<std::string> specs;
  for (const auto& flag : entry.flags) {
    specs.push_back(
        fmt::format("'{}[{}]{}'", flag, zsh_text(entry.text),
                    entry.type.empty() ? "" : fmt::format(":{}:{}", zsh_text(entry.type), values)));
  }
  return fmt::format("{}", fmt::join(specs, " "));
}

void print_zsh(const std::vector<JobEntry>& jobs) {
  fmt::print(
      "#compdef psychograph\n"
      "local -a jobs\n"
      "if (( CURRENT == 2 )); then\n"
      "  jobs=(\n");
  for (const auto& job : jobs) fmt::print("    '{}:{}'\n", job.name, zsh_text(job.text));
  fmt::print(
      "  )\n"
      "  _describe job jobs\n"
      "  _arguments '--help[what there is]' '--version[which version this is]'\n"
      "  return\n"
      "fi\n"
      "local job=$words[2]\n"
      "(( --CURRENT ))\n"
      "shift words\n"
      "case $job in\n");
  for (const auto& job : jobs) {
    fmt::print("  {})\n    _arguments", job.name);
    for (const auto& entry : job.arguments) fmt::print(" \\\n      {}", zsh_argument(entry));
    fmt::print("\n    ;;\n");
  }
  fmt::print("esac\n");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program;
  jobs::CommonOptions common;
  jobs::Job job;
  jobs::declare(program, common, job);
  const auto jobs = jobs_of(program);
  const std::string_view wanted = argc == 2 ? argv[1] : "";
  if (wanted == "man") {
    print_man(program, jobs);
  } else if (wanted == "bash") {
    print_bash(jobs);
  } else if (wanted == "zsh") {
    print_zsh(jobs);
  } else {
    fmt::print(stderr, "usage: manual man|bash|zsh\n");
    return 2;
  }
  return 0;
}
