// SPDX-License-Identifier: Apache-2.0
// JSON with comments: comments and trailing commas become spaces, nlohmann's parser reads the rest
// and its events build the tree.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

#include "runtime/worker/config.h"
#include "runtime/worker/config_node.h"

namespace sedge::worker {
namespace {

using nlohmann::json;

// Where the parser stands in the text; its iterators are copied, so they share this.
struct Cursor {
  const char* next = nullptr;
  int line = 1;  // of the last character read
  bool after_break = false;

  char Read() {
    if (after_break) ++line;
    const char c = *next++;
    after_break = c == '\n';
    return c;
  }
};

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  CountingIterator(const char* at, Cursor* cursor) : at_(at), cursor_(cursor) {}
  char operator*() const { return *at_; }
  CountingIterator& operator++() {
    cursor_->Read();
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Cursor* cursor_;
};

// Builds the tree from nlohmann's events. A method that returns false ends the parse.
class TreeBuilder {
 public:
  using number_integer_t = json::number_integer_t;
  using number_unsigned_t = json::number_unsigned_t;
  using number_float_t = json::number_float_t;
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  explicit TreeBuilder(const Cursor& cursor) : cursor_(cursor) {}

  ConfigNode& root() { return root_; }
  const std::string& why() const { return why_; }  // it is wrong; "" when nothing said so

