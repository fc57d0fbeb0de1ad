// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/module_loader.h"

#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

class ModuleLoaderTest : public ScriptTest {
 protected:
  // The value of global `out` after loading "/w/worker.js", or the failure.
  std::string Load() {
    EntryScope scope(*isolate_);
    Result<MainScript> main = isolate_->modules().LoadMain(sources_, "/w", "/w/worker.js");
    if (!main.ok()) return std::string(main.status().message());
    is_module_ = main->is_module;
    scope.RunMicrotasks();
    return Eval("String(globalThis.out)");
  }
  void Add(const std::string& path, std::string text) { sources_->Add(path, std::move(text)); }

  std::shared_ptr<SourceCache> sources_ = std::make_shared<SourceCache>();
  bool is_module_ = false;
};

TEST_F(ModuleLoaderTest, ImportsSiblingsByExtension) {
  Add("/w/worker.js",
      "import { n } from './lib/a.js'; import j from './j.json'; import t from './t.txt';"
      "import h from './h.html'; import b from './b.bin'; import w from './w.wasm';"
      "globalThis.out = [n, j.x, t, h, b.byteLength, w instanceof WebAssembly.Module].join();"
      "export default {};");
  Add("/w/lib/a.js", "import { m } from '../b.mjs'; export const n = m + 1;");
  Add("/w/b.mjs", "export const m = 1;");
  Add("/w/j.json", "{\"x\": 3}");
  Add("/w/t.txt", "text");
  Add("/w/h.html", "<p>");
  Add("/w/b.bin", std::string("\0\1\2", 3));
  Add("/w/w.wasm", std::string("\0asm\1\0\0\0", 8));
  EXPECT_EQ(Load(), "2,3,text,<p>,3,true");
  EXPECT_TRUE(is_module_);
}

TEST_F(ModuleLoaderTest, AFileThatExportsNothingIsAClassicScript) {
  Add("/w/worker.js", "var out = typeof this;");
  EXPECT_EQ(Load(), "object");
  EXPECT_FALSE(is_module_);
}

TEST_F(ModuleLoaderTest, SloppyCodeRunsAsAClassicScript) {
  Add("/w/worker.js", "var out = 010; with ({ a: 1 }) { out += a; }");
  EXPECT_EQ(Load(), "9");
}

TEST_F(ModuleLoaderTest, DynamicImportAndImportMeta) {
  Add("/w/worker.js",
      "const m = await import('./a.js'); globalThis.out = m.default + import.meta.url; export {};");
  Add("/w/a.js", "export default 'a';");
  EXPECT_EQ(Load(), "afile:///w/worker.js");
}

TEST_F(ModuleLoaderTest, ASyntaxErrorHasItsPlaceAndLine) {
  Add("/w/worker.js", "export default {\n  fetch( {\n");
  const std::string text = Load();
  EXPECT_TRUE(text.starts_with("worker.js:2:") || text.starts_with("worker.js:3:")) << text;
  EXPECT_NE(text.find("SyntaxError"), std::string::npos) << text;
}

TEST_F(ModuleLoaderTest, ARuntimeErrorHasItsPlaceAndACodeFrame) {
  Add("/w/worker.js", "import './a.js';\nexport default {};");
  Add("/w/a.js", "const x = 1;\n  missing();\n");
  EXPECT_EQ(Load(),
            "a.js:2:3: ReferenceError: missing is not defined\n  2 |   missing();\n    |   ^");
}

TEST_F(ModuleLoaderTest, ImportsThatDoNotResolveSayWhatWasLookedFor) {
  Add("/w/worker.js", "import './gone.js'; export default {};");
  EXPECT_NE(Load().find("import of \"./gone.js\" in worker.js cannot be resolved: there is no file "
                        "/w/gone.js"),
            std::string::npos);
  Start({});
  Add("/w/worker.js", "import 'hono'; export default {};");
  EXPECT_NE(Load().find("npm install --save-dev esbuild"), std::string::npos);
  Start({});
  Add("/w/worker.js", "import fs from 'fs/promises'; export default {};");
  const std::string node = Load();
  EXPECT_NE(node.find("sedge has no modules of Node.js"), std::string::npos) << node;
  EXPECT_EQ(node.find("npm install"), std::string::npos) << node;
}

TEST_F(ModuleLoaderTest, BadJsonNamesTheFile) {
  Add("/w/worker.js", "import j from './j.json'; export default {};");
  Add("/w/j.json", "{");
  EXPECT_NE(Load().find("j.json is not JSON"), std::string::npos);
}

TEST_F(ModuleLoaderTest, ATopLevelAwaitThatNeverEndsIsAnError) {
  Add("/w/worker.js", "await new Promise(() => {}); export default {};");
  EXPECT_NE(
      Load().find("top-level await does not finish: a worker cannot wait for timers, requests or "
                  "long cryptography while it loads"),
      std::string::npos);
}

TEST_F(ModuleLoaderTest, AMissingFileIsNamed) {
  EXPECT_EQ(Load(), "cannot read /w/worker.js: No such file or directory");
}

}  // namespace
}  // namespace sedge::script
