// SPDX-License-Identifier: Apache-2.0
// Runs of test files that fail, skip and time out: which tests run, in what order with their hooks,
// and what the records say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/run_source.h"

namespace sedge::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TestRunTest, ARecordSaysWhatFailedAndWhere) {
  const Outcome run = RunSource(R"(describe("suite", () => {
  test("fails", () => {
    const value = 1;
    expect(value).toBe(2);
  });
});
)");
  const TestRecord& record = run.Named("suite > fails");
  EXPECT_EQ(record.status, TestStatus::kFail);
  EXPECT_THAT(record.path, ElementsAre("suite", "fails"));
  EXPECT_EQ(record.message,
            "expect(received).toBe(expected) // Object.is equality\n\nExpected: 2\nReceived: 1");
  EXPECT_EQ(record.error_name, "AssertionError");
  EXPECT_EQ(record.file, "sample_test.js");
  EXPECT_EQ(record.line, 5);
  EXPECT_EQ(record.column, 19);
  EXPECT_EQ(record.code_frame,
            "  3 |   test(\"fails\", () => {\n"
            "  4 |     const value = 1;\n"
            "> 5 |     expect(value).toBe(2);\n"
            "    |                   ^\n"
            "  6 |   });\n"
            "  7 | });");
  EXPECT_EQ(record.stack, "    at sample_test.js:5:19");
  EXPECT_GE(record.duration_ms, 0);
  EXPECT_EQ(run.totals.failed, 1u);
}

TEST(TestRunTest, CodeFramesOfLongLinesAndWideCharacters) {
  const Outcome run =
      RunSource("const s = \"\u00e9\U0001F600\"; test(\"wide\", () => { expect(s).toBe(1); });\n" +
                std::string("test(\"long\", () => { /* ") + std::string(300, 'x') +
                " */ expect(1).toBe(2); /* " + std::string(300, 'y') + " */ });\n");
  const std::string& wide = run.Named("wide").code_frame;
  EXPECT_THAT(
      wide,
      HasSubstr(
          "> 2 | const s = \"\u00e9\U0001F600\"; test(\"wide\", () => { expect(s).toBe(1); });\n"
          "    |                                                ^\n"));
  const std::string& cut = run.Named("long").code_frame;
  EXPECT_THAT(cut, HasSubstr("> 3 | \u2026xxx"));
  EXPECT_THAT(cut, HasSubstr("yyy\u2026\n"));
}

TEST(TestRunTest, AwaitedMatchersFailAtTheirLine) {
  const Outcome run = RunSource(R"(test("late", async () => {
  await null;
  await expect(Promise.resolve(1)).resolves.toBe(2);
});
test("thrown", async () => {
  await null;
  null.x;
});
)");
  EXPECT_EQ(run.Named("late").line, 4);
  EXPECT_EQ(run.Named("thrown").line, 8);
  EXPECT_THAT(run.Named("thrown").message, HasSubstr("TypeError: Cannot read properties of null"));
}

TEST(TestRunTest, HooksRunInJestsOrder) {
  const Outcome run = RunSource(R"(
const order = [];
const note = (text) => () => { order.push(text); };
beforeAll(note("all 1"));
beforeEach(note("each 1"));
beforeEach(note("each 1b"));
afterEach(note("after 1"));
afterEach(note("after 1b"));
afterAll(note("end 1"));
test("a", note("a"));
describe("inner", () => {
  beforeAll(note("all 2"));
  beforeEach(note("each 2"));
  afterEach(note("after 2"));
  afterAll(note("end 2"));
  test("b", note("b"));
});
test("c", () => console.log(order.join(",")));
)");
  EXPECT_EQ(run.Output("c"),
            "all 1,each 1,each 1b,a,after 1,after 1b,all 2,each 1,each 1b,each 2,b,after 2,after "
            "1,after 1b,"
            "end 2,each 1,each 1b;");
}

