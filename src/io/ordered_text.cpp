#include "io/ordered_text.hpp"

#include <algorithm>

#include <boost/mpi/collectives.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comm/run_on_all_ranks.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr int tag = 0;

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
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    device_.emplace(path_, path_, O_WRONLY);  // a pipe or a device is written in place
    file_ = device_->get();
    return;
  }
  require_replaceable(path_);
  partial_.emplace(path_);
  file_ = partial_->get();
}

void OrderedText::write(std::string_view text) {
  write_all(path_, file_, text);
  bytes_ += static_cast<std::int64_t>(text.size());
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
    if (partial_) partial_->put_in_place();
  });
}

}  // namespace psychograph::io
