// SPDX-License-Identifier: Apache-2.0
// Content codings of HTTP (RFC 9110 sections 8.4 and 12.5.3): what the headers Content-Encoding and
// Accept-Encoding say. Functions of texts alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/web/compression/codec.h"

namespace sedge::web {

enum class Coding : uint8_t { kGzip, kDeflate, kBrotli, kZstd };

// In the order in which they were applied.
using CodingList = std::vector<Coding>;

// Codings of one body that are taken off; nobody has a reason for more.
constexpr size_t kMaxCodings = 4;

std::string_view CodingName(Coding coding);
// What decompresses it: "deflate" on the wire is of two formats.
Format DecodingFormat(Coding coding);
Format EncodingFormat(Coding coding);
// Whether what scripts make is coded so, on its way out. As on Workers, nothing is coded with
// deflate or zstd.
bool IsEncoded(Coding coding);

// What a Content-Encoding names ("identity" is nothing); nullopt when there is one that is not
// known here, or more than kMaxCodings.
std::optional<CodingList> ParseContentEncoding(std::string_view value);

// Whether Accept-Encoding names the coding, or "*", with a weight above zero. Nothing is taken for
// granted: a client that sends no such header gets no coding, though it would have to expect any.
bool AcceptsCoding(std::string_view accept_encoding, Coding coding);
bool AcceptsAll(std::string_view accept_encoding, const CodingList& codings);

}  // namespace sedge::web