TEST(TestRunTest, AFailingBeforeAllFailsItsTests) {
  const Outcome run = RunSource(R"(
describe("broken", () => {
  beforeAll(() => { throw new Error("no set-up"); });
  beforeEach(() => console.log("never"));
  test("one", () => console.log("never"));
  describe("inner", () => { test("two", () => {}); });
});
test("other", () => {});
)");
  EXPECT_THAT(run.Lines(),
              ElementsAre("fail broken > one", "fail broken > inner > two", "pass other"));
  EXPECT_EQ(run.Named("broken > one").message, "Error: no set-up");
  EXPECT_EQ(run.Named("broken > one").line, 4);
  EXPECT_EQ(run.Output("broken > one"), "");
}

TEST(TestRunTest, AFailingBeforeEachSkipsTheBodyAndRunsAfterEach) {
  const Outcome run = RunSource(R"(
beforeEach(() => { throw new Error("before"); });
afterEach(() => { console.log("after"); throw new Error("after"); });
test("one", () => console.log("body"));
)");
  EXPECT_EQ(run.Output("one"), "after;");
  EXPECT_EQ(run.Named("one").message, "Error: before\n\nand then: Error: after");
}

TEST(TestRunTest, AFailingAfterAllIsARecordOfItsOwn) {
  const Outcome run = RunSource(R"(
describe("suite", () => {
  afterAll(() => { throw new Error("no clean-up"); });
  test("one", () => {});
});
)");
  EXPECT_THAT(run.Lines(), ElementsAre("pass suite > one", "fail suite > afterAll"));
  EXPECT_TRUE(run.Named("suite > afterAll").hook);
  EXPECT_EQ(run.totals.failed, 1u);
}

TEST(TestRunTest, HooksOfSuitesWithoutTestsToRunDoNotRun) {
  const Outcome run = RunSource(R"(
describe("skipped", () => {
  beforeAll(() => { throw new Error("ran"); });
  afterAll(() => { throw new Error("ran"); });
  test.skip("one", () => {});
});
)");
  EXPECT_THAT(run.Lines(), ElementsAre("skip skipped > one"));
}

TEST(TestRunTest, CleanUpsThatHooksReturn) {
  const Outcome run = RunSource(R"(
const order = [];
beforeEach(() => { order.push("set up"); return () => { order.push("torn down"); }; });
test("one", (t) => {
  t.onTestFinished(() => { order.push("finished"); });
  order.push("body");
});
test("two", () => console.log(order.join(",")));
)");
  EXPECT_EQ(run.Output("two"), "set up,body,torn down,finished,set up;");
}

TEST(TestRunTest, SkipTodoOnlyAndFails) {
  const Outcome run = RunSource(R"(
test("plain", () => {});
test.skip("skipped", () => { throw 1; });
test.todo("to come");
test("by option", { skip: "why not" }, () => {});
test.fails("fails as it should", () => { expect(1).toBe(2); });
test.fails("does not fail", () => {});
test("by context", (t) => { t.skip("later"); throw 1; });
test.skipIf(true)("skipped if", () => {});
test.runIf(true)("run if", () => {});
describe.skip("suite", () => { test("inside", () => {}); });
describe.todo("suite to come");
)");
  EXPECT_THAT(run.Lines(),
              ElementsAre("pass plain", "skip skipped", "todo to come", "skip by option",
                          "pass fails as it should", "fail does not fail", "skip by context",
                          "skip skipped if", "pass run if", "skip suite > inside"));
  EXPECT_EQ(run.Named("by option").message, "why not");
  EXPECT_EQ(run.Named("by context").message, "later");
  EXPECT_THAT(run.Named("does not fail").message, HasSubstr("expected to fail"));
  EXPECT_EQ(run.Named("does not fail").line, 8);
}

TEST(TestRunTest, OnlyOfTheInnermostDecides) {
  const Outcome run = RunSource(R"(
test("a", () => {});
describe.only("suite", () => {
  test("b", () => {});
  test("c", () => {});
});
describe("other", () => {
  test("d", () => {});
  test.only("e", () => {});
});
describe.only("narrower", () => {
  test("f", () => {});
  test.only("g", () => {});
});
)");
  EXPECT_THAT(run.Lines(),
              ElementsAre("skip a", "pass suite > b", "pass suite > c", "skip other > d",
                          "pass other > e", "skip narrower > f", "pass narrower > g"));
}

