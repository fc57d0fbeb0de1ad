// SPDX-License-Identifier: Apache-2.0
// Texts that reporters share: names and messages made safe for where they go. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace sedge::tools {

// One line for a terminal: control characters as escapes ("\n", "\x1b"), and what is no UTF-8 as
// U+FFFD.
std::string PlainLine(std::string_view text);
// The same for lines: line ends and tabs stay.
std::string PlainLines(std::string_view text);
// For XML 1.0, as a text or in a double-quoted attribute: what XML cannot hold becomes U+FFFD.
std::string XmlText(std::string_view text);
std::string XmlAttribute(std::string_view text);

// Every line with `indent` before it; empty lines stay empty. No line end is added.
std::string Indented(std::string_view text, std::string_view indent);
std::string_view FirstLine(std::string_view text);

// "34 ms", "1.23 s"
std::string Duration(double milliseconds);
// "1 test", "2 tests"
std::string Counted(size_t count, std::string_view noun);

}  // namespace sedge::tools
