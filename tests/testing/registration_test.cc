// SPDX-License-Identifier: Apache-2.0
// What test files register late: by asynchronous functions of describe(), and within tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/run_source.h"

namespace sedge::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RegistrationTest, WhatAsynchronousSuitesRegisterAfterAnAwaitIsTheirs) {
  const Outcome run = RunSource(R"(
const order = [];
describe("outer", async () => {
  beforeEach(() => order.push("before"));
  test("at once", () => {});
  await scheduler.wait(5);
  test("after an await", () => { order.push("ran"); });
  describe("inner", async () => {
    await null;
    afterEach(() => order.push("after"));
    test("deep", () => {});
  });
  describe("plain", () => { test("in it", () => {}); });
  await null;
  test("last of outer", () => {});
});
test("top", () => { order.push("top"); });
describe("second", async () => {
  await null;
  test("in second", () => { console.log(order.join(",")); });
});
)");
  EXPECT_THAT(run.Lines(),
              ElementsAre("pass outer > at once", "pass outer > after an await",
                          "pass outer > inner > deep", "pass outer > plain > in it",
                          "pass outer > last of outer", "pass top", "pass second > in second"));
  EXPECT_EQ(run.Output("second > in second"), "before,before,ran,before,after,before,before,top;");
}

TEST(RegistrationTest, FormsOfSuitesMayBeAsynchronousToo) {
  const Outcome run = RunSource(R"(
describe.each([1, 2])("row %d", async (n) => { await null; test("n", () => expect(n).toBeLessThan(2)); });
describe.skip("skipped", async () => { await null; test("x", () => { throw 1; }); });
describe("a promise", () => Promise.resolve().then(() => {}));
describe("fails", async () => { await null; test("y", () => {}); throw new Error("no suite"); });
describe("rejects", () => Promise.reject(new Error("no promise")));
)");
  EXPECT_THAT(run.Lines(),
              ElementsAre("pass row 1 > n", "fail row 2 > n", "skip skipped > x",
                          "fail fails > describe", "pass fails > y", "fail rejects > describe"));
  EXPECT_THAT(run.Named("fails > describe").message, HasSubstr("no suite"));
  EXPECT_THAT(run.Named("rejects > describe").message, HasSubstr("no promise"));
}

TEST(RegistrationTest, OnlyAndFiltersSeeWhatIsRegisteredLate) {
  const Outcome run = RunSource(R"(
describe("a", async () => { await null; test.only("this", () => {}); test("not", () => {}); });
test("nor this", () => {});
)");
  EXPECT_THAT(run.Lines(), ElementsAre("pass a > this", "skip a > not", "skip nor this"));
}

TEST(RegistrationTest, HooksForTestsInTests) {
  const Outcome run = RunSource(R"(
const order = [];
test("outer", async (t) => {
  t.before(async () => { await null; order.push("before"); });
  t.beforeEach((inner) => order.push(`each ${inner.name}`));
  t.afterEach(async () => { await null; order.push("after each"); });
  t.after(() => console.log(order.join(",")));
  t.test("a", () => { order.push("a"); });
  await t.test("b", async (inner) => {
    inner.beforeEach(() => order.push("inner each"));
    await inner.test("c", () => { order.push("c"); });
  });
});
test("fails before", (t) => { t.before(() => { throw new Error("not ready"); }); });
test("fails before each", async (t) => {
  t.beforeEach(() => { throw new Error("not ready"); });
  await t.test("x", () => {});
});
)");
  EXPECT_EQ(run.Output("outer"),
            "before,each a,a,after each,each b,each c,inner each,c,after each,after each;");
  EXPECT_THAT(run.Named("fails before").message, HasSubstr("not ready"));
  EXPECT_THAT(run.Named("fails before each > x").message, HasSubstr("not ready"));
  EXPECT_EQ(run.Named("fails before each").status, TestStatus::kFail);
}

}  // namespace
}  // namespace sedge::worker
