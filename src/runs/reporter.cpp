#include "runs/reporter.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <cerrno>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "runs/json_text.hpp"
#include "runs/terminal.hpp"

namespace psychograph::runs {

using Json = nlohmann::ordered_json;

namespace {

std::string bar(double share) {
  constexpr double width = 24;
  return fmt::format("[{:-<{}}]", std::string(static_cast<std::size_t>(share * width), '#'),
                     static_cast<int>(width));
}

}  // namespace

Reporter::Reporter(const comm::Communicator& world, Verbosity verbosity, const std::string& events_path,
                   std::vector<std::string> command)
    : world_(world),
      speaks_(world.rank() == 0),
      verbosity_(verbosity),
      terminal_(::isatty(STDERR_FILENO) == 1),
      events_path_(events_path),
      command_(std::move(command)) {}

Reporter::~Reporter() {
  if (live_line_) std::fputs("\r\033[K", stderr);
}

void Reporter::open(const std::function<io::FileUse()>& files) {
  comm::run_on_root(world_, [&] {
    auto use = files();
    if (!events_path_.empty()) use.written.push_back({"--events", events_path_, io::Output::Kind::log});
    io::require_safe(use);
    if (events_path_.empty()) return;
    events_.open(events_path_, std::ios::trunc);
    if (!events_)
      throw core::environment_error(
          fmt::format("{}: can't be written: {}", events_path_, std::strerror(errno)));
    events_ << early_events_ << std::flush;
  });
}

void Reporter::line(const std::string& text, bool live) {
  if (!speaks_) return;
  if (live_line_) std::fputs("\r\033[K", stderr);
  std::fputs(core::printable(text).c_str(), stderr);
  live_line_ = live && terminal_;
  if (!live_line_) std::fputc('\n', stderr);
  std::fflush(stderr);
}

void Reporter::event(const Json& json) {
  if (!speaks_ || events_path_.empty()) return;
  if (!events_.is_open()) {
    early_events_ += json_text(json) + '\n';
    return;
  }
  if (events_ << json_text(json) << '\n' << std::flush) return;
  const auto path = std::exchange(events_path_, {});  // told once
  warn(fmt::format("{}: can't be written any more: the events end here", path));
}

bool Reporter::line_is_due() {
  const double seconds_between = terminal_ ? 0.1 : 10;
  if (verbosity_ == Verbosity::quiet || since_line_.seconds() < seconds_between) return false;
  since_line_.restart();
  return true;
}

void Reporter::stage(const std::string& text) {
  if (verbosity_ != Verbosity::quiet) line(fmt::format("{:8.2f} s  {}", since_start_.seconds(), text), false);
  event(Json{{"stage", text}, {"seconds", since_start_.seconds()}});
}

void Reporter::warn(const std::string& text) {
  line("psychograph: warning: " + text, false);
  event(Json{{"warning", text}, {"seconds", since_start_.seconds()}});
}

void Reporter::detail(const std::string& text) {
  if (verbosity_ == Verbosity::verbose)
    line(fmt::format("{:8.2f} s  {}", since_start_.seconds(), text), false);
}

void Reporter::step(std::int64_t restart, std::int64_t restarts, bool rises, const cluster::Told& told) {
  if (speaks_ && !events_path_.empty()) {
    event(Json{{"stage", "cluster"},
               {"restart", restart},
               {"iteration", told.number},
               {"place", told.place},
               {rises ? "log_likelihood" : "inertia", told.objective},
               {"moved", told.moved},
               {"evaluated", told.evaluated},
               {"seconds", since_start_.seconds()}});
  }
  if (verbosity_ != Verbosity::verbose && !line_is_due()) return;
  const auto text = rises ? fmt::format("restart {} of {}, {}: log-likelihood {:.9g}", restart + 1, restarts,
                                        told.place, told.objective)
                          : fmt::format("restart {} of {}, {}: inertia {:.9g}, {} moved", restart + 1,
                                        restarts, told.place, told.objective, told.moved);
  const double share = (static_cast<double>(restart) + told.share) / static_cast<double>(restarts);
  line(fmt::format("{:8.2f} s  {}{}", since_start_.seconds(), terminal_ ? bar(share) + "  " : "", text),
       true);
}

void Reporter::progress(const std::string& text, double share) {
  if (!line_is_due()) return;
  line(fmt::format("{:8.2f} s  {} {:3.0f}%  {}", since_start_.seconds(), bar(share), share * 100, text),
       true);
}

void Reporter::progress(const std::string& text) {
  if (line_is_due()) line(fmt::format("{:8.2f} s  {}", since_start_.seconds(), text), true);
}

void Reporter::summary(const std::string& text) {
  comm::heed_last_stop_requests(world_);
  comm::run_on_root(world_, [&] {
    if (live_line_) std::fputc('\n', stderr);
    live_line_ = false;
    print(core::printable_lines(text));
  });
}

std::string Reporter::command() const { return fmt::format("{}", fmt::join(command_, " ")); }

}  // namespace psychograph::runs
