// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/worker_ops.h"

#include "runtime/bindings/kv_ops.h"
#include "runtime/script/script_ops.h"
#include "runtime/web/compression/compression_ops.h"
#include "runtime/web/crypto/crypto_ops.h"
#include "runtime/web/encoding/encoding_ops.h"
#include "runtime/web/fetch/fetch_ops.h"
#include "runtime/web/html/html_ops.h"
#include "runtime/web/url/url_ops.h"
#include "runtime/worker/test_ops.h"
#include "runtime/worker/worker_isolate.h"

namespace sedge::worker {
namespace {

void RespondError(WorkerIsolate& worker, uint64_t slot, v8::Local<v8::Value> error) {
  worker.RespondWithError(slot, error);
}
void BodyFailed(WorkerIsolate& worker, uint64_t slot, v8::Local<v8::Value> error) {
  worker.ReportBodyFailure(slot, error);
}

constexpr script::OpDef kOps[] = {
    script::Op<RespondError>("respondError"),
    script::Op<BodyFailed>("bodyFailed"),
};

}  // namespace

std::span<const script::OpDef> WorkerOps() { return kOps; }

std::vector<script::OpDef> AllOps() {
  std::vector<script::OpDef> all;
  for (std::span<const script::OpDef> ops :
       {script::ScriptOps(), web::UrlOps(), web::EncodingOps(), web::HtmlOps(), web::FetchOps(),
        web::CompressionOps(), bindings::KvOps(), WorkerOps(), TestOps()}) {
    all.insert(all.end(), ops.begin(), ops.end());
  }
  const std::vector<script::OpDef> crypto = web::CryptoOps();
  all.insert(all.end(), crypto.begin(), crypto.end());
  return all;
}

}  // namespace sedge::worker
