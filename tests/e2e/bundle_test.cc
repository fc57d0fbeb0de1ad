// SPDX-License-Identifier: Apache-2.0
// Workers in TypeScript and with packages from npm, bundled by the real esbuild. Skipped, with the
// reason, where it cannot be installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/e2e/bundle_fixture.h"
#include "tests/e2e/harness/http.h"
#include "tests/e2e/harness/project.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(BundleTest, AnAppWithHonoInTypeScriptIsServed) {
  Project project({{"wrangler.toml", "name = \"app\"\nmain = \"src/index.ts\"\n[vars]\nMODE = \"test\"\n"
                                     "[[kv_namespaces]]\nbinding = \"KV\"\n"},
                   {"src/index.ts",
                    "import { Hono } from \"hono\";\n"
                    "import { greet, type Name } from \"./greet\";\n"
                    "type Env = { Bindings: { MODE: string; KV: any } };\n"
                    "const app = new Hono<Env>();\n"
                    "app.get(\"/hello/:name\", (c) => c.text(greet(c.req.param(\"name\") as Name)));\n"
                    "app.get(\"/mode\", (c) => c.json({ mode: c.env.MODE, node: process.env.NODE_ENV }));\n"
                    "app.put(\"/kv/:key\", async (c) => {\n"
                    "  await c.env.KV.put(c.req.param(\"key\"), await c.req.text());\n"
                    "  return c.text(await c.env.KV.get(c.req.param(\"key\")));\n"
                    "});\n"
                    "export default app;\n"},
                   {"src/greet.ts",
                    "export type Name = string;\n"
                    "export const greet = (name: Name): string => `Hello ${name}`;\n"}});
  Install(project.folder().path());
  const std::string url = project.Serve();
  EXPECT_EQ(Get(url + "/hello/World").body, "Hello World");
  EXPECT_EQ(Get(url + "/mode").body, R"({"mode":"test","node":"production"})");
  EXPECT_EQ(Send("PUT", url + "/kv/a", "value").body, "value");
  EXPECT_EQ(Get(url + "/nothing").status, 404);
  EXPECT_FALSE(std::filesystem::exists(project.Path("src/index.ts.bundled.js")));  // nothing is left on the disk
  EXPECT_THAT(Run(project, {"check"}, 0), HasSubstr("ok (app"));
}

TEST_F(BundleTest, JavaScriptThatImportsAPackageIsBundledToo) {
  Project project({{"index.js", "import { Hono } from 'hono/tiny';\nconst app = new Hono();\n"
                                "app.get('/', (c) => c.text('tiny'));\nexport default app;"}});
  Install(project.folder().path());
  EXPECT_EQ(Get(project.Serve()).body, "tiny");
}

TEST_F(BundleTest, EveryKindOfFileCanBeImported) {
  Project project({{"wrangler.jsonc",
                    R"({ "main": "src/index.tsx", "define": { "VERSION": "'1.2'" },
                         "rules": [{ "type": "Text", "globs": ["**/*.md"] }, { "type": "Data", "globs": ["**/*.dat"] }] })"},
                   {"tsconfig.json", R"({ "compilerOptions": { "jsx": "react", "jsxFactory": "h",
                                          "paths": { "@lib/*": ["./src/lib/*"] } } })"},
                   {"src/index.tsx",
                    "import text from './a.txt'; import page from './a.html'; import sql from './a.sql';\n"
                    "import data from './a.bin'; import wasm from './a.wasm'; import wasm2 from './a.wasm?module';\n"
                    "import md from './a.md'; import dat from './a.dat'; import json from './a.json';\n"
                    "import { x } from '@lib/x';\n"
                    "declare const VERSION: string;\n"
                    "const h = (tag: string, props: unknown, ...children: string[]) => `<${tag}>${children.join('')}`;\n"
                    "enum Color { Red = 7 }\n"
                    "export default { async fetch(): Promise<Response> {\n"
                    "  const later = await import('./later');\n"
                    "  return new Response([text, page, sql, data.byteLength, wasm instanceof WebAssembly.Module,\n"
                    "    wasm2 instanceof WebAssembly.Module, md, dat instanceof ArrayBuffer, json.n, x, VERSION,\n"
                    "    Color.Red, later.default, <b>jsx</b>].join('|'));\n"
                    "} };\n"},
                   {"src/a.txt", "text"},
                   {"src/a.html", "<p>"},
                   {"src/a.sql", "SELECT"},
                   {"src/a.bin", "123"},
                   {"src/a.wasm", std::string("\0asm\1\0\0\0", 8)},
                   {"src/a.md", "# md"},
                   {"src/a.dat", "12"},
                   {"src/a.json", "{\"n\": 5}"},
                   {"src/lib/x.ts", "export const x: string = 'x';"},
                   {"src/later.ts", "export default 'later' as string;"}});
  Install(project.folder().path());
  EXPECT_EQ(Get(project.Serve()).body,
            "text|<p>|SELECT|3|true|true|# md|true|5|x|1.2|7|later|<b>jsx");
}

