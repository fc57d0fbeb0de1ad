// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop/signals.h"

#include <uv.h>

#include <utility>

#include "runtime/base/check.h"

namespace sedge::loop {

struct Signals::Handle {
  uv_signal_t uv;
  Signals* owner;
};

Signals::Signals(Loop& loop, std::initializer_list<int> numbers,
                 std::function<void(int number)> on_signal)
    : on_signal_(std::move(on_signal)) {
  for (const int number : numbers) {
    auto* handle = new Handle{{}, this};
    SEDGE_CHECK(uv_signal_init(loop.uv(), &handle->uv) == 0);
    handle->uv.data = handle;
    handles_.push_back(handle);
    uv_signal_start(
        &handle->uv,
        [](uv_signal_t* uv, int received) {
          if (Signals* self = static_cast<Handle*>(uv->data)->owner) self->on_signal_(received);
        },
        number);
  }
}

Signals::~Signals() { Stop(); }

void Signals::Stop() {
  for (Handle* handle : std::exchange(handles_, {})) {
    handle->owner = nullptr;
    uv_signal_stop(&handle->uv);
    uv_close(reinterpret_cast<uv_handle_t*>(&handle->uv),
             [](uv_handle_t* uv) { delete static_cast<Handle*>(uv->data); });
  }
}

}  // namespace sedge::loop
