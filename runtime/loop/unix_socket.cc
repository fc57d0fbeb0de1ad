// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/unix_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstring>

namespace sedge::loop {
namespace {

constexpr int kLockTries = 100;
constexpr useconds_t kLockPauseUs = 10'000;
constexpr size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

Status Failed(const std::string& path, int error, const std::string& why) {
  return Unavailable("listen " + std::string(uv_err_name(uv_translate_sys_error(error))) +
                     " unix:" + path + ": " + why);
}

std::string Remedy(int error) {
  if (error == EACCES || error == EPERM) return "this user may not make a file there";
  if (error == ENOENT) return "there is no such folder; make it first";
  if (error == ENOTDIR) return "a part of the path is no folder";
  if (error == EROFS) return "the file system is read-only";
  return std::strerror(error);
}

sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, kMaxPathBytes);
  return address;
}

// Between two servers that find the same dead socket at once, the second would remove the first
// one's new socket. So they take turns, by a lock on the folder, which leaves nothing behind.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path) {
    const size_t slash = path.rfind('/');
    const std::string folder =
        slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
    fd_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Anybody who may read the folder may lock it: nobody can hold us up for longer than this.
    for (int i = 0; fd_ >= 0 && i < kLockTries && flock(fd_, LOCK_EX | LOCK_NB) != 0; ++i) {
      usleep(kLockPauseUs);
    }
  }
  ~FolderLock() {
    if (fd_ >= 0) close(fd_);
  }

 private:
  int fd_;
};

// Only a refused connection shows that nobody listens: a listener that is busy gives EAGAIN.
bool NobodyListens(const sockaddr_un& address) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool refused = result != 0 && errno == ECONNREFUSED;
  close(fd);
  return refused;
}

}  // namespace

Result<std::unique_ptr<UnixSocket>> UnixSocket::Listen(const std::string& path, int backlog,
                                                       mode_t mode) {
  if (path.empty() || path.size() > kMaxPathBytes) {
    return Failed(path, ENAMETOOLONG,
                  "the path has " + std::to_string(path.size()) + " bytes; allowed are 1 to " +
                      std::to_string(kMaxPathBytes));
  }
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed(path, errno, std::strerror(errno));
  std::unique_ptr<UnixSocket> self(new UnixSocket(path, fd));
  SEDGE_RETURN_IF_ERROR(self->Bind(backlog, mode));
  return self;
}

Status UnixSocket::Bind(int backlog, mode_t mode) {
  // On Linux bind(2) gives the file the mode of the socket, less the umask.
  if (fchmod(fd_, mode) != 0) return Failed(path_, errno, std::strerror(errno));
  const sockaddr_un address = AddressOf(path_);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const FolderLock lock(path_);
  int bound = bind(fd_, generic, sizeof address);
  if (bound != 0 && errno == EADDRINUSE) {
    struct stat status;
    if (lstat(path_.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
      return Failed(path_, EADDRINUSE,
                    "a file that is no socket is there; choose another --listen");
    }
    if (!NobodyListens(address)) {
      return Failed(path_, EADDRINUSE, "another program listens there; choose another --listen");
    }
    unlink(path_.c_str());
    bound = bind(fd_, generic, sizeof address);
  }
  if (bound != 0) return Failed(path_, errno, Remedy(errno));
  struct stat status;
  if (lstat(path_.c_str(), &status) == 0) {
    device_ = status.st_dev;
    inode_ = status.st_ino;
  }
  if (listen(fd_, backlog) != 0) return Failed(path_, errno, std::strerror(errno));
  return OkStatus();
}

UnixSocket::~UnixSocket() {
  const FolderLock lock(path_);
  struct stat status;
  if (inode_ != 0 && lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ &&
      status.st_ino == inode_) {
    unlink(path_.c_str());
  }
  close(fd_);
}

}  // namespace sedge::loop
