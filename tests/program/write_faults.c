// Preloaded into the program, it counts the calls that change a folder, and kills the process at one of them: what
// a power cut, a full disk's end or a scheduler may do at any moment, tried at every moment.
//
//   FAULT_PROGRAM  the name of the program that is meant (a launcher loads this too)
//   FAULT_FOLDER   calls count whose file lies below it
//   FAULT_RANK     the rank that is meant; 0 without a launcher
//   FAULT_AT       the call that is not done any more, from 1 on; 0: none
//   FAULT_TORN     set: a write is half done before the end
//   FAULT_LOG      a file outside of the folder that gets a line a call
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long calls = 0;

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

static int is_meant(void) {
  static int meant = -1;
  if (meant < 0) {
    const char *rank = *setting("OMPI_COMM_WORLD_RANK") ? setting("OMPI_COMM_WORLD_RANK") : "0";
    meant = strcmp(program_invocation_short_name, setting("FAULT_PROGRAM")) == 0 &&
            strcmp(rank, setting("FAULT_RANK")) == 0;
  }
  return meant;
}

static void absolute(int folder, const char *path, char *out) {
  char base[PATH_MAX] = "";
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
    return;
  }
  if (folder == AT_FDCWD) {
    if (getcwd(base, sizeof base) == NULL) base[0] = '\0';
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    const ssize_t length = readlink(link, base, sizeof base - 1);
    base[length > 0 ? length : 0] = '\0';
  }
  if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) out[0] = '\0';
}

