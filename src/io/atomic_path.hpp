// How a file appears under its name whole or not at all: written under another name in the same folder,
// flushed, renamed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "io/open_file.hpp"

namespace psychograph::io {

/// Where what is written to `path` goes: `path` itself or, where that is a symbolic link, what it leads to,
/// whether that is there yet or not. Throws an environment error for links that go round in a circle.
std::string target_of(const std::string& path);

/// Whether `name` is what a run could call its half-written file that is to become `path`.
bool is_partial_of(const std::string& name, const std::string& path);

/// Removes what runs that did not come to an end have left beside the `paths`, and nothing that a living one
/// writes. Looks through each folder once.
void remove_partials(std::span<const std::string> paths);
void remove_partials(const std::string& path);
/// The same for all that lies in `folder`.
void remove_partials_in(const std::string& folder);

/// Throws an environment error where `path` is a folder, or something that a rename would wrongly replace (a
/// device, a pipe).
void require_replaceable(const std::string& path);

/// A new, hidden file beside `path` (what that leads to, if it is a link) that is to take its place: under a
/// name that nobody else has, and others can see that it is in use. Nobody may read it who may not read the
/// file that it replaces. Removed with its owner, unless it has taken the place.
class Partial {
 public:
  /// Throws an environment error.
  explicit Partial(const std::string& path) : Partial(path, target_of(path)) {}
  /// Beside `place`, which messages call `path`; `mode` is that of a file that replaces none, less the umask.
  Partial(const std::string& path, const std::string& place, unsigned mode = 0666);
  ~Partial();
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;

  [[nodiscard]] int get() const { return file_->get(); }
  [[nodiscard]] const OpenFile& file() const { return *file_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Hands mode, access list and owner of the file that it replaces over to it (the owner as far as this user
  /// may), flushes it to disk and gives it the name. Throws an environment error.
  void put_in_place();

 private:
  std::string path_;
  std::string place_;
  std::string name_;
  int lock_ = -1;  ///< of the file NAME.lock, held while this lives
  std::optional<OpenFile> file_;
  bool in_place_ = false;
};

/// Writes a small file that appears whole or not at all; into a pipe or device as it is. Throws an
/// environment error.
void write_whole(const std::string& path, std::string_view text);

}  // namespace psychograph::io
