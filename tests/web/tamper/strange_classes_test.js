// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { strangeClasses } from "./vandals.js";

test("classes that answer instanceof do not change the platform", () => expectSame(strangeClasses), 60_000);
