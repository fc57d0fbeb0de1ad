// SPDX-License-Identifier: Apache-2.0
// EdgeHeaders: what the server itself says to a script about a request's client, in the headers
// that Cloudflare's edge adds (CF-Connecting-IP, X-Forwarded-For ...). Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/base/trusted_proxies.h"
#include "runtime/http/header_list.h"
#include "runtime/http/message.h"

namespace sedge::web {

// Whether a header that came with a request is dropped, because the server says it itself or
// because only an edge may say it. `name` in any case; `trusted`: a proxy sent it whose word is
// taken.
bool IsEdgeHeader(std::string_view name, bool trusted);

// Appends the headers that the server adds: cf-connecting-ip, x-real-ip and
// x-forwarded-for where the client is known, x-forwarded-proto, cf-visitor and, unless a trusted
// proxy has said it, cf-ray. `peer` as Stream::peer_address gives it; `trusted` null: its word is
// not taken. `ray` is the request's number.
void AddEdgeHeaders(const http::RequestHead& head, std::string_view peer,
                    const TrustedProxies* trusted, uint64_t ray, http::HeaderList& to);

}  // namespace sedge::web
