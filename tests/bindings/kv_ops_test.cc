// SPDX-License-Identifier: Apache-2.0
// The KV ops on a real store and a real isolate: what is answered at once, what goes to the pool,
// and how failures read.
#include "runtime/bindings/kv_ops.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "kv/rocks_store.h"
#include "runtime/script/engine.h"
#include "runtime/script/entry_scope.h"
#include "runtime/script/error.h"
#include "runtime/web/fetch/body_table.h"

namespace sedge::bindings {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

double PipeCreate(web::BodyTable& bodies) {
  return static_cast<double>(bodies.CreatePipe(std::nullopt));
}
v8::Local<v8::Value> PipeWrite(script::Isolate& isolate, web::BodyTable& bodies, uint64_t handle,
                               std::span<const uint8_t> chunk) {
  return bodies.Write(isolate, handle, chunk);
}
void PipeClose(web::BodyTable& bodies, uint64_t handle) { bodies.ClosePipe(handle); }
void PipeError(web::BodyTable& bodies, uint64_t handle, std::string_view message) {
  bodies.FailPipe(handle, message);
}
void BodyReadAll(script::Deferred deferred, web::BodyTable& bodies, uint64_t handle) {
  bodies.ReadAll(std::move(deferred), handle, kv::kMaxValueBytes);
}

constexpr script::BuiltinSource kBuiltins[] = {
    {"script/primordials", ""},
    {"worker/main", R"js(
        globalThis.ops = ops;
        // What a promise came to, once it has: "pending", or its value as JSON, or its error.
        globalThis.results = [];
        globalThis.settle = (promise) => {
          const index = results.push("pending") - 1;
          promise.then((value) => { results[index] = String(JSON.stringify(value)); },
                       (error) => { results[index] = `${error.name}: ${error.message}`; });
        };
        globalThis.bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
        globalThis.text = (bytes) => String.fromCharCode(...bytes);
    )js"},
};

class EngineEnvironment : public testing::Environment {
 public:
  void SetUp() override {
    script::EngineOptions options;
    options.builtins = kBuiltins;
    options.ops.assign(KvOps().begin(), KvOps().end());
    for (const script::OpDef& op :
         {script::Op<PipeCreate>("pipeCreate"), script::Op<PipeWrite>("pipeWrite"),
          script::Op<PipeClose>("pipeClose"), script::Op<PipeError>("pipeError"),
          script::Op<BodyReadAll>("bodyReadAll")}) {
      options.ops.push_back(op);
    }
    script::Engine::Initialize(std::move(options));
  }
};

const auto* const g_environment = testing::AddGlobalTestEnvironment(new EngineEnvironment);

class KvOpsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "sedge-kv-ops-XXXXXX";
    options_.path = mkdtemp(name.data());
    options_.durable_writes = false;
    Reopen();
    service_.run_blocking = [this](std::function<void()> work, std::function<void()> done) {
      pool_.push_back({std::move(work), std::move(done)});
    };
    auto isolate = script::Isolate::Create({});
    ASSERT_TRUE(isolate.ok()) << isolate.status().ToString();
    isolate_ = std::move(*isolate);
    isolate_->SetService(&service_);
    isolate_->SetService(&bodies_);
  }
  void TearDown() override {
    isolate_.reset();
    store_.reset();
    std::filesystem::remove_all(options_.path);
  }

  void Reopen() {
    store_.reset();
    auto store = kv::RocksStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    store_ = std::move(*store);
    service_.store = store_.get();
  }

  // The value of an expression, as JSON, or its error.
  std::string Eval(const std::string& source) {
    script::EntryScope scope(*isolate_);
    v8::TryCatch caught(scope.v8());
    const std::string wrapped = "String(JSON.stringify(" + source + "))";
    v8::Local<v8::String> text =
        v8::String::NewFromUtf8(scope.v8(), wrapped.c_str()).ToLocalChecked();
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> value;
    if (v8::Script::Compile(scope.context(), text).ToLocal(&script) &&
        script->Run(scope.context()).ToLocal(&value)) {
      return *v8::String::Utf8Value(scope.v8(), value);
    }
    return script::DescribeException(scope.v8(), scope.context(), caught).message;
  }

  // Works off the pool on another thread, as a loop does; gives the number of tasks.
  size_t RunPool() {
    size_t count = 0;
    for (; !pool_.empty(); ++count) {
      Task task = std::move(pool_.front());
      pool_.erase(pool_.begin());
      std::thread(task.work).join();
      task.done();
    }
    return count;
  }

  // What the promise that `source` makes comes to.
  std::string Await(const std::string& source) {
    Eval("settle(" + source + ")");
    RunPool();
    return AsJson(Eval("results.pop()"));
  }

  // The text inside of a JSON string without escapes other than quotes.
  static std::string AsJson(std::string json) {
    std::string text;
    for (size_t i = 1; i + 1 < json.size(); ++i) {
      if (json[i] == '\\') ++i;
      text += json[i];
    }
    return text;
  }

  struct Task {
    std::function<void()> work;
    std::function<void()> done;
  };
  kv::StoreOptions options_;
  std::unique_ptr<kv::RocksStore> store_;
  KvService service_{};
  web::BodyTable bodies_;
  std::vector<Task> pool_;
  std::unique_ptr<script::Isolate> isolate_;
};