TEST(TestRunTest, Each) {
  const Outcome run = RunSource(R"js(
test.each([[1, 2, 3], [2, 2, 5]])("%d + %i = %s (%#)", (a, b, sum) => expect(a + b).toBe(sum));
test.each([{ name: "x", at: { y: 1 } }])("of $name at $at.y, $none", ({ name }) => expect(name).toBe("x"));
test.each`a | b
  ${1} | ${"one"}`("$a is $b", ({ a, b }) => expect([a, b]).toEqual([1, "one"]));
describe.each(["p", "q"])("suite %s", (letter) => { test("inside", () => expect(letter).toMatch(/p|q/)); });
test.for([[1, 2]])("whole %o", ([a, b]) => expect(b).toBe(a + 1));
test.skip.each([1])("left out %d", () => {});
test.each([["100%", 5]])("%s%% %d %d", () => {});
test.each([[{ a: 1 }, undefined]])("%j %j %q", () => {});
)js");
  EXPECT_THAT(
      run.Lines(),
      ElementsAre("pass 1 + 2 = 3 (0)", "fail 2 + 2 = 5 (1)", "pass of x at 1, $none",
                  "pass 1 is one", "pass suite p > inside", "pass suite q > inside", "pass whole 1",
                  "skip left out 1", "pass 100%% 5 %d", "pass {\"a\":1} undefined %q"));
}

TEST(TestRunTest, TimeoutsOfTestsAndHooks) {
  const Outcome run = RunSource(R"(
test("short", () => new Promise(() => {}), 10);
test("by option", { timeout: 10 }, () => new Promise(() => {}));
describe("suite", { timeout: 10 }, () => { test("inherits", () => new Promise(() => {})); });
test("in time", async () => {}, 1000);
describe("hooks", () => {
  beforeEach(() => new Promise(() => {}), 10);
  test("one", () => {});
});
)");
  EXPECT_THAT(run.Lines(), ElementsAre("fail short", "fail by option", "fail suite > inherits",
                                       "pass in time", "fail hooks > one"));
  EXPECT_THAT(run.Named("short").message, HasSubstr("took longer than 10 ms"));
  EXPECT_EQ(run.Named("short").line, 3);
  EXPECT_THAT(run.Named("hooks > one").message, HasSubstr("beforeEach took longer than 10 ms"));
  EXPECT_EQ(run.Named("hooks > one").line, 8);
}

TEST(TestRunTest, TheDefaultTimeoutIsAnOption) {
  const Outcome run = RunSource("test(\"one\", () => new Promise(() => {}));",
                                {.filter = "", .timeout_ms = 10, .bail = false});
  EXPECT_THAT(run.Lines(), ElementsAre("fail one"));
}

TEST(TestRunTest, TheFilterIsAPartOfTheNameOrAnExpression) {
  const std::string source = R"(
describe("kv", () => { test("get", () => {}); test("put", () => {}); });
test("other get", () => {});
)";
  EXPECT_THAT(RunSource(source, {.filter = "kv get", .timeout_ms = 5000, .bail = false}).Lines(),
              ElementsAre("pass kv > get", "skip kv > put", "skip other get"));
  EXPECT_THAT(RunSource(source, {.filter = "kv > put", .timeout_ms = 5000, .bail = false}).Lines(),
              ElementsAre("skip kv > get", "pass kv > put", "skip other get"));
  EXPECT_THAT(
      RunSource(source, {.filter = "/^(kv|OTHER) g/i", .timeout_ms = 5000, .bail = false}).Lines(),
      ElementsAre("pass kv > get", "skip kv > put", "pass other get"));
}

