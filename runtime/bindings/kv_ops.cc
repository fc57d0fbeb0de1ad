// SPDX-License-Identifier: Apache-2.0
#include "runtime/bindings/kv_ops.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/log.h"
#include "runtime/web/fetch/body_table.h"
#include "runtime/web/fetch/collected_bytes.h"

namespace sedge::bindings {
namespace {

using script::Deferred;
using script::Isolate;
using MaybeEntry = std::optional<kv::Entry>;

// How a value is given to JavaScript; the numbers are known to kv_namespace.js.
enum class ValueForm : uint32_t { kText = 0, kBytes = 1, kBody = 2 };

struct GetForm {
  ValueForm value;
  bool with_metadata;
};

// The failure as workers know it. What is not their fault goes to the log in full and to them in
// general terms: it names folders of this machine.
Status Failed(std::string_view method, const Status& status) {
  std::string text;
  switch (status.code()) {
    case StatusCode::kInvalidArgument: text = "400 " + std::string(status.message()); break;
    case StatusCode::kOutOfRange: text = "413 " + std::string(status.message()); break;
    case StatusCode::kUnavailable: text = "503 Service Unavailable"; break;
    case StatusCode::kResourceExhausted: text = "507 Insufficient Storage"; break;
    default: text = "500 Internal Server Error"; break;
  }
  if (text[0] == '5')
    LogError("KV request failed", {{"method", method}, {"why", status.message()}});
  return Internal("KV " + std::string(method) + " failed: " + text);
}

v8::MaybeLocal<v8::Value> ValueToV8(Isolate& isolate, ValueForm form, Bytes value) {
  switch (form) {
    case ValueForm::kText: return script::Utf8ToV8(isolate.v8(), value.text());
    case ValueForm::kBytes: return script::BytesToV8(isolate, std::move(value));
    case ValueForm::kBody: break;
  }
  web::BodyTable* bodies = isolate.FindService<web::BodyTable>();
  const SlotId handle = bodies ? bodies->Add(http::MakeBytesBody(std::move(value))) : 0;
  if (handle == 0) {
    script::ThrowStatus(isolate, ResourceExhausted("KV GET failed: too many streams are open"));
    return {};
  }
  return v8::Number::New(isolate.v8(), static_cast<double>(handle));
}

v8::MaybeLocal<v8::Value> EntryToV8(Isolate& isolate, GetForm form, MaybeEntry entry) {
  if (!entry) return v8::Null(isolate.v8());
  v8::Local<v8::Value> value;
  if (!ValueToV8(isolate, form.value, std::move(entry->value)).ToLocal(&value)) return {};
  if (!form.with_metadata) return value;
  v8::Local<v8::Value> metadata;
  if (!script::ToV8(isolate, entry->info.metadata).ToLocal(&metadata)) return {};
  v8::Local<v8::Value> pair[] = {value, metadata};
  return v8::Array::New(isolate.v8(), pair, 2);
}

// Runs `work` (-> Result<T> or Status) on the pool, then settles with its result.
template <typename Work, typename Finish>
void OnPool(KvService& kv, Deferred deferred, const char* method, Work work, Finish finish) {
  using Outcome = decltype(work());
  auto outcome = std::make_shared<std::optional<Outcome>>();
  kv.run_blocking([outcome, work = std::move(work)]() mutable { outcome->emplace(work()); },
                  [outcome, deferred = std::move(deferred), method, finish = std::move(finish)] {
                    Status status;
                    if constexpr (std::is_same_v<Outcome, Status>) {
                      status = **outcome;
                    } else {
                      status = (*outcome)->status();
                    }
                    if (!status.ok()) {
                      deferred.Reject(Failed(method, status));
                    } else {
                      finish(deferred, **outcome);
                    }
                  });
}

void ResolveEmpty(const Deferred& deferred, const Status&) { deferred.ResolveUndefined(); }

Result<v8::Local<v8::Value>> KvTryGet(Isolate& isolate, KvService& kv, std::string_view ns,
                                      std::string_view key, uint32_t as, bool with_metadata) {
  std::optional<Result<MaybeEntry>> found = kv.store->TryGet(ns, key);
  if (!found) return v8::Local<v8::Value>(v8::Undefined(isolate.v8()));
  if (!found->ok()) return Failed("GET", found->status());
  v8::Local<v8::Value> value;
  const GetForm form{static_cast<ValueForm>(as), with_metadata};
  if (!EntryToV8(isolate, form, std::move(**found)).ToLocal(&value)) {
    return v8::Local<v8::Value>();  // with a pending exception
  }
  return value;
}

void KvGet(Deferred deferred, KvService& kv, std::string_view ns, std::string_view key, uint32_t as,
           bool with_metadata, std::optional<double> max_age) {
  const GetForm form{static_cast<ValueForm>(as), with_metadata};
  OnPool(
      kv, std::move(deferred), "GET",
      [store = kv.store, eventual = kv.eventual, ns = std::string(ns), key = std::string(key),
       max_age] {
        return max_age && eventual ? eventual->Get(ns, key, static_cast<int64_t>(*max_age))
                                   : store->Get(ns, key);
      },
      [form](const Deferred& deferred, Result<MaybeEntry>& found) {
        deferred.ResolveWith(
            [&](Isolate& isolate) { return EntryToV8(isolate, form, std::move(*found)); });
      });
}

using BulkTexts = std::vector<std::optional<std::string>>;  // value, metadata, value, metadata ...

Result<BulkTexts> TextsOf(Result<std::vector<MaybeEntry>> entries) {
  if (entries.status().code() == StatusCode::kOutOfRange) {
    return OutOfRange("Total size of request exceeds the limit of " +
                      std::to_string(kMaxBulkBytes >> 20) + "MB");
  }
  if (!entries.ok()) return entries.status();
  BulkTexts texts;
  texts.reserve(entries->size() * 2);
  for (MaybeEntry& entry : *entries) {
    if (!entry) {
      texts.resize(texts.size() + 2);
      continue;
    }
    texts.emplace_back(entry->value.text());
    texts.push_back(std::move(entry->info.metadata));
    entry.reset();
  }
  return texts;
}

void KvGetBulk(Deferred deferred, Isolate& isolate, KvService& kv, std::string_view ns,
               v8::Local<v8::Array> keys, std::optional<double> max_age) {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < keys->Length(); ++i) {
    v8::Local<v8::Value> name;
    if (!keys->Get(isolate.context(), i).ToLocal(&name)) return;
    script::StringStorage storage;
    storage.LoadUtf8(isolate.v8(), name.As<v8::String>());
    names.emplace_back(storage.view());
  }
  OnPool(
      kv, std::move(deferred), "GET_BULK",
      [store = kv.store, eventual = kv.eventual, ns = std::string(ns), names = std::move(names),
       max_age] {
        return TextsOf(max_age && eventual ? eventual->GetMany(ns, names, kMaxBulkBytes,
                                                               static_cast<int64_t>(*max_age))
                                           : store->GetMany(ns, names, kMaxBulkBytes));
      },
      [](const Deferred& deferred, Result<BulkTexts>& texts) {
        deferred.Resolve(std::move(*texts));
      });
}

// What a put needs besides the value, on its way to the pool.
struct PendingPut {
  std::string ns;
  std::string key;
  kv::PutOptions options;
  bool eventual = false;
};

// `collected`: what is counted until the store has it; null for bytes that JavaScript had.
void PutBytes(KvService& kv, Deferred deferred, PendingPut put, Bytes value,
              std::shared_ptr<web::CollectedBytes> collected = nullptr) {
  auto shared = std::make_shared<Bytes>(std::move(value));  // std::function copies what it holds
  OnPool(
      kv, std::move(deferred), "PUT",
      [store = kv.store, eventual = kv.eventual, put = std::move(put), shared] {
        return put.eventual && eventual
                   ? eventual->PutBytes(put.ns, put.key, std::move(*shared), put.options)
                   : store->PutBytes(put.ns, put.key, std::move(*shared), put.options);
      },
      [collected = std::move(collected)](const Deferred& deferred, const Status&) {
        if (collected) collected->Drop();
        deferred.ResolveUndefined();
      });
}

void PutBody(KvService& kv, Deferred deferred, PendingPut put,
             std::unique_ptr<http::BodySource> body) {
  auto collected = std::make_shared<web::CollectedBytes>(deferred, kv.unchecked_bytes);
  auto refused = std::make_shared<bool>(false);
  http::ReadAll(
      std::move(body), kv::kMaxValueBytes,
      [&kv, deferred, put = std::move(put), collected, refused](Result<Bytes> value) {
        if (!deferred.isolate()) return;  // the service may be gone with it
        if (value.ok()) {
          PutBytes(kv, deferred, put, std::move(*value), collected);
        } else if (value.status().code() == StatusCode::kOutOfRange && !*refused) {
          deferred.Reject(Failed(
              "PUT", OutOfRange("Value length of " + std::to_string(kv::kMaxValueBytes + 1) +
                                " exceeds limit of " + std::to_string(kv::kMaxValueBytes) + ".")));
        } else {
          deferred.Reject(value.status());
        }
      },
      [collected, refused](size_t bytes) {
        const Status status = collected->Add(bytes);
        *refused = !status.ok();
        return status;
      });
}

Status KvPut(Deferred deferred, Isolate& isolate, KvService& kv, std::string_view ns,
             std::string_view key, web::BodyArg value, std::optional<double> expiration,
             std::optional<std::string_view> metadata, bool eventual) {
  PendingPut put{std::string(ns), std::string(key), {}, eventual};
  if (expiration) put.options.expiration = static_cast<int64_t>(*expiration);
  if (metadata) put.options.metadata = *metadata;
  if (value.is_null()) return InvalidArgument("op argument 2 is not a KV value");
  if (!value.is_handle()) {
    PutBytes(kv, std::move(deferred), std::move(put), Bytes::Copy(value.text()));
    return OkStatus();
  }
  web::BodyTable* bodies = isolate.FindService<web::BodyTable>();
  std::unique_ptr<http::BodySource> body = bodies ? bodies->Take(value.handle()) : nullptr;
  if (!body) return FailedPrecondition("this stream has already been read");
  PutBody(kv, std::move(deferred), std::move(put), std::move(body));
  return OkStatus();
}

void KvDelete(Deferred deferred, KvService& kv, std::string_view ns, std::string_view key,
              bool eventual) {
  OnPool(
      kv, std::move(deferred), "DELETE",
      [store = kv.store, reads = eventual ? kv.eventual : nullptr, ns = std::string(ns),
       key = std::string(key)] { return reads ? reads->Delete(ns, key) : store->Delete(ns, key); },
      ResolveEmpty);
}

v8::MaybeLocal<v8::Value> PageToV8(Isolate& isolate, const kv::ListPage& page) {
  std::vector<v8::Local<v8::Value>> flat;
  flat.reserve(1 + 3 * page.keys.size());
  const auto append = [&](const auto& field) {
    v8::Local<v8::Value> value;
    if (!script::ToV8(isolate, field).ToLocal(&value)) return false;
    flat.push_back(value);
    return true;
  };
  if (!append(page.cursor)) return {};
  for (const kv::ListedKey& key : page.keys) {
    if (!append(key.name) || !append(key.info.expiration) || !append(key.info.metadata)) return {};
  }
  return v8::Array::New(isolate.v8(), flat.data(), flat.size());
}

void KvList(Deferred deferred, KvService& kv, std::string_view ns, std::string_view prefix,
            uint32_t limit, std::string_view cursor) {
  OnPool(
      kv, std::move(deferred), "GET",
      [store = kv.store, ns = std::string(ns),
       options = kv::ListOptions{std::string(prefix), limit, std::string(cursor)}] {
        return store->List(ns, options);
      },
      [](const Deferred& deferred, Result<kv::ListPage>& page) {
        deferred.ResolveWith([&](Isolate& isolate) { return PageToV8(isolate, *page); });
      });
}

constexpr script::OpDef kOps[] = {
    script::Op<KvTryGet>("kvTryGet"),   script::Op<KvGet>("kvGet"),
    script::Op<KvGetBulk>("kvGetBulk"), script::Op<KvPut>("kvPut"),
    script::Op<KvDelete>("kvDelete"),   script::Op<KvList>("kvList"),
};

}  // namespace

std::span<const script::OpDef> KvOps() { return kOps; }

}  // namespace sedge::bindings
