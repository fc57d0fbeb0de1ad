// SPDX-License-Identifier: Apache-2.0
// `sedge test` of workers and tests in TypeScript, bundled by the real esbuild. Skipped, with the
// reason, where it cannot be installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/harness/sedge_process.h"
#include "tests/e2e/harness/shell.h"
#include "tests/e2e/harness/temp_folder.h"

namespace sedge::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kDeadlineMs = 120'000;

class TestTypescriptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto [status, said] = RunShell(SEDGE_SOURCE_DIR "/tests/e2e/clients/install_esbuild.sh");
    if (status == 77) GTEST_SKIP() << said;
    ASSERT_EQ(status, 0) << said;
    std::filesystem::create_directory_symlink(said + "/node_modules",
                                              folder_.path() + "/node_modules");
    folder_.Write("wrangler.toml", "name = \"app\"\nmain = \"src/index.ts\"\n");
    folder_.Write("src/greet.ts",
                  "export type Name = string;\n"
                  "export const greet = (name: Name): string => {\n"
                  "  if (name === \"\") return \"nobody\";\n"
                  "  return `Hello ${name}`;\n"
                  "};\n");
    folder_.Write("src/index.ts",
                  "import { greet } from \"./greet\";\n"
                  "interface Env { NAME?: string }\n"
                  "export default {\n"
                  "  async fetch(request: Request, env: Env): Promise<Response> {\n"
                  "    return new Response(greet(new URL(request.url).pathname.slice(1)));\n"
                  "  },\n"
                  "};\n");
  }

  TempFolder folder_;
};

TEST_F(TestTypescriptTest, RunsAndSaysWhereInTheSource) {
  folder_.Write("test/a.test.ts",
                "import { SELF } from \"cloudflare:test\";\n"
                "import { expect, it } from \"vitest\";\n"
                "import { greet, type Name } from \"../src/greet\";\n"
                "\n"
                "it(\"imports\", () => {\n"
                "  const name: Name = \"Ann\";\n"
                "  expect(greet(name)).toBe(\"Hello Ann\");\n"
                "});\n"
                "it(\"fetches\", async () => {\n"
                "  const response: Response = await SELF.fetch(\"https://a/Bob\");\n"
                "  expect(await response.text()).toBe(\"Hello Bob\");\n"
                "});\n"
                "it(\"fails\", () => {\n"
                "  expect(greet(\"x\" as Name)).toBe(\"y\");\n"
                "});\n");
  SedgeProcess process({"test", "--coverage"}, folder_.path());
  EXPECT_EQ(process.WaitForExit(kDeadlineMs), 1) << process.err();
  EXPECT_THAT(process.out(), AllOf(HasSubstr("1 failed, 2 passed"), HasSubstr("test/a.test.ts:14:"),
                                   HasSubstr("expect(greet(\"x\" as Name))")))
      << process.err();
  std::ifstream file(folder_.path() + "/coverage/lcov.info");
  const std::string lcov((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(lcov, AllOf(HasSubstr("SF:src/greet.ts"), HasSubstr("SF:src/index.ts"),
                          HasSubstr("DA:3,"), Not(HasSubstr("a.test.ts"))));
}

TEST_F(TestTypescriptTest, CoverageOfBundledWorkersCountsTheirOwnLines) {
  folder_.Write("other/wrangler.toml", "name = \"other\"\nmain = \"index.ts\"\n");
  folder_.Write("other/index.ts",
                "\n"
                "interface Event { respondWith(response: Response): void }\n"
                "const never = (): number => {\n"
                "  return 1;\n"
                "};\n"
                "addEventListener(\"fetch\", ((event: Event) => {\n"
                "  event.respondWith(new Response(typeof never));\n"
                "}) as any);\n");
  // Not bundled itself.
  folder_.Write("test/a.test.js",
                "import { expect, SELF, test, worker } from \"sedge:test\";\n"
                "test(\"fetches\", async () => {\n"
                "  expect(await (await SELF.fetch(\"/Bob\")).text()).toBe(\"Hello Bob\");\n"
                "  expect(await (await worker(\"other\").fetch(\"/\")).text()).toBe(\"function\");\n"
                "});\n");
  SedgeProcess process({"test", "--coverage", "--config", ".", "--config", "other"}, folder_.path());
  EXPECT_EQ(process.WaitForExit(kDeadlineMs), 0) << process.out() << process.err();
  std::ifstream file(folder_.path() + "/coverage/lcov.info");
  const std::string lcov((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto record = [&](const std::string& name) {
    const size_t start = lcov.find("SF:" + name + "\n");
    return start == std::string::npos ? "" : lcov.substr(start, lcov.find("end_of_record", start) - start);
  };
  EXPECT_THAT(record("src/index.ts"), AllOf(HasSubstr("DA:5,1\n"), Not(HasSubstr("DA:2,")))) << lcov;
  EXPECT_THAT(record("src/greet.ts"), AllOf(HasSubstr("DA:3,"), HasSubstr("DA:4,1\n"))) << lcov;
  EXPECT_THAT(record("other/index.ts"), AllOf(HasSubstr("DA:4,0\n"), HasSubstr("DA:7,1\n"))) << lcov;
  EXPECT_EQ(lcov.find(".js\n"), std::string::npos) << lcov;
}

TEST_F(TestTypescriptTest, ASyntaxErrorIsTheFilesFailure) {
  folder_.Write("a.test.ts", "import { test } from \"sedge:test\";\nconst a: = 1;\n");
  folder_.Write("b.test.ts", "import { test } from \"sedge:test\";\ntest(\"runs\", () => {});\n");
  SedgeProcess process({"test"}, folder_.path());
  EXPECT_EQ(process.WaitForExit(kDeadlineMs), 1) << process.err();
  EXPECT_THAT(process.out() + process.err(),
              AllOf(HasSubstr("a.test.ts:2:"), HasSubstr("1 passed")));
}

}  // namespace
}  // namespace sedge::e2e
