// SPDX-License-Identifier: Apache-2.0
#include "runtime/web/encoding/encoding_index.h"

#include <unicode/ucnv.h>

#include <algorithm>
#include <bitset>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/log.h"

namespace sedge::web {

namespace {

constexpr bool IsPrivateUse(char32_t c) { return c >= 0xE000 && c <= 0xF8FF; }

// One of ICU's converters, which refuses what it does not know.
class IcuTable {
 public:
  explicit IcuTable(const char* name) {
    UErrorCode error = U_ZERO_ERROR;
    converter_.reset(ucnv_open(name, &error));
    if (converter_) {
      ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                          &error);
    }
    if (U_FAILURE(error)) {
      converter_.reset();
      LogError("ICU lacks a converter: text in this encoding cannot be decoded", {{"name", name}});
    }
  }

  // The one code point of these bytes; 0 when there is none.
  char32_t Decode(std::initializer_list<uint8_t> bytes) {
    if (!converter_) return 0;
    UChar units[4];
    UErrorCode error = U_ZERO_ERROR;
    const int32_t length =
        ucnv_toUChars(converter_.get(), units, 4, reinterpret_cast<const char*>(bytes.begin()),
                      static_cast<int32_t>(bytes.size()), &error);
    if (U_FAILURE(error) || length < 1) return 0;
    char32_t code_point;
    int32_t i = 0;
    U16_NEXT(units, i, length, code_point);
    return i == length ? code_point : 0;
  }

