// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/date_cache.h"

#include <cstring>
#include <ctime>

namespace sedge::http {

// IMF-fixdate of RFC 9110 section 5.6.7; names without a locale.
void DateCache::Refresh(uint64_t now_ms) {
  constexpr char kDays[] = "SunMonTueWedThuFriSat";
  constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const int64_t wall_ms = clock_.WallMs();
  const time_t seconds = static_cast<time_t>(wall_ms / 1000);
  tm utc;
  gmtime_r(&seconds, &utc);
  std::memcpy(text_, "___, 00 ___ 0000 00:00:00 GMT", kSize);
  const auto put = [this](int at, int value, int digits) {
    for (int i = digits - 1; i >= 0; --i, value /= 10) {
      text_[at + i] = static_cast<char>('0' + value % 10);
    }
  };
  std::memcpy(text_, kDays + 3 * utc.tm_wday, 3);
  std::memcpy(text_ + 8, kMonths + 3 * utc.tm_mon, 3);
  put(5, utc.tm_mday, 2);
  put(12, utc.tm_year + 1900, 4);
  put(17, utc.tm_hour, 2);
  put(20, utc.tm_min, 2);
  put(23, utc.tm_sec, 2);
  next_ms_ = now_ms + static_cast<uint64_t>(1000 - wall_ms % 1000);
}

}  // namespace sedge::http
