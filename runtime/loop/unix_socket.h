// SPDX-License-Identifier: Apache-2.0
// UnixSocket: a listening socket of the file system. Its file is removed with the object, unless
// another has taken its place. The loop's thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "runtime/base/status.h"

namespace sedge::loop {

class UnixSocket {
 public:
  // Binds and listens, non-blocking. A socket file on which nobody listens any more is replaced;
  // anything else that is there is an error: "listen EADDRINUSE unix:/run/a.sock: ...". Who may
  // connect is who may write to the file: its mode is `mode` without the bits of the umask, from
  // its first moment.
  static Result<std::unique_ptr<UnixSocket>> Listen(const std::string& path, int backlog,
                                                    mode_t mode = 0777);
  ~UnixSocket();
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;

  int fd() const { return fd_; }

 private:
  UnixSocket(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Status Bind(int backlog, mode_t mode);

  const std::string path_;
  const int fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;  // 0: the file is not ours
};

}  // namespace sedge::loop
