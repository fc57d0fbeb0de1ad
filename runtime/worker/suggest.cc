// SPDX-License-Identifier: Apache-2.0
#include "runtime/worker/suggest.h"

#include <algorithm>
#include <vector>

#include "runtime/base/ascii.h"

namespace sedge::worker {
namespace {

constexpr size_t kLongestWord = 64;

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = AsciiLower(a[i - 1]) == AsciiLower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view NearestWord(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  std::string_view nearest;
  size_t allowed = word.size() < 5 ? 1 : 2;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    // Of two letters one is half; but "ids" is "id" with something behind it.
    const bool extends = candidate.size() > 1 && word.starts_with(candidate);
    if (distance > allowed || (2 * distance >= candidate.size() && !extends)) continue;
    if (nearest.empty() || distance < allowed) nearest = candidate;
    allowed = distance;
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view nearest = NearestWord(word, candidates);
  return nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?";
}

}  // namespace sedge::worker
