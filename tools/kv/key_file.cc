// SPDX-License-Identifier: Apache-2.0
#include "tools/kv/key_file.h"

#include "kv/store.h"
#include "runtime/admin/entry_checks.h"
#include "tools/kv/item_reader.h"
#include "tools/kv/json_out.h"

namespace sedge::tools {
namespace {

// A key of 512 bytes, escaped, with metadata and an expiration beside it.
constexpr size_t kMaxItemBytes = 6 * (kv::kMaxKeyBytes + kv::kMaxMetadataBytes) + 4096;

Result<std::string> KeyOf(std::string_view text) {
  const Json item = ParseJson(text);
  if (item.is_discarded()) return InvalidArgument("this is not valid JSON");
  const Json* name = &item;
  if (item.is_object() && item.contains("name")) name = &item["name"];
  if (!name->is_string()) {
    return InvalidArgument("this is no key; allowed is a string, or an object with a name");
  }
  std::string key = name->get<std::string>();
  if (const admin::MaybeError error = admin::CheckKey(key)) return InvalidArgument(error->message);
  return key;
}

}  // namespace

Status ReadKeys(const InputFile& file, const std::function<bool()>& cancelled,
                const std::function<Status(std::string key)>& take) {
  ItemReader reader(file.name(), ReadDescriptor(file.fd(), file.name(), cancelled), kMaxItemBytes);
  for (;;) {
    if (cancelled && cancelled()) return Cancelled("interrupted");
    SEDGE_ASSIGN_OR_RETURN(const std::optional<Item> item, reader.Next());
    if (!item) return {};
    Result<std::string> key = KeyOf(item->text);
    if (!key.ok()) return key.status().WithPrefix(reader.Place(*item));
    SEDGE_RETURN_IF_ERROR(take(std::move(*key)));
  }
}

}  // namespace sedge::tools
