// SPDX-License-Identifier: Apache-2.0
// Any bytes as a multipart body: fields are pieces of it, in order, that hold no boundary line.
#include "runtime/admin/multipart_form.h"
#include "runtime/base/bytes.h"
#include "runtime/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sedge::admin;
  const std::string_view body = sedge::AsText({data, size});
  const size_t line = body.find('\n');
  if (line != std::string_view::npos) {
    const auto boundary = FormBoundary(body.substr(0, line));
    if (boundary) (void)ReadForm(body.substr(line + 1), *boundary);
  }
  const auto fields = ReadForm(body, "b");
  if (!fields) return 0;
  SEDGE_CHECK(fields->size() <= kMaxFormFields);
  const char* before = body.data();
  for (const FormField& field : *fields) {
    SEDGE_CHECK(field.content.data() > before);
    before = field.content.data() + field.content.size();
    SEDGE_CHECK(before < body.data() + body.size());
    SEDGE_CHECK(field.content.find("\r\n--b\r\n") == std::string_view::npos);
    SEDGE_CHECK(field.content.find("\r\n--b--") == std::string_view::npos);
  }
  return 0;
}