TEST_F(BundleTest, AServiceWorkerInTypeScriptIsServed) {
  Project project({{"worker.ts", "declare const MODE: string;\n"
                                 "addEventListener('fetch', (event: any) => {\n"
                                 "  event.respondWith(new Response(MODE as string));\n});\n"}});
  Install(project.folder().path());
  EXPECT_EQ(Get(project.Serve({"worker.ts", "--var", "MODE=global"})).body, "global");
}

TEST_F(BundleTest, StacksLogsAndPagesShowTheSource) {
  Project project({{"index.ts",
                    "import { fail } from \"./lib/fail\";\n"
                    "\n"
                    "interface Unused { a: string }\n"
                    "export default {\n"
                    "  async fetch(request: Request): Promise<Response> {\n"
                    "    const url = new URL(request.url);\n"
                    "    if (url.pathname === \"/log\") console.log(new Error(\"logged\"));\n"
                    "    else if (url.pathname === \"/reject\") Promise.reject(new Error(\"nobody\"));\n"
                    "    else if (url.pathname === \"/seen\") return new Response(new Error(\"x\").stack);\n"
                    "    else fail(3 as number);\n"
                    "    return new Response(\"fine\");\n"
                    "  },\n"
                    "};\n"},
                   {"lib/fail.ts", "type N = number;\n\nexport function fail(n: N): never {\n"
                                   "  throw new RangeError(`failed ${n}`);\n}\n"}});
  Install(project.folder().path());
  const std::string url = project.Serve();
  const HttpResponse text = Get(url);
  EXPECT_EQ(text.status, 500);
  EXPECT_THAT(text.body, AllOf(HasSubstr("RangeError: failed 3"), HasSubstr("lib/fail.ts:4:9"),
                               HasSubstr("4 |   throw new RangeError(`failed ${n}`);")));
  const HttpResponse page = Get(url, {{"accept", "text/html"}});
  EXPECT_THAT(page.body, AllOf(HasSubstr("at fail (lib/fail.ts:4:9)"), HasSubstr("at Object.fetch (index.ts:10:10)")));
  EXPECT_TRUE(project.process().WaitForLog("at Object.fetch (index.ts:10:10)")) << project.process().err();
  EXPECT_EQ(Get(url + "/log").body, "fine");
  EXPECT_TRUE(project.process().WaitForLog("at Object.fetch (index.ts:7:")) << project.process().err();
  EXPECT_EQ(Get(url + "/reject").body, "fine");
  EXPECT_TRUE(project.process().WaitForLog("at Object.fetch (index.ts:8:")) << project.process().err();
  // What the worker sees itself is V8's own.
  EXPECT_THAT(Get(url + "/seen").body, AllOf(HasSubstr("index.ts.bundled.js:"), Not(HasSubstr("index.ts:"))));
}

TEST_F(BundleTest, ErrorsAreOursAndSayWhatToDo) {
  Project project({{"wrangler.toml", "main = \"index.ts\""},
                   {"index.ts", "import { x } from \"not-installed/sub\";\nimport y from \"./gone\";\nexport default [x, y];\n"}});
  Install(project.folder().path());
  EXPECT_EQ(project.Fails(), 1);
  EXPECT_THAT(project.process().err(),
              AllOf(HasSubstr("sedge: index.ts:1:19: Could not resolve \"not-installed/sub\"\n"
                              "  1 | import { x } from \"not-installed/sub\";\n"
                              "    |                   ^^^^^^^^^^^^^^^^^^^\n"
                              "  The package is not installed: npm install not-installed\n"),
                    HasSubstr("index.ts:2:15: Could not resolve \"./gone\""), Not(HasSubstr("external"))));
  project.folder().Write("index.ts", "export default {\n  fetch() { return new Response(\"x\" }\n};\n");
  EXPECT_THAT(Run(project, {"check"}, 1), AllOf(HasSubstr("index.ts:2:37: Expected \")\" but found \"}\""),
                                       HasSubstr("2 |   fetch() { return new Response(\"x\" }")));
  project.folder().Write("index.ts", "export const handler: number = 1;");
  EXPECT_THAT(Run(project, {"check"}, 1), HasSubstr("sedge: index.ts: the module has no default export (it exports handler)"));
  project.folder().Write("index.ts", "interface A { a: string }\n\nmissing();\nexport default {};\n");
  EXPECT_EQ(project.Fails(), 1);
  EXPECT_THAT(project.process().err(),
              AllOf(HasSubstr("index.ts:3:1: ReferenceError: missing is not defined"), HasSubstr("3 | missing();")));
}

