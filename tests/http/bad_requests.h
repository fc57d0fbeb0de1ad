// SPDX-License-Identifier: Apache-2.0
// Requests that must be refused, as bytes: what two readers of one connection could take for
// different messages (RFC 9112 sections 2.2, 5, 6, 7 and 11.2), and what else is malformed. For
// tests at every level: the parser, a server on a socket, the real binary. Constants alone.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace sedge::http {

struct BadRequest {
  std::string_view name;
  std::string_view bytes;
  int status = 400;
  // The head is in order: a handler may hear of the request before its body is refused.
  bool in_body = false;
};

inline void PrintTo(const BadRequest& request, std::ostream* out) { *out << request.name; }

// What a smuggler hides behind the refused request. Nobody may answer it.
inline constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

// The beginnings of the bytes below; literals are joined by the compiler, NULs and all.
#define SEDGE_GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define SEDGE_POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define SEDGE_CHUNKED SEDGE_POST "Transfer-Encoding: chunked\r\n\r\n"
#define SEDGE_BYTES(text) std::string_view(text, sizeof(text) - 1)

inline constexpr BadRequest kBadRequests[] = {
    // Two Content-Lengths, and those that are no number.
    {"length twice, the same",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")},
    {"length twice, different",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello")},
    {"length twice, in other case",
     SEDGE_BYTES(SEDGE_POST "content-length: 0\r\nCONTENT-LENGTH: 5\r\n\r\nhello")},
    {"length twice, apart",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 5\r\nX: y\r\nContent-Length: 5\r\n\r\nhello")},
    {"length list, the same", SEDGE_BYTES(SEDGE_POST "Content-Length: 5, 5\r\n\r\nhello")},
    {"length list, different", SEDGE_BYTES(SEDGE_POST "Content-Length: 5,6\r\n\r\nhello")},
    {"length plus", SEDGE_BYTES(SEDGE_POST "Content-Length: +5\r\n\r\nhello")},
    {"length minus", SEDGE_BYTES(SEDGE_POST "Content-Length: -5\r\n\r\nhello")},
    {"length hex", SEDGE_BYTES(SEDGE_POST "Content-Length: 0x5\r\n\r\nhello")},
    {"length exponent", SEDGE_BYTES(SEDGE_POST "Content-Length: 5e0\r\n\r\nhello")},
    {"length fraction", SEDGE_BYTES(SEDGE_POST "Content-Length: 5.0\r\n\r\nhello")},
    {"length underscore", SEDGE_BYTES(SEDGE_POST "Content-Length: 1_0\r\n\r\nhellohello")},
    {"length with a space inside", SEDGE_BYTES(SEDGE_POST "Content-Length: 5 5\r\n\r\nhello")},
    {"length with a tab inside", SEDGE_BYTES(SEDGE_POST "Content-Length: 5\t5\r\n\r\nhello")},
    {"length with junk", SEDGE_BYTES(SEDGE_POST "Content-Length: 5a\r\n\r\nhello")},
    {"length in quotes", SEDGE_BYTES(SEDGE_POST "Content-Length: \"5\"\r\n\r\nhello")},
    {"length empty", SEDGE_BYTES(SEDGE_POST "Content-Length:\r\n\r\nhello")},
    {"length blank", SEDGE_BYTES(SEDGE_POST "Content-Length: \t \r\n\r\nhello")},
    {"length in wide digits", SEDGE_BYTES(SEDGE_POST "Content-Length: \xef\xbc\x95\r\n\r\nhello")},
    {"length of 2^64", SEDGE_BYTES(SEDGE_POST "Content-Length: 18446744073709551616\r\n\r\nhello")},
    {"length of 2^64 + 5",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 18446744073709551621\r\n\r\nhello")},
    {"length of 2^64 - 1, past the limit",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 18446744073709551615\r\n\r\nhello"), 413},
    {"length without a value's colon", SEDGE_BYTES(SEDGE_POST "Content-Length 5\r\n\r\nhello")},

    // A length and a transfer coding.
    {"length, then coding",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"coding, then length",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")},
    {"length of 0 and coding",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"length and unknown coding",
     SEDGE_BYTES(SEDGE_POST "Content-Length: 5\r\nTransfer-Encoding: x\r\n\r\nhello")},

    // Transfer codings that are not one "chunked".
    {"coding twice in one field",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")},
    {"coding twice in two fields",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "0\r\n\r\n")},
    {"coding and identity in two fields",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "0\r\n\r\n")},
    {"coding before chunked",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")},
    {"coding after chunked",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n")},
    {"coding without chunked", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: gzip\r\n\r\n")},
    {"coding identity", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: identity\r\n\r\n")},
    {"coding unknown, longer", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: xchunked\r\n\r\n")},
    {"coding unknown, shorter", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunke\r\n\r\n")},
    {"coding with a suffix", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked-x\r\n\r\n")},
    {"coding in quotes", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: \"chunked\"\r\n\r\n")},
    {"coding with a parameter",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n")},
    {"coding empty", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding:\r\n\r\n")},
    {"coding with an empty element",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n")},
    {"coding with an empty last element",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n")},
    {"coding behind a vertical tab",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n")},
    {"coding behind a form feed",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: \fchunked\r\n\r\n0\r\n\r\n")},
    {"coding behind a no-break space", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: \xa0"
                                                              "chunked\r\n\r\n0\r\n\r\n")},
    {"coding with a Kelvin sign for k", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chun\xe2\x84\xaa"
                                                               "ed\r\n\r\n0\r\n\r\n")},
    {"coding split over lines",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")},
    {"coding in HTTP/1.0",
     SEDGE_BYTES("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"coding and keep-alive in HTTP/1.0",
     SEDGE_BYTES("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n"
                 "\r\n0\r\n\r\n")},
    {"coding and length in HTTP/1.0",
     SEDGE_BYTES("POST / HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "0\r\n\r\n")},

    // White space around names, and folded lines.
    {"space before a colon", SEDGE_BYTES(SEDGE_GET "X : a\r\n\r\n")},
    {"tab before a colon", SEDGE_BYTES(SEDGE_GET "X\t: a\r\n\r\n")},
    {"space before the length's colon", SEDGE_BYTES(SEDGE_POST "Content-Length : 5\r\n\r\nhello")},
    {"space before the coding's colon",
     SEDGE_BYTES(SEDGE_POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")},
    {"space before the host's colon", SEDGE_BYTES("GET / HTTP/1.1\r\nHost : a\r\n\r\n")},
    {"space before the first name", SEDGE_BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n")},
    {"tab before the first name", SEDGE_BYTES("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n")},
    {"space in a name", SEDGE_BYTES(SEDGE_GET "X Y: a\r\n\r\n")},
    {"folded with a space", SEDGE_BYTES(SEDGE_GET "X: a\r\n b\r\n\r\n")},
    {"folded with a tab", SEDGE_BYTES(SEDGE_GET "X: a\r\n\tb\r\n\r\n")},
    {"folded coding",
     SEDGE_BYTES(SEDGE_GET "X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},
    {"folded into nothing", SEDGE_BYTES(SEDGE_GET "X: a\r\n \r\n\r\n")},
    {"line without a colon", SEDGE_BYTES(SEDGE_GET "nonsense\r\n\r\n")},
    {"name empty", SEDGE_BYTES(SEDGE_GET ": a\r\n\r\n")},
    {"name with a separator", SEDGE_BYTES(SEDGE_GET "X(: a\r\n\r\n")},
    {"name with a byte above ASCII", SEDGE_BYTES(SEDGE_GET "X\xe9: a\r\n\r\n")},

    // Line ends that are not CRLF.
    {"LF after the request line", SEDGE_BYTES("GET / HTTP/1.1\nHost: a\r\n\r\n")},
    {"LF after a field", SEDGE_BYTES(SEDGE_GET "X: a\nY: b\r\n\r\n")},
    {"LF as the empty line", SEDGE_BYTES(SEDGE_GET "\n")},
    {"LF alone throughout", SEDGE_BYTES("GET / HTTP/1.1\nHost: a\n\n")},
    {"LF before the request line", SEDGE_BYTES("\n" SEDGE_GET "\r\n")},
    {"LF within a value", SEDGE_BYTES(SEDGE_GET "X: a\nb\r\n\r\n")},
    {"LF within a name", SEDGE_BYTES(SEDGE_GET "X\nY: b\r\n\r\n")},
    {"LF within the target", SEDGE_BYTES("GET /\n HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"CR after the request line", SEDGE_BYTES("GET / HTTP/1.1\rHost: a\r\n\r\n")},
    {"CR after a field", SEDGE_BYTES(SEDGE_GET "X: a\rY: b\r\n\r\n")},
    {"CR alone as the empty line", SEDGE_BYTES(SEDGE_GET "\rX")},
    {"CR CR LF", SEDGE_BYTES(SEDGE_GET "X: a\r\r\n\r\n")},
    {"CR CR LF as the empty line", SEDGE_BYTES(SEDGE_GET "\r\r\n")},
    {"CR within a value", SEDGE_BYTES(SEDGE_GET "X: a\rb\r\n\r\n")},
    {"CR within a name", SEDGE_BYTES(SEDGE_GET "X\rY: b\r\n\r\n")},
    {"CR within the target", SEDGE_BYTES("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"CR before the request line", SEDGE_BYTES("\r" SEDGE_GET "\r\n")},
    {"CR at a value's end, hiding a coding",
     SEDGE_BYTES(SEDGE_POST "X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")},

    // NUL and other controls.
    {"NUL in a value", SEDGE_BYTES(SEDGE_GET "X: a\0b\r\n\r\n")},
    {"NUL in a name", SEDGE_BYTES(SEDGE_GET "X\0Y: b\r\n\r\n")},
    {"NUL in the method", SEDGE_BYTES("G\0T / HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"NUL in the target", SEDGE_BYTES("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"NUL in the host", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n")},
    {"NUL in the length", SEDGE_BYTES(SEDGE_POST "Content-Length: 5\0\r\n\r\nhello")},
    {"NUL in the coding", SEDGE_BYTES(SEDGE_POST "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n")},
    {"NUL before the request line", SEDGE_BYTES("\0" SEDGE_GET "\r\n")},
    {"NUL as the empty line", SEDGE_BYTES(SEDGE_GET "\0\r\n\r\n")},
    {"control in a value", SEDGE_BYTES(SEDGE_GET "X: a\x01z\r\n\r\n")},
    {"DEL in a value", SEDGE_BYTES(SEDGE_GET "X: a\x7fz\r\n\r\n")},
    {"another protocol", SEDGE_BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n")},

    // Chunks: sizes with junk or overflow, borders that are not CRLF, trailers.
    {"chunk size empty", SEDGE_BYTES(SEDGE_CHUNKED "\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size not hex", SEDGE_BYTES(SEDGE_CHUNKED "g\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size minus", SEDGE_BYTES(SEDGE_CHUNKED "-5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size plus", SEDGE_BYTES(SEDGE_CHUNKED "+5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size 0x", SEDGE_BYTES(SEDGE_CHUNKED "0x5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size with junk", SEDGE_BYTES(SEDGE_CHUNKED "5x\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size list", SEDGE_BYTES(SEDGE_CHUNKED "5,5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size underscore", SEDGE_BYTES(SEDGE_CHUNKED "0_5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size after a space", SEDGE_BYTES(SEDGE_CHUNKED " 5\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size before a space", SEDGE_BYTES(SEDGE_CHUNKED "5 \r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size before a tab", SEDGE_BYTES(SEDGE_CHUNKED "5\t\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size of 17 digits",
     SEDGE_BYTES(SEDGE_CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"chunk size of 17 zeros", SEDGE_BYTES(SEDGE_CHUNKED "00000000000000000\r\n\r\n"), 400, true},
    {"chunk size past the limit",
     SEDGE_BYTES(SEDGE_CHUNKED "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"), 413, true},
    {"chunk sizes whose sum overflows",
     SEDGE_BYTES(SEDGE_CHUNKED "1\r\nx\r\nffffffffffffffff\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"NUL behind a chunk size", SEDGE_BYTES(SEDGE_CHUNKED "5\0\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"LF behind a chunk size", SEDGE_BYTES(SEDGE_CHUNKED "5\nhello\r\n0\r\n\r\n"), 400, true},
    {"CR behind a chunk size", SEDGE_BYTES(SEDGE_CHUNKED "5\rhello\r\n0\r\n\r\n"), 400, true},
    {"LF behind a chunk", SEDGE_BYTES(SEDGE_CHUNKED "5\r\nhello\n0\r\n\r\n"), 400, true},
    {"CR behind a chunk", SEDGE_BYTES(SEDGE_CHUNKED "5\r\nhello\rX0\r\n\r\n"), 400, true},
    {"nothing behind a chunk", SEDGE_BYTES(SEDGE_CHUNKED "5\r\nhello0\r\n\r\n"), 400, true},
    {"chunk longer than its size", SEDGE_BYTES(SEDGE_CHUNKED "5\r\nhello!\r\n0\r\n\r\n"), 400,
     true},
    {"LF behind the last chunk", SEDGE_BYTES(SEDGE_CHUNKED "0\n\r\n"), 400, true},
    {"LF as the end of the trailers", SEDGE_BYTES(SEDGE_CHUNKED "0\r\n\n"), 400, true},
    {"extension without a name", SEDGE_BYTES(SEDGE_CHUNKED "5;\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"extension without a value", SEDGE_BYTES(SEDGE_CHUNKED "5;a=\r\nhello\r\n0\r\n\r\n"), 400,
     true},
    {"extension with an open quote", SEDGE_BYTES(SEDGE_CHUNKED "5;a=\"\r\nhello\r\n0\r\n\r\n"), 400,
     true},
    {"extension with a space", SEDGE_BYTES(SEDGE_CHUNKED "5;a b\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"extension with a bare CR", SEDGE_BYTES(SEDGE_CHUNKED "5;a\rb\r\nhello\r\n0\r\n\r\n"), 400,
     true},
    {"extension ended by LF", SEDGE_BYTES(SEDGE_CHUNKED "5;a\nhello\r\n0\r\n\r\n"), 400, true},
    {"extension with a control in quotes",
     SEDGE_BYTES(SEDGE_CHUNKED "5;a=\"\x01\"\r\nhello\r\n0\r\n\r\n"), 400, true},
    {"trailer without a colon", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nnonsense\r\n\r\n"), 400, true},
    {"trailer with a space before the colon", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nX : y\r\n\r\n"), 400,
     true},
    {"trailer folded", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nX: y\r\n z\r\n\r\n"), 400, true},
    {"trailer that begins folded", SEDGE_BYTES(SEDGE_CHUNKED "0\r\n X: y\r\n\r\n"), 400, true},
    {"trailer ended by LF", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nX: y\n\r\n"), 400, true},
    {"trailer with a bare CR", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nX: y\rz\r\n\r\n"), 400, true},
    {"trailer with a NUL", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nX: y\0z\r\n\r\n"), 400, true},
    {"trailer that is a request", SEDGE_BYTES(SEDGE_CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n"), 400,
     true},

    // Request lines and targets.
    {"line without a version", SEDGE_BYTES("GET /\r\nHost: a\r\n\r\n")},
    {"line of a method alone", SEDGE_BYTES("GET\r\nHost: a\r\n\r\n")},
    {"line with two spaces before the target", SEDGE_BYTES("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"line with two spaces before the version", SEDGE_BYTES("GET /  HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"line with a space in the target", SEDGE_BYTES("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"line with a space at its end", SEDGE_BYTES("GET / HTTP/1.1 \r\nHost: a\r\n\r\n")},
    {"line with a space before it", SEDGE_BYTES(" GET / HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"line with tabs", SEDGE_BYTES("GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n")},
    {"line with a vertical tab", SEDGE_BYTES("GET\v/ HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"version in lower case", SEDGE_BYTES("GET / http/1.1\r\nHost: a\r\n\r\n")},
    {"version without a dot", SEDGE_BYTES("GET / HTTP/11\r\nHost: a\r\n\r\n")},
    {"version with two digits", SEDGE_BYTES("GET / HTTP/1.10\r\nHost: a\r\n\r\n")},
    {"version of another protocol", SEDGE_BYTES("GET / ICE/1.0\r\nHost: a\r\n\r\n")},
    {"version 1.2", SEDGE_BYTES("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505},
    {"version 0.9", SEDGE_BYTES("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505},
    {"version 2.0", SEDGE_BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
    {"method no token", SEDGE_BYTES("G(T / HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"method unknown", SEDGE_BYTES("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501},
    {"method in lower case", SEDGE_BYTES("get / HTTP/1.1\r\nHost: a\r\n\r\n"), 501},
    {"authority-form", SEDGE_BYTES("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"), 501},
    {"authority-form of another method", SEDGE_BYTES("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"asterisk of another method", SEDGE_BYTES("GET * HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"asterisk and more", SEDGE_BYTES("OPTIONS *x HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"target with a fragment", SEDGE_BYTES("GET /#f HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"target without a slash", SEDGE_BYTES("GET a/b HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"absolute-form without a host", SEDGE_BYTES("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"absolute-form with a user", SEDGE_BYTES("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"absolute-form of another scheme", SEDGE_BYTES("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"absolute-form with a bad port",
     SEDGE_BYTES("GET http://a:65536/ HTTP/1.1\r\nHost: a\r\n\r\n")},
    {"absolute-form without a Host header", SEDGE_BYTES("GET http://a/ HTTP/1.1\r\n\r\n")},
    {"absolute-form with a bad Host header",
     SEDGE_BYTES("GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n")},
    {"empty lines without end", SEDGE_BYTES("\r\n\r\n\r\n\r\n\r\n" SEDGE_GET "\r\n")},

    // Host.
    {"host missing", SEDGE_BYTES("GET / HTTP/1.1\r\nX: y\r\n\r\n")},
    {"host missing, and no fields", SEDGE_BYTES("GET / HTTP/1.1\r\n\r\n")},
    {"host twice, the same", SEDGE_BYTES(SEDGE_GET "Host: a\r\n\r\n")},
    {"host twice, different", SEDGE_BYTES(SEDGE_GET "host: b\r\n\r\n")},
    {"host twice in HTTP/1.0", SEDGE_BYTES("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n")},
    {"host empty", SEDGE_BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n")},
    {"host with a space", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")},
    {"host list", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a, b c\r\n\r\n")},
    {"host with a path", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n")},
    {"host with a query", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a?b\r\n\r\n")},
    {"host with a fragment", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a#b\r\n\r\n")},
    {"host with a backslash", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n")},
    {"host with a user", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n")},
    {"host that is a URL", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: http://a\r\n\r\n")},
    {"host with two ports", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n")},
    {"host with a port that is no number", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a:x\r\n\r\n")},
    {"host with a port that is too high", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n")},
    {"host of a port alone", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: :80\r\n\r\n")},
    {"host with a half escape", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: a%4\r\n\r\n")},
    {"host with an open bracket", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n")},
    {"host with empty brackets", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: []\r\n\r\n")},
    {"host with junk behind brackets", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n")},
    {"host with an address that is none", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: [1:2:3]\r\n\r\n")},
    {"host with an IPv4 address in brackets",
     SEDGE_BYTES("GET / HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n")},
    {"host above ASCII", SEDGE_BYTES("GET / HTTP/1.1\r\nHost: \xc3\xbc.de\r\n\r\n")},

    {"expectation unknown", SEDGE_BYTES(SEDGE_GET "Expect: 200-ok\r\n\r\n"), 417},
    {"expectation known and unknown",
     SEDGE_BYTES(SEDGE_POST "Expect: 100-continue, x\r\nContent-Length: 5\r\n\r\nhello"), 417},
};

#undef SEDGE_GET
#undef SEDGE_POST
#undef SEDGE_CHUNKED
#undef SEDGE_BYTES

}  // namespace sedge::http
