// SPDX-License-Identifier: Apache-2.0
// What proxies in front of this server say about a request's client (X-Forwarded-For and -Proto),
// and whose word is taken for it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/trusted_proxies.h"
#include "runtime/http/message.h"

namespace sedge::http {

struct ForwardedFor {
  std::string client;  // its address; "" where nobody says (a Unix socket without a proxy's word)
  std::string chain;   // the client and the proxies behind it, this server's peer the last
};

// Who sent the request. `trusted` null: the peer did, whatever the head says. Else the addresses
// are gone through from the peer leftwards through X-Forwarded-For, as long as they are trusted;
// the first that is not, or the last one, is the client. What stands to the left of it, or of
// something that is no address, is an unknown's word and is left out. Where a proxy sends no
// X-Forwarded-For its CF-Connecting-IP counts.
ForwardedFor ReadForwardedFor(const RequestHead& head, std::string_view peer,
                              const TrustedProxies* trusted);

// What the nearest proxy says of the scheme: the last value of X-Forwarded-Proto. Nothing when it
// is neither http nor https.
std::optional<bool> ForwardedHttps(const RequestHead& head);

}  // namespace sedge::http
