#include "io/ordered_text.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <boost/mpi/collectives.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "io/atomic_path.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr int tag = 0;

core::Error system_error(const std::string& path, const char* action) {
  return core::environment_error(fmt::format("{}: {}: {}", path, action, std::strerror(errno)));
}

}  // namespace

OrderedText::OrderedText(const comm::Communicator& world, const std::string& path)
    : world_(world), path_(path) {
  comm::run_on_root(world_, [&] {
    piece_.resize(piece_bytes);
    open();
  });
}

void OrderedText::open() {
  if (path_ == "-") {
    path_ = "standard output";
    file_ = STDOUT_FILENO;
    return;
  }
  std::error_code ignored;
  const auto status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status))
    throw core::environment_error(fmt::format("{}: is a folder", path_));
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    file_ = ::open(path_.c_str(), O_WRONLY);  // a pipe or a device is written in place
  } else {
    auto partial = partial_path_of(path_);
    file_ = ::open(partial.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
    if (file_ >= 0) partial_path_ = std::move(partial);
  }
  if (file_ < 0) throw system_error(path_, "can't be written");
}

OrderedText::~OrderedText() {
  if (file_ > STDOUT_FILENO) ::close(file_);
  if (!partial_path_.empty()) ::unlink(partial_path_.c_str());
}

void OrderedText::write(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error(path_, "can't be written");
    text.remove_prefix(static_cast<std::size_t>(written));
    bytes_ += written;
  }
}

void OrderedText::append(std::string_view text) {
  const bool root = world_.rank() == 0;
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(world_.size()));
  boost::mpi::gather(world_, static_cast<std::int64_t>(text.size()), lengths.data(), 0);
  std::exception_ptr failure;
  // After a failure rank 0 goes on receiving: the others are sending.
  const auto write_unless_failed = [&](std::string_view part) {
    if (failure) return;
    try {
      write(part);
    } catch (...) {
      failure = std::current_exception();
    }
  };
  if (root) {
    write_unless_failed(text);
    for (int rank = 1; rank < world_.size(); ++rank) {
      auto left = static_cast<std::size_t>(lengths[static_cast<std::size_t>(rank)]);
      while (left > 0) {
        const auto size = std::min(left, piece_bytes);
        world_.recv(rank, tag, piece_.data(), static_cast<int>(size));
        write_unless_failed({piece_.data(), size});
        left -= size;
      }
    }
  } else {
    for (auto left = text; !left.empty(); left.remove_prefix(std::min(left.size(), piece_bytes))) {
      world_.send(0, tag, left.data(), static_cast<int>(std::min(left.size(), piece_bytes)));
    }
  }
  comm::agree(world_, failure);
}

void OrderedText::commit() {
  comm::run_on_root(world_, [&] {
    if (partial_path_.empty()) return;
    if (::close(std::exchange(file_, -1)) != 0) throw system_error(path_, "can't be written");
    put_in_place(partial_path_, path_);
    partial_path_.clear();
  });
}

}  // namespace psychograph::io
