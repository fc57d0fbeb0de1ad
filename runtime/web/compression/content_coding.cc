// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/compression/content_coding.h"

#include <algorithm>

#include "runtime/base/ascii.h"

namespace sedge::web {
namespace {

std::optional<Coding> CodingOf(std::string_view name) {
  if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) return Coding::kGzip;
  if (EqualsIgnoreCase(name, "deflate")) return Coding::kDeflate;
  if (EqualsIgnoreCase(name, "br")) return Coding::kBrotli;
  if (EqualsIgnoreCase(name, "zstd")) return Coding::kZstd;
  return std::nullopt;
}

// Takes the first element off a comma-separated list.
std::string_view TakeElement(std::string_view& list) {
  const size_t comma = std::min(list.find(','), list.size());
  const std::string_view element = Trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

// Whether the parameters of an Accept-Encoding's element, "" or ";q=0.5", are a weight of zero.
bool IsZeroWeight(std::string_view parameters) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // the semicolon
    const size_t end = std::min(parameters.find(';'), parameters.size());
    std::string_view parameter = Trim(parameters.substr(0, end));
    parameters.remove_prefix(end);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    parameter.remove_prefix(2);
    return parameter.starts_with('0') &&
           parameter.find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

std::string_view CodingName(Coding coding) {
  switch (coding) {
    case Coding::kGzip: return "gzip";
    case Coding::kDeflate: return "deflate";
    case Coding::kBrotli: return "br";
    case Coding::kZstd: return "zstd";
  }
  return "";
}

Format DecodingFormat(Coding coding) {
  return coding == Coding::kDeflate ? Format::kDeflateEither : EncodingFormat(coding);
}

Format EncodingFormat(Coding coding) {
  switch (coding) {
    case Coding::kGzip: return Format::kGzip;
    case Coding::kDeflate: return Format::kDeflate;
    case Coding::kBrotli: return Format::kBrotli;
    case Coding::kZstd: return Format::kZstd;
  }
  return Format::kGzip;
}

bool IsEncoded(Coding coding) { return coding == Coding::kGzip || coding == Coding::kBrotli; }

std::optional<CodingList> ParseContentEncoding(std::string_view value) {
  CodingList codings;
  while (!value.empty()) {
    const std::string_view name = TakeElement(value);
    if (name.empty() || EqualsIgnoreCase(name, "identity")) continue;
    const std::optional<Coding> coding = CodingOf(name);
    if (!coding || codings.size() == kMaxCodings) return std::nullopt;
    codings.push_back(*coding);
  }
  return codings;
}

bool AcceptsCoding(std::string_view accept_encoding, Coding coding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::string_view element = TakeElement(accept_encoding);
    const size_t semicolon = std::min(element.find(';'), element.size());
    const std::string_view name = Trim(element.substr(0, semicolon));
    const bool accepted = !IsZeroWeight(element.substr(semicolon));
    if (CodingOf(name) == coding) return accepted;
    if (name == "*") any = accepted;
  }
  return any;
}

bool AcceptsAll(std::string_view accept_encoding, const CodingList& codings) {
  return std::all_of(codings.begin(), codings.end(),
                     [&](Coding coding) { return AcceptsCoding(accept_encoding, coding); });
}

}  // namespace sedge::web
