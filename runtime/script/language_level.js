// SPDX-License-Identifier: Apache-2.0
// One language level on every V8: defines the standard methods and classes that scripts use and an older V8
// lacks. Each file follows the text of ECMA-262 or of a finished proposal, and adds only what is missing,
// when installMissing() runs at the start of an isolate. The syntax stays V8's own.
// script/language_dispose is evaluated late, by html/globals.
"use strict";

require("script/language_symbol");
require("script/language_array");
require("script/language_iterator");
require("script/language_set");
require("script/language_group");
require("script/language_promise");
require("script/language_text");
require("script/language_math");
require("script/language_bytes");
