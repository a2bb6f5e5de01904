#include "runs/report.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"

namespace psychograph::runs {
namespace {

namespace fs = std::filesystem;

/// The folder of the report's program.
fs::path find_program() {
  const auto here = fs::read_symlink("/proc/self/exe").parent_path();
  const std::array<fs::path, 2> places{here / "../../scripts/report", here / "../share/psychograph/report"};
  for (const auto& place : places) {
    if (fs::exists(place / "__main__.py")) return fs::weakly_canonical(place);
  }
  throw core::environment_error(fmt::format("the report's program is not installed: there is no {}",
                                            fs::weakly_canonical(places.back()).string()));
}

std::string python() {
  if (const char* named = std::getenv("PSYCHOGRAPH_PYTHON")) return named;
  return fs::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}

/// What it says on standard error, and how it ended.
struct Ended {
  std::string said;
  int code = 0;
};

Ended run(std::vector<std::string> command) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    throw core::environment_error(fmt::format("report: no pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failure != 0) {
    ::close(pipe[0]);
    throw core::environment_error(
        fmt::format("{}: can't be run: {}", command.front(), std::strerror(failure)));
  }
  Ended ended;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(pipe[0], buffer.data(), buffer.size())) != 0;) {
    if (count < 0 && errno != EINTR) break;
    if (count > 0) ended.said.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

/// The last line, without the program's name before it.
std::string last_line(std::string said) {
  while (!said.empty() && said.back() == '\n') said.pop_back();
  said = said.substr(said.rfind('\n') + 1);
  constexpr std::string_view prefix = "psychograph: ";
  return said.starts_with(prefix) ? said.substr(prefix.size()) : said;
}

std::vector<std::string> command_of(const ReportOptions& options) {
  // -B: root would leave compiled files in an installed package's folder.
  std::vector<std::string> command{python(),       "-B",         find_program(),  "--output",
                                   options.output, "--language", options.language};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) command.insert(command.end(), {name, value});
  };
  add("--json", options.json);
  add("--brief", options.brief);
  add("--templates", options.templates);
  add("--wording", options.wording);
  command.insert(command.end(), {"--", options.result});  // it may begin with a dash
  command.insert(command.end(), options.more.begin(), options.more.end());
  return command;
}

}  // namespace

void report(const comm::Communicator& world, const ReportOptions& options, Reporter& reporter) {
  reporter.open([&] {
    io::FileUse use{{options.result}, {{"--output", options.output, io::Output::Kind::text}}};
    use.read.insert(use.read.end(), options.more.begin(), options.more.end());
    if (!options.wording.empty()) use.read.push_back(options.wording);
    if (!options.json.empty() && options.json != "-")
      use.written.push_back({"--json", options.json, io::Output::Kind::text});
    if (!options.brief.empty() && options.brief != "-")
      use.written.push_back({"--brief", options.brief, io::Output::Kind::text});
    return use;
  });
  comm::run_on_root(world, [&] {
    const auto ended = run(command_of(options));
    if (ended.code == 0) return;
    const auto said = last_line(ended.said);
    if (said.find("No module named") != std::string::npos)
      throw core::environment_error(fmt::format(
          "the report needs Python with h5py and Jinja2 (Debian: python3-h5py, python3-jinja2): {}", said));
    switch (ended.code) {
      case 2:
        throw core::usage_error(said);
      case 3:
        throw core::data_error(said);
      default:
        throw core::environment_error(said.empty() ? "the report's program ended early" : said);
    }
  });
}

}  // namespace psychograph::runs
