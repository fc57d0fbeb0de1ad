// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { lying } from "./vandals.js";

test("methods that lie do not change the platform", () => expectSame(lying), 60_000);
