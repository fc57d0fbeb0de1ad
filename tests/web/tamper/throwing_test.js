// SPDX-License-Identifier: Apache-2.0
import { test } from "sedge:test";
import { expectSame } from "./expect_same.js";
import { throwing } from "./vandals.js";

test("methods that throw do not change the platform", () => expectSame(throwing), 60_000);
