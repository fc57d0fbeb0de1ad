// SPDX-License-Identifier: Apache-2.0
// An origin whose bodies are compressed, for the tests of content codings.
#pragma once

#include <string>
#include <utility>

#include "tests/e2e/harness/local_server.h"
#include "tests/e2e/harness/worker.h"
#include "tests/web/compression/codec_util.h"

namespace sedge::e2e {

using web::Compressed;
using web::Format;

inline const std::string kText = [] {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + " of a text\n";
  return text;
}();
inline const std::string kGzip = Compressed(Format::kGzip, kText);
inline const std::string kBrotli = Compressed(Format::kBrotli, kText);
inline const std::string kZstd = web::ZstdCompressed(kText);

// An origin whose path says what it answers.
inline ServerResponse Answer(const ServerRequest& request) {
  const std::string& path = request.target;
  const auto coded = [](const std::string& coding, std::string body) -> ServerResponse {
    return {.headers = {{"Content-Encoding", coding},
                        {"Content-Type", "text/plain"},
                        {"ETag", "\"1\""}},
            .body = std::move(body)};
  };
  if (path == "/gzip") return coded("gzip", kGzip);
  if (path == "/x-gzip") return coded("X-GZip", kGzip);
  if (path == "/br") return coded("br", kBrotli);
  if (path == "/zstd") return coded("zstd", kZstd);
  if (path == "/deflate") return coded("deflate", Compressed(Format::kDeflate, kText));
  if (path == "/deflate-raw") return coded("deflate", Compressed(Format::kDeflateRaw, kText));
  if (path == "/list") return coded("gzip, identity, br", Compressed(Format::kBrotli, kGzip));
  if (path == "/four") {
    return coded(
        "br, gzip, deflate, zstd",
        web::ZstdCompressed(Compressed(Format::kDeflate, Compressed(Format::kGzip, kBrotli))));
  }
  if (path == "/five") return coded("gzip, gzip, gzip, gzip, gzip", "raw bytes");
  if (path == "/members") {
    return coded("gzip", Compressed(Format::kGzip, kText.substr(0, 100)) +
                             Compressed(Format::kGzip, kText.substr(100)));
  }
  if (path == "/json") return coded("gzip", Compressed(Format::kGzip, R"({"a":[1,2]})"));
  if (path == "/padded") return coded("gzip", kGzip + std::string(512, '\0'));
  if (path == "/no-transform" || path == "/two-etags") {
    ServerResponse response = coded("gzip", kGzip);
    if (path == "/two-etags") {
      response.headers.push_back({"ETag", "\"" + std::string(100, 'x') + "\""});
    } else {
      response.headers.push_back({"Cache-Control", "max-age=60, no-transform"});
    }
    return response;
  }
  if (path == "/unknown") return coded("compress", "raw bytes");
  if (path == "/no-bytes") return coded("gzip", "");
  if (path == "/corrupt") return coded("gzip", "this is no gzip");
  if (path == "/cut-zstd") return coded("zstd", kZstd.substr(0, kZstd.size() / 2));
  if (path == "/corrupt-zstd") return coded("zstd", "this is no zstd");
  if (path == "/cut") return coded("br", kBrotli.substr(0, kBrotli.size() / 2));
  if (path == "/trailing") return coded("gzip", kGzip + "junk");
  if (path == "/204") return {.status = 204, .headers = {{"Content-Encoding", "gzip"}}};
  if (path == "/304") return {.status = 304, .headers = {{"Content-Encoding", "gzip"}}};
  if (path == "/206") {
    ServerResponse part = coded("gzip", kGzip.substr(10, 10));
    part.status = 206;
    part.headers.push_back({"Content-Range", "bytes 10-19/" + std::to_string(kGzip.size())});
    return part;
  }
  return {.body = kText};
}

inline std::string MapTo(const std::string& host, const LocalServer& server) {
  return host + "=" + server.url();
}

// A worker that does `body` with `response`, what api.test answers to the request's path.
inline std::string WithResponse(const std::string& body) {
  return Worker::Handler(R"(
    const response = await fetch("http://api.test" + url.pathname, { method: request.method });
    )" + body);
}

inline const std::pair<std::string, std::string> kTakesAll{"Accept-Encoding",
                                                           "gzip, deflate, br, zstd"};

}  // namespace sedge::e2e