TEST(TestRunTest, BailSkipsTheRest) {
  const Outcome run = RunSource("test(\"a\", () => { throw 1; }); test(\"b\", () => {});",
                                {.filter = "", .timeout_ms = 5000, .bail = true});
  EXPECT_THAT(run.Lines(), ElementsAre("fail a", "skip b"));
  EXPECT_EQ(run.Named("a").message, "thrown: 1");
}

TEST(TestRunTest, WhatNobodyCatchesFailsTheTestThatRuns) {
  const Outcome run = RunSource(R"(
test("timer", async () => {
  setTimeout(() => { throw new Error("in a timer"); }, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
});
test("rejection", () => { Promise.reject(new Error("nobody waits")); });
test("handled", () => { Promise.reject(1).catch(() => {}); });
)");
  EXPECT_THAT(run.Lines(), ElementsAre("fail timer", "fail rejection", "pass handled"));
  EXPECT_EQ(run.Named("timer").message, "Error: in a timer");
  EXPECT_EQ(run.Named("timer").line, 4);
  EXPECT_EQ(run.Named("rejection").message, "Error: nobody waits");
}

TEST(TestRunTest, FunctionsWithADoneParameterSayWhenTheyAreOver) {
  const Outcome run = RunSource(R"(
import { onTestFinished } from "vitest";
test("waits", (done) => { setTimeout(() => { console.log("in time"); done(); }, 5); });
test("with the context", function (t, done) { setTimeout(done, 1); });
test("fails", (done) => { setTimeout(() => done(new Error("told")), 1); });
test("throws", (done) => { throw new Error("at once"); });
test("never", (done) => {}, 10);
beforeEach(done => setTimeout(done, 1));
test("no callback", ({ name }) => { onTestFinished(() => console.log("over")); console.log(name); });
)");
  EXPECT_THAT(run.Lines(), ElementsAre("pass waits", "pass with the context", "fail fails",
                                       "fail throws", "fail never", "pass no callback"));
  EXPECT_EQ(run.Output("waits"), "in time;");
  EXPECT_EQ(run.Output("no callback"), "no callback;over;");
  EXPECT_EQ(run.Named("fails").message, "Error: told");
}

TEST(TestRunTest, SoftExpectationsAndCounts) {
  const Outcome run = RunSource(R"(
test("soft", () => { expect.soft(1).toBe(2); console.log("went on"); expect.soft(3).toBe(4); });
test("too few", () => { expect.assertions(2); expect(1).toBe(1); });
test("none", () => { expect.hasAssertions(); });
)");
  EXPECT_EQ(run.Output("soft"), "went on;");
  EXPECT_THAT(run.Named("soft").message, HasSubstr("and then: expect(received).toBe(expected)"));
  EXPECT_EQ(run.Named("soft").line, 3);
  EXPECT_THAT(run.Named("too few").message,
              HasSubstr("Expected number of expectations: 2\nReceived: 1"));
  EXPECT_EQ(run.Named("too few").line, 4);
  EXPECT_EQ(run.totals.failed, 3u);
}

TEST(TestRunTest, RetriesAndTestsInTests) {
  const Outcome run = RunSource(R"(
let n = 0;
test("third time", { retry: 2 }, () => { if (++n < 3) throw new Error("again"); });
test("outer", async (t) => {
  await t.test("passes", () => {});
  await t.test("fails", () => { throw new Error("inside"); });
});
)");
  EXPECT_THAT(run.Lines(), ElementsAre("pass third time", "pass outer > passes",
                                       "fail outer > fails", "fail outer"));
}

TEST(TestRunTest, TestsInTestsNeedNotBeAwaited) {
  const Outcome run = RunSource(R"(
const order = [];
test("outer", (t) => {
  t.test("late", async (inner) => {
    await scheduler.wait(5);
    order.push("late");
    inner.test("inside", async () => { await scheduler.wait(1); order.push("inside"); });
  });
  t.test("next", async () => { order.push("next"); await null; expect(1).toBe(2); });
});
test("order", () => console.log(order.join()));
)");
  EXPECT_THAT(run.Lines(), ElementsAre("pass outer > late > inside", "pass outer > late",
                                       "fail outer > next", "fail outer", "pass order"));
  EXPECT_EQ(run.Output("order"), "late,inside,next;");
}

TEST(TestRunTest, TheContextsFunctionsCanBeTakenOutOfIt) {
  const Outcome run = RunSource(R"(
test("one", ({ onTestFinished, onTestFailed, annotate }) => {
  onTestFinished(() => console.log("finished"));
  onTestFailed(() => console.log("failed"));
  annotate("noted");
  throw new Error("x");
});
test("todo", ({ todo }) => { todo("some day"); throw new Error("x"); });
)");
  EXPECT_EQ(run.Output("one"), "noted;failed;finished;");
  EXPECT_THAT(run.Lines(), ElementsAre("fail one", "todo todo"));
}

TEST(TestRunTest, OutputThatIsTooLongOrOfAnEarlierAttemptIsTold) {
  const Outcome run = RunSource(R"(
test("long", () => { for (let i = 0; i < 1500; ++i) console.log(i); });
let n = 0;
test("again", { retry: 1 }, () => { console.log("attempt", ++n); expect(n).toBe(2); });
)");
  const auto& output = run.Named("long").output;
  ASSERT_EQ(output.size(), 1001u);
  EXPECT_EQ(output.back().text, "... 500 more lines");
  EXPECT_EQ(run.Output("again"), "attempt 1;attempt 2;");
}

TEST(TestRunTest, AClockThatBeforeAllHoldsIsHeldForItsSuite) {
  const Outcome run = RunSource(R"(
import { clock } from "sedge:test";
const year = () => new Date().getFullYear();
describe("suite", () => {
  beforeAll(() => clock.set("2030-01-02T00:00:00Z"));
  test("one", () => { expect(year()).toBe(2030); clock.set("2040-01-02T00:00:00Z"); });
  test("two", () => { expect(year()).toBe(2030); clock.reset(); });
  test("three", () => expect(year()).toBe(2030));
});
test("after", () => expect(year()).not.toBe(2030));
)");
  EXPECT_EQ(run.totals.passed, 4u);
}

TEST(TestRunTest, APatternOfAMockThatFailsFailsTheTest) {
  const Outcome run = RunSource(R"(
import { mock } from "sedge:test";
test("one", async () => {
  mock.fetch(() => { throw new Error("a wrong pattern"); });
  await fetch("http://example.com/").catch(() => {});
});
)");
  EXPECT_THAT(run.Named("one").message, HasSubstr("a wrong pattern"));
  EXPECT_EQ(run.totals.failed, 1u);
}

TEST(TestRunTest, ConsoleOutputBelongsToItsTest) {
  const Outcome run = RunSource(R"(
test("one", () => { console.log("a", 1); console.warn({ b: 2 }); });
test("two", () => {});
)");
  EXPECT_EQ(run.Output("one"), "a 1;{ b: 2 };");
  EXPECT_EQ(run.Named("one").output[1].level, "warn");
  EXPECT_EQ(run.Output("two"), "");
}

TEST(TestRunTest, ExpectationsThatNobodyWaitsForCount) {
  test::TestOptions options;
  options.timeout_ms = 300;
  const Outcome run = RunSource(R"(
const later = (value) => new Promise((resolve) => setTimeout(() => resolve(value), 20));
test("wrong", () => { expect(later(1)).resolves.toBe(2); });
test("right", () => { expect(later(1)).resolves.toBe(1); });
test("polls", () => { expect.poll(() => 1, { timeout: 60, interval: 10 }).toBe(2); });
test("never", () => { expect(new Promise(() => {})).resolves.toBe(1); });
test("generator", function* () { expect(1).toBe(2); });
test.each([[1]])("generator of %d", async function* () { expect(1).toBe(2); });
test("last", () => {});
)",
                                options);
  EXPECT_THAT(run.Lines(), ElementsAre("fail wrong", "pass right", "fail polls", "fail never",
                                       "fail generator", "fail generator of 1", "pass last"));
  EXPECT_THAT(run.Named("wrong").message, HasSubstr("Expected: 2\nReceived: 1"));
  EXPECT_THAT(run.Named("never").message, HasSubstr("Write await before expect()"));
  EXPECT_THAT(run.Named("generator").message, HasSubstr("is a generator function"));
}

