// SPDX-License-Identifier: Apache-2.0
// What everything that runs workers begins with: V8 with the builtins and their snapshot, and what
// isolates are told about their worker.
#pragma once

#include <string>
#include <string_view>

#include "runtime/worker/config.h"

namespace sedge::worker {

// request.cf where --cf gives none: the fields that scripts read most, with values that nobody
// takes for real ones. Documented in docs/workers.md.
inline constexpr std::string_view kLocalCf =
    R"({"colo":"LOCAL","country":"XX","city":"Localhost","continent":"XX","region":"Local",)"
    R"("regionCode":"XX","postalCode":"00000","timezone":"UTC","latitude":"0.00000",)"
    R"("longitude":"0.00000","asn":0,"asOrganization":"local","httpProtocol":"HTTP/1.1",)"
    R"("requestPriority":"","tlsCipher":"","tlsVersion":"","clientAcceptEncoding":""})";

// V8 once per process, and the size of libuv's pool. Calls after the first do nothing. The main
// thread, before others are started.
void StartEngine();

// What environment.js makes env of.
std::string BindingsJson(const WorkerConfig& config);

}  // namespace sedge::worker
