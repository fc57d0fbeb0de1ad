// SPDX-License-Identifier: Apache-2.0
// UrlRecord: a parsed URL (https://url.spec.whatwg.org/#url-representation), held as its
// serialisation and seven offsets into it; components are views of that text. A value; not tied to
// a thread. Views live as long as the record is unchanged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/status.h"
#include "runtime/web/url/url_scheme.h"

namespace sedge::web {

// A longer input is no URL; percent-encoding triples it at most, so offsets stay below 2^32.
inline constexpr size_t kMaxUrlBytes = 256u << 20;

//   https://user:pass@example.com:1234/foo/bar?baz#quux
//        |      |     |          |    |       |   |
//        |      |     |          |    |       |   fragment_start (the '#'; href's end without one)
//        |      |     |          |    |       query_start (the '?'; fragment_start without one)
//        |      |     |          |    path_start
//        |      |     |          host_end (a port follows when path_start is greater)
//        |      |     host_start (behind the '@', if there is one)
//        |      username_end
//        scheme_end (the ':')
// Without a host, username_end, host_start and host_end are scheme_end + 1, and a path that starts
// with "//" is preceded by "/.", which belongs to no component.
struct UrlOffsets {
  uint32_t scheme_end = 0;
  uint32_t username_end = 0;
  uint32_t host_start = 0;
  uint32_t host_end = 0;
  uint32_t path_start = 0;
  uint32_t query_start = 0;
  uint32_t fragment_start = 0;
};

class UrlRecord {
 public:
  // From parts that href() and offsets() of some record gave; nullopt when they cannot be.
  static std::optional<UrlRecord> FromParts(std::string href, const UrlOffsets& offsets);

  const std::string& href() const { return href_; }
  const UrlOffsets& offsets() const { return o_; }

  SchemeType scheme_type() const { return type_; }
  bool is_special() const { return IsSpecial(type_); }
  bool has_host() const { return o_.host_start > o_.scheme_end + 1; }
  bool has_credentials() const { return o_.host_start > o_.username_end; }
  bool has_opaque_path() const;
  bool has_query() const { return o_.query_start < o_.fragment_start; }
  bool has_fragment() const { return o_.fragment_start < href_.size(); }

  std::string_view scheme() const { return Slice(0, o_.scheme_end); }  // without the colon
  std::string_view username() const;
  std::string_view password() const;
  std::string_view hostname() const { return Slice(o_.host_start, o_.host_end); }
  std::string_view host() const;  // with the port, if it is not the default one
  std::string_view port_text() const;
  // The port to connect to: the explicit or the scheme's default one; 0 when there is none.
  uint16_t effective_port() const;
  std::string_view pathname() const { return Slice(o_.path_start, o_.query_start); }
  std::string_view path_and_query() const { return Slice(o_.path_start, o_.fragment_start); }
  std::string_view query() const;     // without '?'; empty also when there is none
  std::string_view fragment() const;  // without '#'
  std::string_view href_without_fragment() const { return Slice(0, o_.fragment_start); }
  // The serialised origin; "null" for an opaque one.
  std::string origin() const;

  // The setters of the URL class (https://url.spec.whatwg.org/#api). A value that the standard
  // ignores changes nothing.
  void SetProtocol(std::string_view value);
  void SetUsername(std::string_view value);
  void SetPassword(std::string_view value);
  void SetHost(std::string_view value);
  void SetHostname(std::string_view value);
  void SetPort(std::string_view value);
  void SetPathname(std::string_view value);
  void SetSearch(std::string_view value);
  void SetHash(std::string_view value);

 private:
  friend class UrlParser;
  friend class UrlEditor;
  std::string_view Slice(uint32_t start, uint32_t end) const {
    return std::string_view(href_).substr(start, end - start);
  }

  std::string href_;
  UrlOffsets o_;
  SchemeType type_ = SchemeType::kOther;
};

// The basic URL parser. `input` and everything that setters take is UTF-8. Null `base`: none.
std::optional<UrlRecord> TryParseUrl(std::string_view input, const UrlRecord* base = nullptr);
// The same with an error that names the input.
Result<UrlRecord> ParseUrl(std::string_view input, const UrlRecord* base = nullptr);

}  // namespace sedge::web
