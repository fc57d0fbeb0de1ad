// SPDX-License-Identifier: Apache-2.0
#include "runtime/script/op.h"

#include "tests/script/script_env.h"

namespace sedge::script {
namespace {

using OpTest = ScriptTest;

TEST_F(OpTest, PlainTypesCrossBothWays) {
  EXPECT_EQ(Eval("ops.not(true)"), "false");
  EXPECT_EQ(Eval("ops.add(1, 2.5)"), "3.5");
  EXPECT_EQ(Eval("ops.shout('h\\u00e9\\u{1F600}')"), "h\xC3\xA9\xF0\x9F\x98\x80!");
  EXPECT_EQ(Eval("ops.shout('a\\ud800b')"), "a\xEF\xBF\xBD" "b!");
  EXPECT_EQ(Eval("ops.shout('x'.repeat(2000)).length"), "2001");
  EXPECT_EQ(Eval("ops.latin1('\\xff').charCodeAt(0)"), "255");
  EXPECT_EQ(Eval("ops.maybe(null) === null && ops.maybe('a')"), "a");
  EXPECT_EQ(Eval("ops.twice('a').join()"), "a,a");
}

TEST_F(OpTest, BuffersAreSeenInPlace) {
  EXPECT_EQ(Eval("ops.sumBytes(new Uint8Array([1, 2, 3]))"), "6");
  EXPECT_EQ(Eval("ops.sumBytes(new Uint8Array([1, 2, 3]).subarray(1))"), "5");
  EXPECT_EQ(Eval("ops.sumBytes(new Uint8Array([1, 2, 3]).buffer)"), "6");
  EXPECT_EQ(Eval("ops.makeBytes().join()"), "1,2,3");
}

TEST_F(OpTest, WrongArgumentsThrowAndNameTheArgument) {
  EXPECT_EQ(Eval("ops.add(1, 'x')"), "throws: TypeError: op argument 1 is not a number");
  EXPECT_EQ(Eval("ops.latin1('\\u0100')"),
            "throws: TypeError: op argument 0 is not a string of bytes");
  EXPECT_EQ(Eval("ops.sumBytes({})"), "throws: TypeError: op argument 0 is not a buffer");
}

TEST_F(OpTest, AFailureIsThrownAsTheErrorOfItsCode) {
  EXPECT_EQ(Eval("ops.divide(1, 0)"), "throws: RangeError: division by zero");
}

TEST_F(OpTest, ServicesAreFoundByType) {
  EXPECT_EQ(Eval("ops.count(); ops.count()"), "2");
  EXPECT_EQ(service_.calls, 2);
}

TEST_F(OpTest, ADeferredSettlesThePromise) {
  EXPECT_EQ(Eval("ops.later(false).then(v => globalThis.got = v); 1"), "1");
  LastDeferred().Resolve(std::string("done"));
  EXPECT_EQ(Eval("got"), "done");
  LastDeferred().Resolve(std::string("again"));  // the first settlement counts
  EXPECT_EQ(Eval("got"), "done");
}

TEST_F(OpTest, ADeferredRejects) {
  Eval("ops.later(false).catch(e => globalThis.got = e.name + e.message)");
  LastDeferred().Reject(OutOfRange("too much"));
  EXPECT_EQ(Eval("got"), "RangeErrortoo much");
}

TEST_F(OpTest, AnOpThatFailsAtOnceThrows) {
  EXPECT_EQ(Eval("ops.later(true)"), "throws: TypeError: not now");
}

TEST_F(OpTest, ADeferredMayOutliveItsIsolate) {
  Eval("ops.later(false)");
  Deferred deferred = LastDeferred();
  isolate_.reset();
  deferred.Resolve(1.0);
  deferred.Reject(Internal("x"));
  EXPECT_EQ(deferred.isolate(), nullptr);
}

}  // namespace
}  // namespace sedge::script