  bool null() { return Add(Make(ConfigNode::Kind::kNull)); }
  bool boolean(bool value) {
    ConfigNode node = Make(ConfigNode::Kind::kBool);
    node.boolean = value;
    return Add(std::move(node));
  }
  bool number_integer(int64_t value) {
    ConfigNode node = Make(ConfigNode::Kind::kInteger);
    node.integer = value;
    node.number = static_cast<double>(value);
    return Add(std::move(node));
  }
  bool number_unsigned(uint64_t value) {
    if (value <= INT64_MAX) return number_integer(static_cast<int64_t>(value));
    return number_float(static_cast<double>(value), "");
  }
  bool number_float(double value, const std::string&) {
    if (!std::isfinite(value)) return Fail("the number is too large");
    ConfigNode node = Make(ConfigNode::Kind::kFloat);
    node.number = value;
    return Add(std::move(node));
  }
  bool string(std::string& value) {
    ConfigNode node = Make(ConfigNode::Kind::kString);
    node.text = std::move(value);
    return Add(std::move(node));
  }
  bool binary(binary_t&) { return false; }
  bool start_object(size_t) { return Open(ConfigNode::Kind::kObject); }
  bool start_array(size_t) { return Open(ConfigNode::Kind::kArray); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(std::string& name) {
    if (const ConfigNode* first = open_.back()->Find(name)) {
      return Fail("the key \"" + name + "\" is there twice; the first is on line " +
                  std::to_string(first->line));
    }
    open_.back()->members.push_back({std::move(name), cursor_.line, {}});
    return true;
  }

  bool parse_error(size_t, const std::string&, const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error while ..."
    std::string_view why = error.what();
    const size_t at = why.find("column ");
    const size_t colon = why.find(": ", at == std::string_view::npos ? 0 : at);
    if (colon != std::string_view::npos) why.remove_prefix(colon + 2);
    // "[json.exception.out_of_range.406] number overflow ..."
    if (why.starts_with('[')) why.remove_prefix(std::min(why.find(' ') + 1, why.size()));
    return Fail("this is not JSON: " + std::string(why));
  }

 private:
  ConfigNode Make(ConfigNode::Kind kind) const {
    ConfigNode node;
    node.kind = kind;
    node.line = cursor_.line;
    return node;
  }
  bool Fail(const std::string& why) {
    if (why_.empty()) why_ = why;
    return false;
  }
  ConfigNode* Place(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return &root_;
    }
    ConfigNode& parent = *open_.back();
    if (parent.is(ConfigNode::Kind::kArray)) return &parent.items.emplace_back(std::move(node));
    parent.members.back().value = std::move(node);
    return &parent.members.back().value;
  }
  bool Add(ConfigNode node) {
    Place(std::move(node));
    return true;
  }
  // Pointers in open_ stay good: a container grows only while it is the innermost one.
  bool Open(ConfigNode::Kind kind) {
    if (open_.size() == kMaxConfigDepth) {
      return Fail("more than " + std::to_string(kMaxConfigDepth) + " levels of nesting");
    }
    open_.push_back(Place(Make(kind)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  const Cursor& cursor_;
  ConfigNode root_;
  std::vector<ConfigNode*> open_;
  std::string why_;
};

// One pass over the text that knows strings, comments and the last comma.
class CommentStripper {
 public:
  CommentStripper(std::string_view text, const std::string& source) : out_(text), source_(source) {}

  Result<std::string> Run() {
    while (at_ < out_.size()) {
      const char c = out_[at_];
      if (c == '"') {
        comma_ = std::string::npos;
        SkipString();
      } else if (c == '/' && at_ + 1 < out_.size() && (Peek() == '/' || Peek() == '*')) {
        SEDGE_RETURN_IF_ERROR(Peek() == '/' ? BlankLine() : BlankBlock());
      } else {
        Step(c);
      }
    }
    return std::move(out_);
  }

 private:
  char Peek() const { return out_[at_ + 1]; }

  void Step(char c) {
    if (c == ',') {
      // Only a comma after a value can be trailing: "[,]" stays wrong.
      comma_ = after_value_ ? at_ : std::string::npos;
      after_value_ = false;
    } else if (c == ']' || c == '}') {
      if (comma_ != std::string::npos) out_[comma_] = ' ';
      comma_ = std::string::npos;
      after_value_ = true;
    } else if (c == '\n') {
      ++line_;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      comma_ = std::string::npos;
      after_value_ = c != '[' && c != '{' && c != ':';
    }
    ++at_;
  }
  void SkipString() {
    for (++at_; at_ < out_.size() && out_[at_] != '"' && out_[at_] != '\n'; ++at_) {
      if (out_[at_] == '\\' && at_ + 1 < out_.size() && Peek() != '\n') ++at_;
    }
    if (at_ < out_.size() && out_[at_] == '"') ++at_;
    after_value_ = true;
  }
  Status BlankLine() {
    while (at_ < out_.size() && out_[at_] != '\n') out_[at_++] = ' ';
    return {};
  }
  Status BlankBlock() {
    const int first_line = line_;
    const size_t end = out_.find("*/", at_ + 2);
    if (end == std::string::npos) {
      return ConfigError(source_, first_line, "the comment that begins with /* has no */");
    }
    for (; at_ < end + 2; ++at_) {
      if (out_[at_] == '\n') {
        ++line_;
      } else {
        out_[at_] = ' ';
      }
    }
    return {};
  }

  std::string out_;
  const std::string& source_;
  size_t at_ = 0;
  size_t comma_ = std::string::npos;  // a comma with nothing but space and comments after it
  bool after_value_ = false;
  int line_ = 1;
};

}  // namespace

Result<std::string> StripJsonComments(std::string_view text, const std::string& source) {
  return CommentStripper(text, source).Run();
}

Result<ConfigNode> ParseJsonc(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  SEDGE_ASSIGN_OR_RETURN(const std::string plain, StripJsonComments(text, source));
  Cursor cursor;
  cursor.next = plain.data();
  TreeBuilder builder(cursor);
  const char* end = plain.data() + plain.size();
  const bool parsed = json::sax_parse(CountingIterator(plain.data(), &cursor),
                                      CountingIterator(end, &cursor), &builder);
  if (!parsed) {
    if (builder.why().empty()) return ConfigError(source, 0, "this is not JSON");
    const auto read = static_cast<size_t>(cursor.next - plain.data());
    return ConfigSyntaxError(source, text, cursor.line, ColumnOf(text, read == 0 ? 0 : read - 1),
                             builder.why());
  }
  if (!builder.root().is(ConfigNode::Kind::kObject)) {
    return ConfigError(source, builder.root().line,
                       "the file holds " + std::string(builder.root().KindName()) +
                           "; an object, { ... }, is allowed");
  }
  return std::move(builder.root());
}

}  // namespace sedge::worker