TEST(TestRunTest, TimersEndWithTheirTest) {
  const Outcome run = RunSource(R"(
let outer = 0, inner = 0, atTheTop = 0;
const first = setInterval(() => ++atTheTop, 1);
const passes = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
describe("suite", () => {
  beforeAll(() => { setInterval(() => ++outer, 1); });
  test("begins some", async () => { setInterval(() => ++inner, 1); await passes(10); expect(inner).toBeGreaterThan(0); });
  test("has none", async () => {
    const before = [outer, inner];
    await passes(20);
    expect(outer).toBeGreaterThan(before[0]);
    expect(inner).toBe(before[1]);
  });
});
test("after the suite", async () => {
  const before = [outer, atTheTop];
  await passes(20);
  expect(outer).toBe(before[0]);
  expect(atTheTop).toBeGreaterThan(before[1]);
  clearInterval(first);
});
)");
  EXPECT_EQ(run.totals.passed, 3u);
}

TEST(TestRunTest, CausesAreTold) {
  const Outcome run = RunSource(R"(
test("one", () => { throw new Error("outer", { cause: new TypeError("inner") }); });
test("all", () => { throw new AggregateError([new Error("first")], "several"); });
test("hostile", () => { throw { get message() { throw 1; }, toString() { throw 2; } }; });
test("dom", () => { throw new DOMException("gone", "AbortError"); });
)");
  EXPECT_EQ(run.Named("one").message, "Error: outer\n  cause: TypeError: inner");
  EXPECT_EQ(run.Named("all").message, "AggregateError: several\n  errors[0]: Error: first");
  EXPECT_THAT(run.Named("hostile").message, HasSubstr("thrown: "));
  EXPECT_EQ(run.Named("dom").message, "AbortError: gone");
}

