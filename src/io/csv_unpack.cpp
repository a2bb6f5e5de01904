#include "io/csv_unpack.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <boost/mpi/collectives.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "comm/run_on_all_ranks.hpp"
#include "core/error.hpp"
#include "core/stop_request.hpp"

namespace psychograph::io {
namespace {

constexpr std::size_t unpacked_at_once = std::size_t{1} << 20;

enum class Packing { none, gzip, zstandard };

Packing packing_of(std::string_view first_bytes) {
  using namespace std::string_view_literals;
  if (first_bytes.starts_with("\x1f\x8b"sv)) return Packing::gzip;
  return first_bytes.starts_with("\x28\xb5\x2f\xfd"sv) ? Packing::zstandard : Packing::none;
}

/// What comes in, a piece after the other.
class Inflow {
 public:
  Inflow(std::string name, int file) : name_(std::move(name)), file_(file) {}

  /// The next bytes; none at the end.
  std::string_view next() {
    ssize_t got = 0;
    do {
      if (core::stop_requested()) throw core::stopped_error("stopped on request: nothing was written");
      got = ::read(file_, buffer_.data(), buffer_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0)
      throw core::environment_error(fmt::format("{}: can't be read: {}", name_, std::strerror(errno)));
    return {buffer_.data(), static_cast<std::size_t>(got)};
  }
  [[nodiscard]] core::Error damaged(const char* what) const {
    return core::data_error(fmt::format("{}: {}", name_, what));
  }

 private:
  std::string name_;
  int file_;
  std::vector<char> buffer_ = std::vector<char>(unpacked_at_once);
};

/// What is unpacked, on its way to the file.
class Outflow {
 public:
  Outflow(const std::string& name, const Partial& to, const UnpackProgress& progress)
      : name_(name), to_(to), progress_(progress) {}
  void put(std::string_view bytes) {
    write_all(to_.name(), to_.get(), bytes);
    written_ += static_cast<double>(bytes.size());
    progress_(name_, written_);
  }
  [[nodiscard]] bool is_empty() const { return written_ == 0; }

 private:
  const std::string& name_;
  const Partial& to_;
  const UnpackProgress& progress_;
  double written_ = 0;
};

class Inflate {
 public:
  Inflate() {
    constexpr int gzip_alone = 16;
    if (inflateInit2(&stream_, MAX_WBITS + gzip_alone) != Z_OK)
      throw core::environment_error("zlib can't be set up");
  }
  ~Inflate() { inflateEnd(&stream_); }
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  /// Of one or several gzip members, one behind the other.
  void run(std::string_view first, Inflow& in, Outflow& out) {
    std::vector<char> buffer(unpacked_at_once);
    bool complete = false;
    for (auto bytes = first; !bytes.empty(); bytes = in.next()) {
      // zlib takes its input as not const, and leaves it alone.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(bytes.size());
      while (stream_.avail_in > 0) {
        if (complete) {
          if (skip_padding()) break;
          inflateReset(&stream_);
        }
        do {
          stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
          stream_.avail_out = static_cast<uInt>(buffer.size());
          const int result = inflate(&stream_, Z_NO_FLUSH);
          complete = result == Z_STREAM_END;
          if (result != Z_OK && result != Z_BUF_ERROR && !complete)
            throw in.damaged("is damaged: what is behind a certain place is no gzip data");
          out.put({buffer.data(), buffer.size() - stream_.avail_out});
        } while (!complete && stream_.avail_out == 0);
      }
    }
    if (!complete) throw in.damaged("ends in the middle of its gzip data: was it copied whole?");
  }

 private:
  /// Zeros behind a member fill a block of a tape: whether nothing else is left of the bytes at hand.
  bool skip_padding() {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {
      ++stream_.next_in;
      --stream_.avail_in;
    }
    return stream_.avail_in == 0;
  }

  z_stream stream_{};
};

void inflate_zstandard(std::string_view first, Inflow& in, Outflow& out) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (!context) throw core::environment_error("Zstandard can't be set up");
  std::vector<char> buffer(unpacked_at_once);
  std::size_t wanted = 0;
  for (auto bytes = first; !bytes.empty(); bytes = in.next()) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    bool full = false;
    while (input.pos < input.size || full) {
      ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
      wanted = ZSTD_decompressStream(context.get(), &output, &input);
      if (ZSTD_getErrorCode(wanted) == ZSTD_error_frameParameter_windowTooLarge)
        throw in.damaged(
            "needs more than 128 MiB of memory to be unpacked: pack it without --long or --ultra");
      if (ZSTD_isError(wanted) != 0)
        throw in.damaged("is damaged: what is behind a certain place is no Zstandard data");
      full = output.pos == output.size && wanted != 0;
      out.put({buffer.data(), output.pos});
    }
  }
  if (wanted != 0) throw in.damaged("ends in the middle of its Zstandard data: was it copied whole?");
}

void unpack_one(const std::string& name, int file, const Partial& to, const UnpackProgress& progress) {
  Inflow in(name, file);
  Outflow out(name, to, progress);
  const auto first = in.next();
  switch (packing_of(first)) {
    case Packing::gzip:
      Inflate().run(first, in, out);
      break;
    case Packing::zstandard:
      inflate_zstandard(first, in, out);
      break;
    case Packing::none:
      for (auto bytes = first; !bytes.empty(); bytes = in.next()) out.put(bytes);
      break;
  }
  if (out.is_empty())
    throw core::data_error(fmt::format("{}: is empty: its first line must name the columns", name));
}

bool is_packed(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;  // whoever reads the file says why
  std::array<char, 4> first{};
  const auto got = ::pread(file, first.data(), first.size(), 0);
  ::close(file);
  return got > 0 && packing_of({first.data(), static_cast<std::size_t>(got)}) != Packing::none;
}

}  // namespace

CsvSources unpack_csv(const comm::Communicator& world, const std::vector<std::string>& paths,
                      const std::string& output, const UnpackProgress& progress) {
  const auto packed = comm::run_on_root(world, [&] {
    std::vector<int> found;
    for (const auto& path : paths) found.push_back(path == standard_input || is_packed(path) ? 1 : 0);
    return found;
  });
  CsvSources result;
  const auto mine = comm::run_on_all_ranks(world, [&] {
    std::vector<CsvSource> sources;
    int turn = 0;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (packed[i] == 0) continue;
      const bool is_input = paths[i] == standard_input;
      const int owner = is_input ? 0 : turn++ % world.size();
      if (owner != world.rank()) continue;
      const std::string name = is_input ? "standard input" : paths[i];
      const auto& to = *result.unpacked.emplace_back(std::make_unique<Partial>(output));
      ::fchmod(to.get(), S_IRUSR | S_IWUSR);  // whoever may not read what is packed may not read this
      if (is_input) {
        unpack_one(name, STDIN_FILENO, to, progress);
      } else {
        const OpenFile from(name, name, O_RDONLY | O_CLOEXEC);
        unpack_one(name, from.get(), to, progress);
      }
      sources.push_back({paths[i], to.name()});
    }
    return sources;
  });
  std::vector<std::vector<CsvSource>> by_rank;
  boost::mpi::all_gather(world, mine, by_rank);
  for (const auto& path : paths) {
    CsvSource source{path, path};
    for (const auto& sources : by_rank) {
      for (const auto& one : sources) {
        if (one.name == path) source.bytes = one.bytes;
      }
    }
    if (path == standard_input) source.name = "standard input";
    result.sources.push_back(source);
  }
  return result;
}

}  // namespace psychograph::io