static void end(void) {
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

/// Counts the call; whether it is the one to die in. It has died where there is nothing to tear.
static int meets_its_end(const char *name, const char *path, int can_be_torn) {
  const char *folder = setting("FAULT_FOLDER");
  if (*folder == '\0' || strncmp(path, folder, strlen(folder)) != 0) return 0;
  ++calls;
  if (*setting("FAULT_LOG")) {
    char line[PATH_MAX + 64];
    const int length = snprintf(line, sizeof line, "%s %s\n", name, path + strlen(folder));
    const int log = (int)syscall(SYS_openat, AT_FDCWD, setting("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (syscall(SYS_write, log, line, (size_t)length) < 0) end();
    syscall(SYS_close, log);
  }
  if (calls != atol(setting("FAULT_AT"))) return 0;
  if (!can_be_torn || !*setting("FAULT_TORN")) end();
  return 1;
}

static int path_meets(const char *name, int folder, const char *path, int can_be_torn) {
  const int saved = errno;
  char whole[PATH_MAX];
  if (!is_meant() || path == NULL) return 0;
  absolute(folder, path, whole);
  const int result = meets_its_end(name, whole, can_be_torn);
  errno = saved;
  return result;
}

static int file_meets(const char *name, int file, int can_be_torn) {
  const int saved = errno;
  if (!is_meant()) return 0;
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  const int result = meets_its_end(name, path, can_be_torn);
  errno = saved;
  return result;
}

#define REAL(result, name, ...)                                              \
  static result (*real)(__VA_ARGS__);                                        \
  if (real == NULL) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

#define OPEN(name)                                                           \
  int name(const char *path, int flags, ...) {                               \
    REAL(int, name, const char *, int, ...);                                 \
    va_list rest;                                                            \
    va_start(rest, flags);                                                   \
    const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                            \
    if (flags & (O_CREAT | O_TRUNC)) path_meets(#name, AT_FDCWD, path, 0);   \
    return real(path, flags, mode);                                          \
  }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                        \
  int name(int folder, const char *path, int flags, ...) {                   \
    REAL(int, name, int, const char *, int, ...);                            \
    va_list rest;                                                            \
    va_start(rest, flags);                                                   \
    const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                            \
    if (flags & (O_CREAT | O_TRUNC)) path_meets(#name, folder, path, 0);     \
    return real(folder, path, flags, mode);                                  \
  }
OPEN_AT(openat)
OPEN_AT(openat64)

#define FOPEN(name)                                                          \
  FILE *name(const char *path, const char *mode) {                           \
    REAL(FILE *, name, const char *, const char *);                          \
    if (strpbrk(mode, "wa")) path_meets(#name, AT_FDCWD, path, 0);           \
    return real(path, mode);                                                 \
  }
FOPEN(fopen)
FOPEN(fopen64)

ssize_t write(int file, const void *data, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  if (file_meets("write", file, 1)) {
    if (real(file, data, size / 2) < 0) end();
    end();
  }
  return real(file, data, size);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  if (file_meets("writev", file, 1)) {
    if (real(file, parts, count / 2) < 0) end();
    end();
  }
  return real(file, parts, count);
}

#define PWRITE(name, offset)                                                 \
  ssize_t name(int file, const void *data, size_t size, offset place) {      \
    REAL(ssize_t, name, int, const void *, size_t, offset);                  \
    if (file_meets(#name, file, 1)) {                                        \
      if (real(file, data, size / 2, place) < 0) end();                      \
      end();                                                                 \
    }                                                                        \
    return real(file, data, size, place);                                    \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PWRITEV(name, offset)                                                \
  ssize_t name(int file, const struct iovec *parts, int count, offset place) { \
    REAL(ssize_t, name, int, const struct iovec *, int, offset);             \
    if (file_meets(#name, file, 1)) {                                        \
      if (real(file, parts, count / 2, place) < 0) end();                    \
      end();                                                                 \
    }                                                                        \
    return real(file, parts, count, place);                                  \
  }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

ssize_t copy_file_range(int from, off64_t *in, int to, off64_t *out, size_t size, unsigned flags) {
  REAL(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned);
  if (file_meets("copy_file_range", to, 1)) {
    if (real(from, in, to, out, size / 2, flags) < 0) end();
    end();
  }
  return real(from, in, to, out, size, flags);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
  REAL(ssize_t, sendfile, int, int, off_t *, size_t);
  file_meets("sendfile", to, 0);
  return real(to, from, offset, size);
}

int ioctl(int file, unsigned long request, ...) {
  REAL(int, ioctl, int, unsigned long, ...);
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  if (request == FICLONE) file_meets("ioctl", file, 0);
  return real(file, request, argument);
}

#define ON_FILE(name, parameters, arguments, ...)                            \
  int name parameters {                                                      \
    REAL(int, name, __VA_ARGS__);                                            \
    file_meets(#name, file, 0);                                              \
    return real arguments;                                                   \
  }
ON_FILE(ftruncate, (int file, off_t size), (file, size), int, off_t)
ON_FILE(ftruncate64, (int file, off64_t size), (file, size), int, off64_t)
ON_FILE(fallocate, (int file, int mode, off_t begin, off_t size), (file, mode, begin, size), int, int, off_t, off_t)
ON_FILE(fallocate64, (int file, int mode, off64_t begin, off64_t size), (file, mode, begin, size), int, int, off64_t,
        off64_t)
ON_FILE(posix_fallocate, (int file, off_t begin, off_t size), (file, begin, size), int, off_t, off_t)
ON_FILE(posix_fallocate64, (int file, off64_t begin, off64_t size), (file, begin, size), int, off64_t, off64_t)
ON_FILE(fsync, (int file), (file), int)
ON_FILE(fdatasync, (int file), (file), int)
ON_FILE(fchmod, (int file, mode_t mode), (file, mode), int, mode_t)
ON_FILE(fchown, (int file, uid_t user, gid_t group), (file, user, group), int, uid_t, gid_t)

#define ON_PATH(name, parameters, arguments, ...)                            \
  int name parameters {                                                      \
    REAL(int, name, __VA_ARGS__);                                            \
    path_meets(#name, AT_FDCWD, path, 0);                                    \
    return real arguments;                                                   \
  }
ON_PATH(truncate, (const char *path, off_t size), (path, size), const char *, off_t)
ON_PATH(truncate64, (const char *path, off64_t size), (path, size), const char *, off64_t)
ON_PATH(rename, (const char *path, const char *to), (path, to), const char *, const char *)
ON_PATH(link, (const char *path, const char *to), (path, to), const char *, const char *)
ON_PATH(unlink, (const char *path), (path), const char *)
ON_PATH(remove, (const char *path), (path), const char *)
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), const char *, mode_t)
ON_PATH(rmdir, (const char *path), (path), const char *)

int unlinkat(int folder, const char *path, int flags) {
  REAL(int, unlinkat, int, const char *, int);
  path_meets("unlinkat", folder, path, 0);
  return real(folder, path, flags);
}