TEST_F(BundleTest, AModuleOfNodeIsToldWithItsPlace) {
  Project project({{"index.ts", "import fs from \"fs\";\nexport default { fetch: () => new Response(fs as any) };\n"}});
  Install(project.folder().path());
  EXPECT_EQ(project.Fails({"index.ts"}), 1);
  EXPECT_THAT(project.process().err(), AllOf(HasSubstr("index.ts:1:16:"), HasSubstr("module of Node.js")));
}

// Without npm: what users see who have no esbuild.
class NoEsbuildTest : public testing::Test {
 protected:
  NoEsbuildTest() : path_(std::getenv("PATH")) { setenv("PATH", "/nowhere", 1); }
  ~NoEsbuildTest() override { setenv("PATH", path_.c_str(), 1); }

 private:
  const std::string path_;
};

TEST_F(NoEsbuildTest, TypeScriptAndPackagesSayWhatToInstall) {
  Project project({{"index.ts", "export default {};"},
                   {"w.js", "\nimport { Hono } from 'hono';\nexport default new Hono();"}});
  EXPECT_EQ(project.Fails({"index.ts"}), 1);
  EXPECT_THAT(project.process().err(),
              AllOf(HasSubstr("index.ts is TypeScript"), HasSubstr("npm install --save-dev esbuild")));
  EXPECT_EQ(project.Fails({"w.js"}), 1);
  EXPECT_THAT(project.process().err(),
              AllOf(HasSubstr("w.js:2:22: "), HasSubstr("\"hono\""), HasSubstr("npm install --save-dev esbuild"),
                    HasSubstr("2 | import { Hono } from 'hono';")));
}

TEST_F(NoEsbuildTest, AWorkerThatTheUserHasBundledShowsItsSource) {
  // src/in.ts, line 2 column 9 <- line 1 column 32.
  const std::string map =
      R"({"version":3,"sources":["../src/in.ts"],"sourcesContent":["// first\n  throw new Error('x' as string);"],)"
      R"("mappings":"AAAA,+BACE"})";
  const std::string code = "export default { async fetch() { throw new Error('x'); } };\n";
  Project project({{"dist/out.js", code + "//# sourceMappingURL=out.js.map\n"},
                   {"dist/out.js.map", map},
                   {"wrangler.toml", "main = 'dist/out.js'"}});
  EXPECT_THAT(Get(project.Serve()).body,
              AllOf(HasSubstr("at src/in.ts:2:3"), HasSubstr("2 |   throw new Error('x' as string);")));
  // The place of a handler: column 29, where its parameters begin.
  project.folder().Write("dist/out.js",
                         "export default { async fetch() { } };\n//# sourceMappingURL=out.js.map\n");
  project.folder().Write(
      "dist/out.js.map",
      R"({"version":3,"sources":["../src/in.ts"],"sourcesContent":["// first\n  async fetch() {}"],)"
      R"("mappings":"AAAA,4BACE"})");
  EXPECT_THAT(Get(project.Serve()).body,
              AllOf(HasSubstr("The handler returned nothing"), HasSubstr("at src/in.ts:2:3"),
                    HasSubstr("2 |   async fetch() {}")));
  project.folder().Write("dist/out.js", code + "//# sourceMappingURL=out.js.map\n");
  project.folder().Write("dist/out.js.map", "{}");
  EXPECT_THAT(Get(project.Serve()).body, HasSubstr("dist/out.js:1:"));
  EXPECT_TRUE(project.process().WaitForLog("the source map is broken: it has no \"mappings\""));
}

}  // namespace
}  // namespace sedge::e2e
