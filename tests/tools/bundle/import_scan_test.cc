// SPDX-License-Identifier: Apache-2.0
#include "tools/bundle/import_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Names(std::string_view text) {
  std::vector<std::string> names;
  for (const FoundImport& found : ScanImports(text)) names.push_back(found.specifier);
  return names;
}

TEST(ImportScanTest, FindsEveryFormOfImport) {
  EXPECT_THAT(Names("import a from 'a';import{b,c as d}from\"b\"; import * as e from 'c'\n"
                    "import 'd'; export * from 'e'; export { f } from 'f'; export * as g from 'g';\n"
                    "const h = await import('h'); import i, { j } from 'i';\n"
                    "import /* x */ k /* ' */ from // y\n 'k';\n"
                    "import { \"a name\" as l } from 'l'; import m from './m.json' with { type: 'json' };\n"
                    "import type { N } from 'n';"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "k", "l", "./m.json", "n"));
}

TEST(ImportScanTest, SaysWhereTheyAre) {
  const auto found = ScanImports("\nimport x from 'abc';");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].offset, 15u);
}

TEST(ImportScanTest, IsNotMisledByWhatOnlyLooksLikeOne) {
  for (const char* text : {
           "// import a from 'a'",
           "/* import a from 'a' */",
           "const s = \"import a from 'a'\";",
           "const s = 'it\\'s import(\"a\")';",
           "const s = `import a from 'a' ${1 + `import('b')`} import 'c'`;",
           "const r = /import a from 'a'/;",
           "return /[/]import 'x'/;",
           "x.import('a'); import.meta.url; x.export;",
           "export default { from: 'a' };",
           "export const from = 'a';",
           "const important = 'a'; reimport('b');",
           "import(variable); import(`./${x}.js`);",
           "export function f() { return 'a'; }",
           "import x = Y.Z;",
       }) {
    EXPECT_THAT(Names(text), IsEmpty()) << text;
  }
}

TEST(ImportScanTest, GoesOnAfterDivisionsAndTemplates) {
  EXPECT_THAT(Names("const a = b / c; import 'd'; e = f[0] / 2 / (g) / 3;\nimport 'h';"),
              ElementsAre("d", "h"));
  EXPECT_THAT(Names("const s = `${{ a: `${'}'}` }} \\` `; import 'x';"), ElementsAre("x"));
  EXPECT_THAT(Names("if (a) return /'/; import 'x';"), ElementsAre("x"));
  EXPECT_THAT(Names("`${await import('y')}`"), ElementsAre("y"));
}

TEST(ImportScanTest, AnyTextEnds) {
  for (const char* text : {"import", "import {", "import a from", "import 'a", "`${", "/", "'\\", "/*",
                           "export *", "import(", "}", "\\", "#!x"}) {
    ScanImports(text);
  }
}

class ModuleGraphTest : public testing::Test {
 protected:
  ModuleGraphTest() {
    std::string pattern = fs::temp_directory_path() / "sedge-graph-XXXXXX";
    folder_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ~ModuleGraphTest() override { fs::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  fs::path folder_;
};

TEST_F(ModuleGraphTest, FollowsRelativeImportsAsTheRuntimeDoes) {
  const std::string main = Write("src/index.js", "import './a'; import '../b.mjs'; import x from './t.txt';");
  const std::string a = Write("src/a.js", "import './sub'; import './index.js';");
  const std::string b = Write("b.mjs", "import 'node:fs'; import 'cloudflare:workers'; import 'vitest';");
  const std::string sub = Write("src/sub/index.js", "import './gone.js'");
  const std::string text = Write("src/t.txt", "import 'no'");
  const ModuleGraph graph = FollowImports(main, {"vitest"}, false);
  EXPECT_THAT(graph.files, ElementsAre(main, a, b, text, sub));
  EXPECT_EQ(graph.why_bundle, "");
}

TEST_F(ModuleGraphTest, APackageOrTypeScriptNeedsABundler) {
  const std::string main = Write("index.js", "import './lib.js';");
  const std::string lib = Write("lib.js", "\nimport { Hono } from 'hono/tiny';");
  const ModuleGraph graph = FollowImports(main, {}, false);
  EXPECT_EQ(graph.why_bundle, "\"hono/tiny\", an npm package");
  EXPECT_EQ(graph.file, lib);
  EXPECT_EQ(graph.offset, 22u);

  Write("lib.js", "import x from './typed';");
  Write("typed.ts", "export default 1 as number;");
  EXPECT_EQ(FollowImports(main, {}, false).why_bundle, "\"./typed\", which must be compiled");
  Write("lib.js", "import x from './other.js';");
  Write("other.ts", "");
  EXPECT_EQ(FollowImports(main, {}, false).why_bundle, "\"./other.js\", which must be compiled");
  Write("lib.js", "import x from '#internal';");
  EXPECT_NE(FollowImports(main, {}, false).why_bundle, "");
}

}  // namespace
}  // namespace sedge::tools