TEST(TestRunTest, RegisteringWrongly) {
  EXPECT_THAT(RunSource("test(1, () => {});", {}, false).error,
              HasSubstr("the name is not a string: 1"));
  EXPECT_THAT(RunSource("test(\"name\");", {}, false).error,
              HasSubstr("test(\"name\"): there is no function"));
  EXPECT_THAT(RunSource("describe(\"name\");", {}, false).error, HasSubstr("there is no function"));
  EXPECT_THAT(RunSource("beforeEach(1);", {}, false).error, HasSubstr("there is no function"));
  const Outcome late = RunSource("test(\"a\", () => { test(\"b\", () => {}); });");
  EXPECT_THAT(late.Named("a").message, HasSubstr("was called while tests run"));
}

TEST(TestRunTest, OtherRunnersModules) {
  const Outcome run = RunSource(R"(
import { test as vitestTest, vi, expect as vitestExpect } from "vitest";
import nodeTest, { mock, describe as nodeDescribe, before } from "node:test";
import { jest, xit } from "@jest/globals";
vitestTest("vitest", () => { vitestExpect(vi.fn()).not.toHaveBeenCalled(); });
nodeTest("node", (t) => { t.diagnostic("noted"); t.assert.strictEqual(1, 1); mock.fn(); });
nodeTest.describe("suite", () => { before(() => {}); nodeTest.it("inside", () => {}); });
xit("jest", () => { jest.fn(); });
)");
  EXPECT_EQ(run.error, "");
  EXPECT_THAT(run.Lines(),
              ElementsAre("pass vitest", "pass node", "pass suite > inside", "skip jest"));
  EXPECT_EQ(run.Output("node"), "noted;");
}

TEST(TestRunTest, AThousandTests) {
  const Outcome run = RunSource(
      "for (let i = 0; i < 1000; ++i) test(`number ${i}`, () => { expect(i).toBe(i); });");
  EXPECT_EQ(run.totals.passed, 1000u);
}

}  // namespace
}  // namespace sedge::worker
