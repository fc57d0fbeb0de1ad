// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/readable.h"

#include <uv.h>

#include <utility>

namespace sedge::loop {

struct Readable::Handle {
  uv_poll_t uv;
  std::function<void()> on_readable;
};

Readable::Readable(Loop& loop, int fd, std::function<void()> on_readable)
    : handle_(new Handle{{}, std::move(on_readable)}) {
  if (uv_poll_init(loop.uv(), &handle_->uv, fd) != 0) {
    delete std::exchange(handle_, nullptr);
    return;
  }
  handle_->uv.data = handle_;
}

Readable::~Readable() {
  if (!handle_) return;
  uv_poll_stop(&handle_->uv);
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
}

bool Readable::Start() {
  return handle_ && uv_poll_start(&handle_->uv, UV_READABLE, [](uv_poll_t* poll, int, int) {
                      static_cast<Handle*>(poll->data)->on_readable();
                    }) == 0;
}

void Readable::Stop() {
  if (handle_) uv_poll_stop(&handle_->uv);
}

}  // namespace sedge::loop
