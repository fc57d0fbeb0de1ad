// SPDX-License-Identifier: Apache-2.0
// A real HTTP client, the one of the library that is installed (tools/fixture), and a raw socket.
// Blocking; one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "sedge/testing/http.h"

namespace sedge::e2e {

using fixture::Fetch;
using fixture::Get;
using fixture::HttpRequest;
using fixture::HttpResponse;
using fixture::Send;

// Bytes over a connection to "http://127.0.0.1:PORT", "http://[::1]:PORT" or "unix:PATH".
class RawConnection {
 public:
  // `receive_buffer_bytes`: of the kernel; 0: as it likes.
  explicit RawConnection(const std::string& url, int receive_buffer_bytes = 0);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return fd_ >= 0; }
  bool Send(std::string_view bytes);
  // Reads until `text` was seen, the peer closed, or 20 s passed; gives everything read so far.
  const std::string& ReadUntil(std::string_view text);
  // Reads until the peer closes.
  const std::string& ReadToEnd();
  // What came and can be read without waiting, up to `count` bytes. False when the peer is gone.
  bool Take(size_t count);
  const std::string& received() const { return received_; }
  // Says that nothing more will be sent.
  void HalfClose();
  // Ends the connection: as a program that is through with it, and with a reset.
  void Close();
  void Reset();

 private:
  int fd_ = -1;
  std::string received_;
};

}  // namespace sedge::e2e