 private:
  struct Close {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
  };
  std::unique_ptr<UConverter, Close> converter_;
};

uint8_t Byte(size_t value) { return static_cast<uint8_t>(value); }

// ------------------------------------------------------------------------------------- single byte

// The names by which ICU knows them, from Encoding::kIbm866 on. Null: not in ICU.
constexpr const char* kSingleByteNames[] = {
    "ibm-866",      "iso-8859-2",   "iso-8859-3",   "iso-8859-4",   "iso-8859-5",
    "iso-8859-6",   "iso-8859-7",   "iso-8859-8",   "iso-8859-8",   "iso-8859-10",
    "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  nullptr,        "koi8-r",
    "koi8-u",       "macintosh",    "windows-874",  "windows-1250", "windows-1251",
    "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
    "windows-1257", "windows-1258", "x-mac-cyrillic",
};
constexpr size_t kFirstSingleByte = static_cast<size_t>(Encoding::kIbm866);
constexpr size_t kSingleByteCount = kEncodingCount - kFirstSingleByte;
static_assert(std::size(kSingleByteNames) == kSingleByteCount);

// ISO-8859-16 from 0xA0 on.
constexpr char16_t kIso8859_16[] = {
    0x00A0, 0x0104, 0x0105, 0x0141, 0x20AC, 0x201E, 0x0160, 0x00A7, 0x0161, 0x00A9, 0x0218,
    0x00AB, 0x0179, 0x00AD, 0x017A, 0x017B, 0x00B0, 0x00B1, 0x010C, 0x0142, 0x017D, 0x201D,
    0x00B6, 0x00B7, 0x017E, 0x010D, 0x0219, 0x00BB, 0x0152, 0x0153, 0x0178, 0x017C, 0x00C0,
    0x00C1, 0x00C2, 0x0102, 0x00C4, 0x0106, 0x00C6, 0x00C7, 0x00C8, 0x00C9, 0x00CA, 0x00CB,
    0x00CC, 0x00CD, 0x00CE, 0x00CF, 0x0110, 0x0143, 0x00D2, 0x00D3, 0x00D4, 0x0150, 0x00D6,
    0x015A, 0x0170, 0x00D9, 0x00DA, 0x00DB, 0x00DC, 0x0118, 0x021A, 0x00DF, 0x00E0, 0x00E1,
    0x00E2, 0x0103, 0x00E4, 0x0107, 0x00E6, 0x00E7, 0x00E8, 0x00E9, 0x00EA, 0x00EB, 0x00EC,
    0x00ED, 0x00EE, 0x00EF, 0x0111, 0x0144, 0x00F2, 0x00F3, 0x00F4, 0x0151, 0x00F6, 0x015B,
    0x0171, 0x00F9, 0x00FA, 0x00FB, 0x00FC, 0x0119, 0x021B, 0x00FF,
};

struct SingleByteCorrection {
  Encoding encoding;
  uint8_t byte;
  char16_t code_point;  // 0: none
};
constexpr SingleByteCorrection kSingleByteCorrections[] = {
    {Encoding::kKoi8U, 0xAE, 0x045E},      {Encoding::kKoi8U, 0xBE, 0x040E},
    {Encoding::kWindows874, 0xDB, 0},      {Encoding::kWindows874, 0xDC, 0},
    {Encoding::kWindows874, 0xDD, 0},      {Encoding::kWindows874, 0xDE, 0},
    {Encoding::kWindows874, 0xFC, 0},      {Encoding::kWindows874, 0xFD, 0},
    {Encoding::kWindows874, 0xFE, 0},      {Encoding::kWindows874, 0xFF, 0},
    {Encoding::kWindows1253, 0xAA, 0},     {Encoding::kWindows1255, 0xCA, 0x05BA},
};

SingleByteIndex MakeSingleByteIndex(Encoding encoding) {
  SingleByteIndex index{};
  if (encoding == Encoding::kIso8859_16) {
    for (size_t i = 0; i < 32; ++i) index[i] = static_cast<char16_t>(0x80 + i);
    std::copy(std::begin(kIso8859_16), std::end(kIso8859_16), index.begin() + 32);
    return index;
  }
  IcuTable table(kSingleByteNames[static_cast<size_t>(encoding) - kFirstSingleByte]);
  for (size_t i = 0; i < index.size(); ++i) {
    index[i] = static_cast<char16_t>(table.Decode({Byte(0x80 + i)}));
  }
  for (const SingleByteCorrection& correction : kSingleByteCorrections) {
    if (correction.encoding == encoding) index[correction.byte - 0x80] = correction.code_point;
  }
  return index;
}

template <size_t... i>
const SingleByteIndex& SingleByteIndexAt(size_t wanted, std::index_sequence<i...>) {
  using Make = const SingleByteIndex& (*)();
  static constexpr Make kMakers[] = {[]() -> const SingleByteIndex& {
    static const SingleByteIndex index =
        MakeSingleByteIndex(static_cast<Encoding>(kFirstSingleByte + i));
    return index;
  }...};
  return kMakers[wanted]();
}

// -------------------------------------------------------------------------------------- multi byte

constexpr size_t kGbTrails = 190;
constexpr size_t kBig5Trails = 157;
constexpr size_t kJisCells = 94;
constexpr size_t kShiftJisTrails = 188;
constexpr size_t kLeads = 126;       // 0x81 to 0xFE
constexpr size_t kJis0208Size = 11280;

// Where ICU and the standard differ in the two-byte part. `old` is what GB 18030-2000 had there, a
// private-use character: "index gb18030 ranges" is made as if it still had.
struct GbCorrection {
  uint16_t pointer;
  char16_t code_point;
  char16_t old;
};
constexpr GbCorrection kGbCorrections[] = {
    {6555, 0x3000, 0xE5E5}, {7182, 0xFE10, 0xE78D}, {7183, 0xFE12, 0xE78E},
    {7184, 0xFE11, 0xE78F}, {7185, 0xFE13, 0xE790}, {7186, 0xFE14, 0xE791},
    {7187, 0xFE15, 0xE792}, {7188, 0xFE16, 0xE793}, {7201, 0xFE17, 0xE794},
    {7202, 0xFE18, 0xE795}, {7208, 0xFE19, 0xE796}, {7533, 0x1E3F, 0xE7C7},
    {23775, 0x9FB4, 0xE81E}, {23783, 0x9FB5, 0xE826}, {23788, 0x9FB6, 0xE82B},
    {23789, 0x9FB7, 0xE82C}, {23795, 0x9FB8, 0xE832}, {23812, 0x9FB9, 0xE843},
    {23829, 0x9FBA, 0xE854}, {23845, 0x9FBB, 0xE864},
};

MultiByteIndex MakeGb18030Index() {
  IcuTable table("gb18030");
  std::vector<char32_t> index(kLeads * kGbTrails);
  for (size_t p = 0; p < index.size(); ++p) {
    const size_t trail = p % kGbTrails;
    const uint8_t second = Byte(trail + (trail < 0x3F ? 0x40 : 0x41));
    index[p] = table.Decode({Byte(0x81 + p / kGbTrails), second});
  }
  for (const GbCorrection& correction : kGbCorrections) {
    index[correction.pointer] = correction.code_point;
  }
  return MultiByteIndex(std::move(index));
}

struct GbRange {
  uint32_t pointer;
  char32_t code_point;
};

// The four-byte pointers number, in order, the code points that have no two bytes.
std::vector<GbRange> MakeGb18030Ranges() {
  std::bitset<0x10000> in_two_bytes;
  for (size_t p = 0; p < kLeads * kGbTrails; ++p) in_two_bytes.set(Gb18030Index().At(p) & 0xFFFF);
  for (const GbCorrection& correction : kGbCorrections) {
    // U+3000 has two bytes twice.
    if (correction.code_point != 0x3000) in_two_bytes.reset(correction.code_point);
    in_two_bytes.set(correction.old);
  }
  std::vector<GbRange> ranges;
  uint32_t pointer = 0;
  bool inside = false;
  for (char32_t c = 0x80; c < 0x10000; ++c) {
    const bool numbered = !in_two_bytes.test(c) && (c < 0xD800 || c > 0xDFFF);
    if (numbered && !inside) ranges.push_back({pointer, c});
    if (numbered) ++pointer;
    inside = numbered;
  }
  return ranges;
}

// What ICU's Big5-HKSCS lacks: `count` code points from `pointer` on. Its private-use characters
// are not in the standard's index.
struct Big5Correction {
  uint16_t pointer;
  char16_t code_point;
  uint16_t count;
};
constexpr Big5Correction kBig5Corrections[] = {
    {1008, 0x9F97, 1}, {1016, 0x9F96, 1}, {1099, 0x31C0, 5}, {1105, 0x31C5, 1}, {1108, 0x31C6, 2},
    {1112, 0x31C8, 1}, {1114, 0x31C9, 4}, {1119, 0x31CD, 2}, {1170, 0x23DA, 2}, {1730, 0x9FA6, 1},
    {1772, 0x9FA7, 1}, {1779, 0x9FA8, 1}, {1812, 0x9FA9, 1}, {1814, 0x9FAA, 1}, {1816, 0x9FAB, 1},
    {1821, 0x9FAC, 1}, {1844, 0x9FAD, 2}, {1847, 0x9FAF, 1}, {1866, 0x9FB2, 1}, {1892, 0x9FB3, 1},
    {2082, 0x7BB8, 1}, {2088, 0x7C06, 1}, {2103, 0x7CCE, 1}, {2114, 0x7DD2, 1}, {2123, 0x7E1D, 1},
    {2148, 0x8005, 1}, {2151, 0x8028, 1}, {2221, 0x83C1, 1}, {2239, 0x84A8, 1}, {2244, 0x840F, 1},
    {2303, 0x89A6, 1}, {2304, 0x89A9, 1}, {2354, 0x8D77, 1}, {2400, 0x90FD, 1}, {2413, 0x92B9, 1},
    {2477, 0x975C, 1}, {2498, 0x97FF, 1}, {2605, 0x9F16, 1}, {2673, 0x8503, 1}, {2746, 0x5159, 1},
    {2747, 0x515B, 1}, {2748, 0x515D, 2}, {2771, 0x936E, 1}, {2780, 0x7479, 1}, {2990, 0x6D67, 1},
    {3087, 0x799B, 1}, {3259, 0x9097, 1}, {3301, 0x975D, 1}, {3436, 0x701E, 1}, {3451, 0x5B28, 1},
    {4136, 0x7201, 1}, {4138, 0x77D7, 1}, {4141, 0x7E87, 1}, {4182, 0x99D6, 1}, {4206, 0x91D4, 1},
    {4220, 0x60DE, 1}, {4230, 0x6FB6, 1}, {4241, 0x8F36, 1}, {4258, 0x4FBB, 1}, {4273, 0x71DF, 1},
    {4279, 0x9104, 1}, {4282, 0x9DF0, 1}, {4294, 0x83CF, 1}, {4329, 0x5C10, 1}, {4330, 0x79E3, 1},
    {4349, 0x5A67, 1}, {4419, 0x8F0B, 1}, {4422, 0x7B51, 1}, {4494, 0x62D0, 1}, {4624, 0x6062, 1},
    {4694, 0x75F9, 1}, {4708, 0x6C4A, 1}, {4742, 0x9B2E, 1}, {4748, 0x9F17, 1}, {4815, 0x50ED, 1},
    {4828, 0x5F0C, 1}, {4902, 0x880F, 1}, {4922, 0x62CE, 1}, {4982, 0x7468, 1}, {4992, 0x7162, 1},
    {4997, 0x7250, 1}, {5432, 0x2400, 32}, {5464, 0x2421, 1}, {10942, 0x5EF4, 1},
    {10946, 0x65E0, 1}, {10948, 0x7676, 1}, {10950, 0x96B6, 1}, {10957, 0x3003, 1},
    {10958, 0x4EDD, 1}, {11204, 0x31CF, 1}, {11210, 0x9FB0, 1}, {11212, 0x9FB1, 1},
    {19028, 0x5029, 1}, {19035, 0x507D, 1}, {19088, 0x5305, 1}, {19096, 0x5344, 1},
    {19112, 0x537F, 1}, {19162, 0x5605, 1}, {19240, 0x5A77, 1}, {19299, 0x5E75, 1},
    {19305, 0x5ED0, 1}, {19326, 0x5F58, 1}, {19355, 0x60A4, 1}, {19398, 0x6490, 1},
    {19439, 0x6674, 1}, {19454, 0x675E, 1}, {19553, 0x6C9C, 1}, {19554, 0x6E1D, 1},
    {19557, 0x6E2F, 1}, {19611, 0x716E, 1}, {19643, 0x732A, 1}, {19672, 0x745C, 1},
    {19697, 0x74E9, 1}, {19748, 0x7809, 1},
};

MultiByteIndex MakeBig5Index() {
  IcuTable table("ibm-1375_P100-2008");
  std::vector<char32_t> index(kLeads * kBig5Trails);
  for (size_t p = 0; p < index.size(); ++p) {
    const size_t trail = p % kBig5Trails;
    const char32_t c =
        table.Decode({Byte(0x81 + p / kBig5Trails), Byte(trail + (trail < 0x3F ? 0x40 : 0x62))});
    if (!IsPrivateUse(c)) index[p] = c;
  }
  for (const Big5Correction& correction : kBig5Corrections) {
    for (size_t i = 0; i < correction.count; ++i) {
      index[correction.pointer + i] = static_cast<char32_t>(correction.code_point + i);
    }
  }
  return MultiByteIndex(std::move(index));
}

MultiByteIndex MakeEucKrIndex() {
  IcuTable table("windows-949");
  std::vector<char32_t> index(kLeads * kGbTrails);
  for (size_t p = 0; p < index.size(); ++p) {
    const char32_t c = table.Decode({Byte(0x81 + p / kGbTrails), Byte(0x41 + p % kGbTrails)});
    if (!IsPrivateUse(c)) index[p] = c;
  }
  return MultiByteIndex(std::move(index));
}

MultiByteIndex MakeJis0208Index() {
  IcuTable table("ibm-943_P15A-2003");
  std::vector<char32_t> index(kJis0208Size);
  for (size_t p = 0; p < index.size(); ++p) {
    const size_t lead = p / kShiftJisTrails;
    const size_t trail = p % kShiftJisTrails;
    const char32_t c = table.Decode(
        {Byte(lead + (lead < 0x1F ? 0x81 : 0xC1)), Byte(trail + (trail < 0x3F ? 0x40 : 0x41))});
    if (!IsPrivateUse(c)) index[p] = c;
  }
  return MultiByteIndex(std::move(index));
}

MultiByteIndex MakeJis0212Index() {
  // ICU has IBM's Roman numerals and (KABU) here, which the standard's index has not.
  constexpr size_t kFirstIbmPointer = 7708;
  constexpr size_t kLastIbmPointer = 7730;
  IcuTable table("euc-jp");
  std::vector<char32_t> index(kJisCells * kJisCells);
  for (size_t p = 0; p < index.size(); ++p) {
    const char32_t c = table.Decode({0x8F, Byte(0xA1 + p / kJisCells), Byte(0xA1 + p % kJisCells)});
    const bool ibm = p >= kFirstIbmPointer && p <= kLastIbmPointer && (c < 0x3400 || c > 0x9FFF);
    if (!ibm) index[p] = c;
  }
  return MultiByteIndex(std::move(index));
}

}  // namespace