TEST_F(KvOpsTest, AGetFromMemoryIsAnsweredAtOnce) {
  EXPECT_EQ(Await("ops.kvPut('ns', 'k', '\u00e9', null, '[1]', false)"), "undefined");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, false)"), "\"\u00e9\"");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, true)"), "[\"\u00e9\",\"[1]\"]");
  EXPECT_EQ(Eval("Array.from(ops.kvTryGet('ns', 'k', 1, false))"), "[195,169]");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 1, false).buffer.byteLength"), "2");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'none', 0, true)"), "null");
  EXPECT_EQ(Eval("ops.kvTryGet('other', 'k', 0, false)"), "null");
  EXPECT_TRUE(pool_.empty());
}

TEST_F(KvOpsTest, AGetThatNeedsTheDiskGoesToThePool) {
  Await("ops.kvPut('ns', 'k', 'value', null, null, false)");
  ASSERT_TRUE(store_->Compact().ok());  // out of the write buffer, into a file
  Reopen();
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, false)"), "undefined");
  EXPECT_EQ(Await("ops.kvGet('ns', 'k', 0, true, null)"), "[\"value\",null]");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, false)"), "\"value\"");
}

TEST_F(KvOpsTest, ValuesTravelAsBodiesWithoutJavaScript) {
  EXPECT_EQ(Await("ops.kvPut('ns', 'from', bytes('abc'), null, null, false)"), "undefined");
  EXPECT_EQ(Await("ops.kvPut('ns', 'to', ops.kvTryGet('ns', 'from', 2, false), null, null, false)"),
            "undefined");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'to', 0, false)"), "\"abc\"");
  EXPECT_EQ(bodies_.size(), 0u);
  EXPECT_EQ(
      Await("ops.bodyReadAll(ops.kvTryGet('ns', 'to', 2, false)).then((box) => text(box[0]))"),
      "\"abc\"");
}

TEST_F(KvOpsTest, APipeIsReadToItsEndAndBounded) {
  Eval("globalThis.pipe = ops.pipeCreate()");
  Eval("settle(ops.kvPut('ns', 'k', pipe, null, null, false))");
  Eval("ops.pipeWrite(pipe, bytes('one'))");
  Eval("ops.pipeWrite(pipe, bytes('two'))");
  Eval("ops.pipeClose(pipe)");
  EXPECT_EQ(RunPool(), 1u);
  EXPECT_EQ(Eval("results.pop()"), "\"undefined\"");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, false)"), "\"onetwo\"");

  Eval("pipe = ops.pipeCreate()");
  Eval("settle(ops.kvPut('ns', 'k', pipe, null, null, false))");
  for (int i = 0; i < 26; ++i) Eval("ops.pipeWrite(pipe, new Uint8Array(1 << 20))");
  EXPECT_EQ(Eval("results.pop()"),
            "\"Error: KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400.\"");
  EXPECT_EQ(Eval("ops.kvTryGet('ns', 'k', 0, false)"), "\"onetwo\"");

  Eval("pipe = ops.pipeCreate()");
  Eval("settle(ops.kvPut('ns', 'k', pipe, null, null, false))");
  Eval("ops.pipeError(pipe, 'it broke')");
  EXPECT_THAT(Eval("results.pop()"), HasSubstr("it broke"));
  EXPECT_TRUE(pool_.empty());
}

TEST_F(KvOpsTest, BulkGetsKeepTheOrderAndTheLimit) {
  Await("ops.kvPut('ns', 'a', '1', null, '{}', false)");
  Await("ops.kvPut('ns', 'b', '2', null, null, false)");
  EXPECT_EQ(Await("ops.kvGetBulk('ns', ['b', 'none', 'a'], null)"),
            "[\"2\",null,null,null,\"1\",\"{}\"]");
  Await("ops.kvPut('ns', 'big', 'x'.repeat(13 << 20), null, null, false)");
  EXPECT_EQ(Await("ops.kvGetBulk('ns', ['big', 'big'], null)"),
            "Error: KV GET_BULK failed: 413 Total size of request exceeds the limit of 25MB");
}

