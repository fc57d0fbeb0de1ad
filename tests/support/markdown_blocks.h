// SPDX-License-Identifier: Apache-2.0
// The fenced blocks of a Markdown page, for tests of what it shows. Values; any thread.
#pragma once

#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace sedge {

// One line of a console block that begins with "$ ", with the lines it goes on in and what it is
// said to print.
struct MarkdownCommand {
  std::string text;
  std::string output;
};

struct MarkdownBlock {
  std::string language;  // "" where the fence names none
  std::string note;      // of the comment <!-- NOTE --> in the line before
  std::string text;
  size_t line = 0;      // of the fence, from 1
  std::string heading;  // the last "## HEADING" above it

  // The file that it shows, named in a comment in its first line; "" when it is none.
  std::string FileName() const {
    if (note.starts_with("file: ")) return note.substr(6);
    static const std::regex kName("^(?://|#) ([A-Za-z0-9_./-]*\\.[a-z]+)\n");
    std::smatch match;
    if (language == "console" || !std::regex_search(text, match, kName)) return "";
    return match[1];
  }

  std::vector<MarkdownCommand> Commands() const {
    std::vector<MarkdownCommand> commands;
    bool goes_on = false;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      if (goes_on) {
        commands.back().text += "\n" + line;
      } else if (line.starts_with("$ ")) {
        commands.push_back({line.substr(2), ""});
      } else if (!commands.empty()) {
        commands.back().output += line + "\n";
        continue;
      }
      goes_on = line.ends_with('\\');
    }
    return commands;
  }
};

inline void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

inline std::vector<MarkdownBlock> ReadMarkdownBlocks(const std::string& path) {
  static const std::regex kNote("^<!-- (.*) -->$");
  std::vector<MarkdownBlock> blocks;
  std::ifstream file(path);
  std::string line, note, heading;
  bool inside = false;
  for (size_t number = 1; std::getline(file, line); ++number) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) blocks.push_back({line.substr(3), note, "", number, heading});
      note.clear();
    } else if (inside) {
      blocks.back().text += line + "\n";
    } else {
      std::smatch match;
      note = std::regex_match(line, match, kNote) ? match[1].str() : "";
      if (line.starts_with("## ")) heading = line.substr(3);
    }
  }
  return blocks;
}

}  // namespace sedge