const SingleByteIndex& SingleByteIndexOf(Encoding encoding) {
  return SingleByteIndexAt(static_cast<size_t>(encoding) - kFirstSingleByte,
                           std::make_index_sequence<kSingleByteCount>());
}

const MultiByteIndex& Gb18030Index() {
  static const MultiByteIndex index = MakeGb18030Index();
  return index;
}
const MultiByteIndex& Big5Index() {
  static const MultiByteIndex index = MakeBig5Index();
  return index;
}
const MultiByteIndex& EucKrIndex() {
  static const MultiByteIndex index = MakeEucKrIndex();
  return index;
}
const MultiByteIndex& Jis0208Index() {
  static const MultiByteIndex index = MakeJis0208Index();
  return index;
}
const MultiByteIndex& Jis0212Index() {
  static const MultiByteIndex index = MakeJis0212Index();
  return index;
}

char32_t Gb18030RangesCodePoint(uint32_t pointer) {
  constexpr uint32_t kLastBmpPointer = 39419;
  constexpr uint32_t kFirstSupplementaryPointer = 189000;
  constexpr uint32_t kLastPointer = 1237575;
  if (pointer > kLastPointer) return 0;
  if (pointer >= kFirstSupplementaryPointer) {
    return 0x10000 + (pointer - kFirstSupplementaryPointer);
  }
  if (pointer > kLastBmpPointer) return 0;
  if (pointer == 7457) return 0xE7C7;
  static const std::vector<GbRange> ranges = MakeGb18030Ranges();
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), pointer,
                       [](uint32_t p, const GbRange& range) { return p < range.pointer; });
  if (after == ranges.begin()) return 0;
  return after[-1].code_point + (pointer - after[-1].pointer);
}

}  // namespace sedge::web
