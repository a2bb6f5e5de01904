#include "core/unnamed_file.hpp"

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace psychograph::core {

int open_unnamed_file(const std::string& folder) {
  int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  auto name = folder + "/.psychograph-XXXXXX";
  file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace psychograph::core
