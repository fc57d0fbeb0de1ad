// SPDX-License-Identifier: Apache-2.0
// Preparing workers with a script in the place of esbuild: what is asked of it, and what becomes of
// its answers. tests/e2e/bundle_test.cc has the real one.
#include "tools/bundle/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "tools/bundle/esbuild.h"

namespace sedge::tools {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Writes its arguments to args.txt, what says.txt holds to standard error, and a bundle.
constexpr const char* kEsbuild = R"(#!/bin/sh
for word; do
  case "$word" in
    --outdir=*) out=${word#--outdir=} ;;
    --metafile=*) meta=${word#--metafile=} ;;
    --entry-names=*) name=${word#--entry-names=} ;;
  esac
done
printf '%s\n' "$@" >args.txt
[ -e says.txt ] && /bin/cat says.txt >&2
[ -e fails ] && exit 1
echo "export default {}; // bundled" >"$out/$name.js"
echo "{}" >"$out/$name.js.map"
printf '{"inputs":{"src/index.ts":{},"src/a.ts":{},"node_modules/x/y.js":{}},"outputs":{"%s":{"entryPoint":"src/index.ts"},"%s":{}}}' \
  "$out/$name.js" "$out/$name.js.map" >"$meta"
)";

class PrepareTest : public testing::Test {
 protected:
  PrepareTest() {
    unsetenv("NODE_ENV");
    setenv("PATH", "/nowhere", 1);  // Debian has an esbuild in /usr/bin
    std::string pattern = fs::temp_directory_path() / "sedge-prepare-XXXXXX";
    folder_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ~PrepareTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::string Read(const std::string& name) {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void InstallEsbuild() {
    fs::permissions(Write("node_modules/.bin/esbuild", kEsbuild), fs::perms::owner_all);
  }
  worker::WorkerConfig Config(const std::string& toml) {
    Write("wrangler.toml", toml);
    Result<worker::WorkerConfig> config =
        worker::LoadWorkerConfig((folder_ / "wrangler.toml").string());
    EXPECT_TRUE(config.ok()) << config.status().message();
    return config.ok() ? std::move(config).value() : worker::WorkerConfig{};
  }
  static std::string Why(const PreparedWorker& made) { return std::string(made.status.message()); }

  static std::vector<std::string> Files(const PreparedWorker& made) {
    std::vector<std::string> files;
    for (const auto& [path, stamp] : made.watch.files) files.push_back(path);
    return files;
  }

  fs::path folder_;
};

TEST_F(PrepareTest, PlainJavaScriptStaysAsItIs) {
  const std::string main = Write("index.js", "import './lib.js'; import 'node:fs'; export default {};");
  const std::string lib = Write("lib.js", "");
  const PreparedWorker made = Prepare(Config("main = 'index.js'"), {});
  ASSERT_TRUE(made.status.ok()) << Why(made);
  EXPECT_FALSE(made.bundled);
  EXPECT_EQ(made.config.main, main);
  EXPECT_EQ(made.config.modules, nullptr);
  EXPECT_THAT(Files(made), testing::ElementsAre(main, lib));
}

TEST_F(PrepareTest, TypeScriptIsBundledIntoMemoryBesideItsSource) {
  InstallEsbuild();
  Write("src/index.ts", "");
  Write("package.json", "{}");
  const PreparedWorker made = Prepare(Config("main = 'src/index.ts'"), {.node_env = "test"});
  ASSERT_TRUE(made.status.ok()) << Why(made);
  EXPECT_TRUE(made.bundled);
  EXPECT_EQ(made.config.main, (folder_ / "src/index.ts.bundled.js").string());
  ASSERT_NE(made.config.modules, nullptr);
  EXPECT_EQ(made.config.modules->at(made.config.main), "export default {}; // bundled\n");
  EXPECT_TRUE(made.config.modules->contains(made.config.main + ".map"));
  EXPECT_THAT(Files(made), AllOf(Contains((folder_ / "src/index.ts").string()),
                                Contains((folder_ / "src/a.ts").string()),
                                Contains((folder_ / "package.json").string()),
                                Not(Contains(HasSubstr("node_modules")))));
  EXPECT_FALSE(fs::exists(folder_ / "src/index.ts.bundled.js"));
  const std::string args = Read("args.txt");
  for (const char* word :
       {"--bundle\n", "--format=esm\n", "--target=es2022\n", "--conditions=workerd,worker,browser\n",
        "--define:process.env.NODE_ENV=\"test\"\n", "--external:node:*\n", "--external:cloudflare:*\n",
        "--loader:.wasm=copy\n", "--loader:.sql=text\n", "--keep-names\n", "--sourcemap\n"}) {
    EXPECT_THAT(args, HasSubstr(word));
  }
}

TEST_F(PrepareTest, TheConfigurationReachesTheBundler) {
  InstallEsbuild();
  Write("index.js", "export default {};");
  setenv("NODE_ENV", "staging", 1);
  const PreparedWorker made = Prepare(Config(R"(
main = "index.js"
minify = true
keep_names = false
tsconfig = "tsconfig.worker.json"
jsx_factory = "h"
jsx_fragment = "Fragment"
rules = [{ type = "Text", globs = ["**/*.md"], fallthrough = true }, { type = "Data", globs = ["*.dat"] }]
[define]
VERSION = "'1.2.3'"
[alias]
"old" = "new")"),
                                      {.external = {"vitest"}});
  ASSERT_TRUE(made.status.ok()) << Why(made);
  EXPECT_TRUE(made.bundled);
  const std::string args = Read("args.txt");
  for (const std::string& word : {std::string("--minify\n"), std::string("--jsx-factory=h\n"),
                                  std::string("--jsx-fragment=Fragment\n"),
                                  std::string("--define:VERSION='1.2.3'\n"), std::string("--alias:old=new\n"),
                                  std::string("--loader:.md=text\n"), std::string("--loader:.dat=copy\n"),
                                  std::string("--external:vitest\n"),
                                  "--tsconfig=" + (folder_ / "tsconfig.worker.json").string() + "\n",
                                  std::string("--define:process.env.NODE_ENV=\"staging\"\n")}) {
    EXPECT_THAT(args, HasSubstr(word));
  }
  EXPECT_THAT(args, Not(HasSubstr("--keep-names")));
}

TEST_F(PrepareTest, ErrorsHavePlaceFrameAndWhatToDo) {
  InstallEsbuild();
  Write("fails", "");
  Write("says.txt",
        "\u2718 [ERROR] Could not resolve \"hono/jsx\"\n\n    src/index.ts:1:7:\n"
        "      1 \u2502 import \"hono/jsx\";\n        \u2575        ~~~~~~~~~~\n\n"
        "  You can mark the path as external.\n\n"
        "\u2718 [ERROR] Could not resolve \"fs\"\n\n    src/index.ts:2:7:\n"
        "      2 \u2502 import \"fs\";\n        \u2575        ~~~~\n\n  Are you trying to bundle for node?\n\n"
        "2 errors\n");
  Write("src/index.ts", "import \"hono/jsx\";\nimport \"fs\"; import \"./lib\"");
  Write("src/lib.ts", "");
  const PreparedWorker made = Prepare(Config("main = 'src/index.ts'"), {});
  EXPECT_THAT(Why(made),
              AllOf(HasSubstr("src/index.ts:1:8: Could not resolve \"hono/jsx\"\n"
                              "  1 | import \"hono/jsx\";\n    |        ^^^^^^^^^^\n"
                              "  The package is not installed: npm install hono\n\n"),
                    HasSubstr("src/index.ts:2:8: Could not resolve \"fs\""),
                    HasSubstr("is a module of Node.js"), Not(HasSubstr("external"))));
  EXPECT_EQ(made.errors.size(), 2u);
  EXPECT_FALSE(made.bundled);
  EXPECT_EQ(made.config.main, (folder_ / "src/index.ts").string());
  EXPECT_THAT(Files(made), Contains((folder_ / "src/lib.ts").string()));
  EXPECT_THAT(made.watch.folders, Contains((folder_ / "src").string()));
  EXPECT_THAT(Files(made), Contains((folder_ / "node_modules/hono/package.json").string()));
}

TEST_F(PrepareTest, WarningsDoNotFail) {
  InstallEsbuild();
  Write("says.txt", "\u25B2 [WARNING] Something odd [odd]\n\n    src/index.ts:1:0:\n      1 \u2502 x\n        \u2575 ^\n");
  Write("src/index.ts", "x");
  const PreparedWorker made = Prepare(Config("main = 'src/index.ts'"), {});
  EXPECT_TRUE(made.status.ok()) << Why(made);
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_EQ(made.warnings[0].ToText(), "src/index.ts:1:1: Something odd [odd]\n  1 | x\n    | ^");
}

TEST_F(PrepareTest, AFailureThatIsNoMessageIsToldWhole) {
  InstallEsbuild();
  Write("fails", "");
  Write("says.txt", "node: not found\n");
  Write("src/index.ts", "x");
  EXPECT_THAT(Why(Prepare(Config("main = 'src/index.ts'"), {})),
              AllOf(HasSubstr("ended with status 1"), HasSubstr("node: not found")));
}

TEST_F(PrepareTest, WithoutEsbuildTypeScriptSaysHowToInstallIt) {
  Write("src/index.ts", "");
  EXPECT_THAT(Why(Prepare(Config("main = 'src/index.ts'"), {})),
              AllOf(HasSubstr("src/index.ts is TypeScript"), HasSubstr("npm install --save-dev esbuild")));
}

TEST_F(PrepareTest, WithoutEsbuildAnImportIsLeftToTheRuntime) {
  Write("index.js", "import 'hono';");
  const PreparedWorker made = Prepare(Config("main = 'index.js'"), {});
  EXPECT_TRUE(made.status.ok()) << Why(made);
  EXPECT_FALSE(made.bundled);
}

TEST_F(PrepareTest, EsbuildIsFoundUpTheTreeAndInPath) {
  InstallEsbuild();
  fs::create_directories(folder_ / "packages/api/src");
  EXPECT_EQ(FindEsbuild((folder_ / "packages/api/src").string()),
            (folder_ / "node_modules/.bin/esbuild").string());
  fs::rename(folder_ / "node_modules", folder_ / "elsewhere");
  EXPECT_EQ(FindEsbuild((folder_ / "packages/api").string()), "");
  setenv("PATH", ("/nowhere:" + (folder_ / "elsewhere/.bin").string()).c_str(), 1);
  EXPECT_EQ(FindEsbuild(folder_.string()), (folder_ / "elsewhere/.bin/esbuild").string());
}

TEST_F(PrepareTest, NpmsLauncherIsPassedBy) {
  fs::permissions(Write("node_modules/esbuild/bin/esbuild", "#!/bin/sh\n"), fs::perms::owner_all);
  fs::create_directories(folder_ / "node_modules/.bin");
  fs::create_symlink("../esbuild/bin/esbuild", folder_ / "node_modules/.bin/esbuild");
  EXPECT_EQ(FindEsbuild(folder_.string()), (folder_ / "node_modules/.bin/esbuild").string());
  for (const char* platform : {"linux-x64", "linux-arm64"}) {
    fs::permissions(Write(std::string("node_modules/@esbuild/") + platform + "/bin/esbuild", ""),
                    fs::perms::owner_all);
  }
  EXPECT_THAT(FindEsbuild(folder_.string()), HasSubstr("node_modules/@esbuild/linux-"));
}

TEST_F(PrepareTest, NoBundleLeavesAPackageToTheRuntimeAndRefusesTypeScript) {
  InstallEsbuild();
  Write("index.js", "import 'hono';");
  EXPECT_FALSE(Prepare(Config("main = 'index.js'\nno_bundle = true"), {}).bundled);
  Write("index.ts", "");
  EXPECT_THAT(Why(Prepare(Config("main = 'index.ts'\nno_bundle = true"), {})),
              AllOf(HasSubstr("index.ts is TypeScript"), HasSubstr("no_bundle is true")));
}

TEST_F(PrepareTest, TheBuildCommandRunsFirst) {
  Write("app/x", "");
  const worker::WorkerConfig config = Config(
      "main = 'dist/index.js'\n[build]\n"
      "command = 'echo \"$WRANGLER_COMMAND\" >said; /bin/mkdir -p ../dist; echo \"export default {}\" >../dist/index.js'\n"
      "cwd = 'app'\nwatch_dir = ['app', 'shared']");
  const PreparedWorker made = Prepare(config, {.node_env = "production"});
  ASSERT_TRUE(made.status.ok()) << Why(made);
  EXPECT_EQ(Read("app/said"), "deploy\n");
  EXPECT_THAT(made.watch.trees,
              testing::ElementsAre((folder_ / "app").string(), (folder_ / "shared").string()));
  fs::remove(folder_ / "app/said");
  EXPECT_TRUE(Prepare(config, {.run_build_command = false}).status.ok());
  EXPECT_FALSE(fs::exists(folder_ / "app/said"));
}

TEST_F(PrepareTest, ABuildCommandThatFailsOrMakesNothingIsTold) {
  EXPECT_THAT(Why(Prepare(Config("main = 'index.js'\n[build]\ncommand = 'echo no >&2; exit 4'"), {})),
              AllOf(HasSubstr("wrangler.toml:3: build.command"), HasSubstr("status 4")));
  EXPECT_THAT(Why(Prepare(Config("main = 'gone.js'\n[build]\ncommand = 'true'"), {})),
              AllOf(HasSubstr("wrangler.toml:1: main: there is no file"), HasSubstr("has run")));
  EXPECT_THAT(Why(Prepare(Config("main = 'gone.js'\n[build]\ncommand = 'true'\ncwd = 'nowhere'"), {})),
              HasSubstr("build.cwd: there is no folder"));
}

TEST_F(PrepareTest, WithAMemoryTheCommandRunsWhenItIsDue) {
  const worker::WorkerConfig config = Config(
      "main = 'dist/index.js'\n[build]\n"
      "command = 'echo run >>runs; [ -e fails ] && exit 3; /bin/mkdir -p dist; echo \"//\" >dist/index.js'");
  PrepareOptions options;
  options.memory = std::make_shared<CommandMemory>();
  options.run_build_command = false;
  EXPECT_TRUE(Prepare(config, options).status.ok());
  EXPECT_FALSE(Prepare(config, options).command_failed);
  EXPECT_EQ(Read("runs"), "run\n");
  options.run_build_command = true;
  Write("fails", "");
  PreparedWorker made = Prepare(config, options);
  EXPECT_TRUE(made.command_failed);
  EXPECT_THAT(Why(made), HasSubstr("status 3"));
  // What is there is old: it stays so until the next run.
  options.run_build_command = false;
  fs::remove(folder_ / "fails");
  EXPECT_TRUE(Prepare(config, options).command_failed);
  EXPECT_THAT(Why(Prepare(config, options)), HasSubstr("status 3"));
  EXPECT_EQ(Read("runs"), "run\nrun\n");
  options.run_build_command = true;
  EXPECT_TRUE(Prepare(config, options).status.ok());
  EXPECT_EQ(Read("runs"), "run\nrun\nrun\n");
}

TEST_F(PrepareTest, CommandAndBundlerEndWhenTheyAreCancelled) {
  InstallEsbuild();
  Write("src/index.ts", "");
  PrepareOptions options;
  options.cancel = std::make_shared<std::atomic<bool>>(true);
  const PreparedWorker commanded =
      Prepare(Config("main = 'src/index.ts'\n[build]\ncommand = 'echo >ran'"), options);
  EXPECT_EQ(commanded.status.code(), StatusCode::kCancelled);
  EXPECT_FALSE(fs::exists(folder_ / "ran"));
  EXPECT_EQ(Prepare(Config("main = 'src/index.ts'"), options).status.code(), StatusCode::kCancelled);
  EXPECT_FALSE(fs::exists(folder_ / "args.txt"));
}

TEST_F(PrepareTest, RulesThatAreMoreThanAnExtensionAreRefused) {
  for (const auto& [toml, says] : std::vector<std::pair<std::string, std::string>>{
           {"rules = [{ type = 'Text', globs = ['data/**/*.md'] }]", "extensions such as \"**/*.md\""},
           {"rules = [{ type = 'PythonModule', globs = ['**/*.py'] }]", "allowed is Text, Data"},
           {"rules = [{ globs = ['**/*.py'] }]", "rules[0].type is missing"},
           {"define = { A = 1 }", "define.A is the number 1; allowed is a string"},
           {"build = { watch_dir = 3 }", "build.watch_dir"},
           {"minify = 'yes'", "minify is a string"}}) {
    const auto config = worker::ParseWorkerConfig(worker::ConfigSyntax::kToml, toml, "w.toml", "/w");
    ASSERT_FALSE(config.ok()) << toml;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(says));
  }
}

}  // namespace
}  // namespace sedge::tools