TEST_F(KvOpsTest, ListsAreFlat) {
  const double soon = static_cast<double>(Clock::System().WallSeconds() + 1000);
  const std::string expiration = std::to_string(static_cast<int64_t>(soon));
  Await("ops.kvPut('ns', 'a', 'v', " + expiration + ", '\"m\"', false)");
  Await("ops.kvPut('ns', 'b', 'v', null, null, false)");
  EXPECT_EQ(Await("ops.kvList('ns', '', 1000, '')"),
            "[null,\"a\"," + expiration + ",\"\\\"m\\\"\",\"b\",null,null]");
  EXPECT_EQ(Await("ops.kvList('ns', '', 1, '').then((p) => ops.kvList('ns', '', 1, p[0]))"),
            "[null,\"b\",null,null]");
  EXPECT_THAT(Await("ops.kvList('ns', '', 1, 'damaged')"),
              StartsWith("Error: KV GET failed: 400 the list cursor is damaged"));
  EXPECT_EQ(Await("ops.kvDelete('ns', 'a', false)"), "undefined");
  EXPECT_EQ(Await("ops.kvList('ns', '', 10, '')"), "[null,\"b\",null,null]");
}

// A store whose disk fails.
class BrokenStore final : public kv::Store {
 public:
  Result<std::optional<kv::Entry>> Get(std::string_view, std::string_view) override {
    return Corruption("/secret/folder is damaged");
  }
  std::optional<Result<std::optional<kv::Entry>>> TryGet(std::string_view,
                                                         std::string_view) override {
    return Result<std::optional<kv::Entry>>(Corruption("/secret/folder is damaged"));
  }
  Status Put(std::string_view, std::string_view, ByteSpan, const kv::PutOptions&) override {
    return ResourceExhausted("/secret/folder is full");
  }
  Status Delete(std::string_view, std::string_view) override { return IoError("/secret/folder"); }
  Result<kv::ListPage> List(std::string_view, const kv::ListOptions&) override {
    return Unavailable("/secret/folder");
  }
  Status Write(std::string_view, std::span<const kv::Change>) override {
    return IoError("/secret/folder");
  }
  Result<std::vector<std::optional<kv::Entry>>> GetMany(std::string_view,
                                                        std::span<const std::string>,
                                                        size_t) override {
    return IoError("/secret/folder");
  }
  Result<std::optional<kv::EntryInfo>> GetInfo(std::string_view, std::string_view) override {
    return IoError("/secret/folder");
  }
  Result<std::vector<kv::NamespaceInfo>> Namespaces() override { return IoError("/secret"); }
  Result<kv::NamespaceInfo> CreateNamespace(std::string_view) override {
    return IoError("/secret");
  }
  Status EnsureNamespace(std::string_view, std::string_view) override { return IoError("/secret"); }
  Status RenameNamespace(std::string_view, std::string_view) override { return IoError("/secret"); }
  Status DeleteNamespace(std::string_view) override { return IoError("/secret"); }
};

TEST_F(KvOpsTest, FailuresOfTheStoreDoNotTellWorkersItsFolder) {
  BrokenStore broken;
  service_.store = &broken;
  EXPECT_THAT(Eval("ops.kvTryGet('ns', 'k', 0, false)"),
              HasSubstr("Error: KV GET failed: 500 Internal Server Error"));
  EXPECT_EQ(Await("ops.kvGet('ns', 'k', 0, false, null)"),
            "Error: KV GET failed: 500 Internal Server Error");
  EXPECT_EQ(Await("ops.kvPut('ns', 'k', 'v', null, null, false)"),
            "Error: KV PUT failed: 507 Insufficient Storage");
  EXPECT_EQ(Await("ops.kvDelete('ns', 'k', false)"),
            "Error: KV DELETE failed: 500 Internal Server Error");
  EXPECT_EQ(Await("ops.kvList('ns', '', 1, '')"), "Error: KV GET failed: 503 Service Unavailable");
}

TEST_F(KvOpsTest, WorkMayOutliveTheIsolate) {
  Eval("settle(ops.kvPut('ns', 'k', 'late', null, null, false))");
  Eval("settle(ops.kvGet('ns', 'k', 0, false, null))");
  Eval("globalThis.pipe = ops.pipeCreate()");
  Eval("settle(ops.kvPut('ns', 'piped', pipe, null, null, false))");
  isolate_.reset();
  EXPECT_EQ(RunPool(), 2u);
  const auto got = store_->Get("ns", "k");
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->value.text(), "late");
}

}  // namespace
}  // namespace sedge::bindings
