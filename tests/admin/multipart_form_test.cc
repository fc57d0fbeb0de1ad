// SPDX-License-Identifier: Apache-2.0
#include "runtime/admin/multipart_form.h"

#include <gtest/gtest.h>

namespace sedge::admin {
namespace {

// "name=content;..." or "(damaged)".
std::string Read(std::string_view body, std::string_view boundary = "B") {
  const auto fields = ReadForm(body, boundary);
  if (!fields) return "(damaged)";
  std::string text;
  for (const FormField& field : *fields) {
    text += field.name + "=" + std::string(field.content) + ";";
  }
  return text;
}

std::string Part(const std::string& name, const std::string& content) {
  return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + content + "\r\n";
}

TEST(MultipartFormTest, FindsTheBoundary) {
  for (const auto& [type, boundary] :
       std::vector<std::pair<std::string, std::optional<std::string>>>{
           {"multipart/form-data; boundary=abc", "abc"},
           {"Multipart/Form-Data;charset=x; BOUNDARY=\"a b\"", "a b"},
           {"multipart/form-data; boundary=\"a\\\"b\"; x=y", "a\"b"},
           {"multipart/form-data; boundary=" + std::string(70, 'b'), std::string(70, 'b')},
           {"multipart/form-data; boundary=" + std::string(71, 'b'), std::nullopt},
           {"multipart/form-data; boundary=\"abc", std::nullopt},
           {"multipart/form-data; boundary=", std::nullopt},
           {"multipart/form-data", std::nullopt},
           {"", std::nullopt}}) {
    EXPECT_EQ(FormBoundary(type), boundary) << type;
  }
  EXPECT_TRUE(IsForm("Multipart/Form-Data"));
  EXPECT_TRUE(IsForm("multipart/form-data ; boundary"));
  for (const char* type :
       {"multipart/mixed; boundary=abc", "multipart/form-data2", "text/plain", ""}) {
    EXPECT_FALSE(IsForm(type)) << type;
  }
}

TEST(MultipartFormTest, ReadsFields) {
  EXPECT_EQ(Read(Part("a", "1") + Part("b", "") + "--B--"), "a=1;b=;");
  EXPECT_EQ(Read("\r\n" + Part("a", "1") + "--B--\r\nbehind the end"), "a=1;");
  EXPECT_EQ(Read("--B  \r\nX: y\r\ncontent-disposition:form-data;name=a;filename=\"f\"\r\n"
                 "Content-Type: text/plain\r\n\r\n1\r\n--B\t\r\ncontent-disposition: form-data; "
                 "filename=\"x;name=y\"; name=\"b\"\r\n\r\n2\r\n--B--"),
            "a=1;b=2;");
  EXPECT_EQ(Read("--B--"), "");
}

TEST(MultipartFormTest, KeepsContentThatLooksLikeABoundary) {
  const std::string content = "\r\n--BB\r\n--\r\n-B\r\n--B x\r\n--B-";
  EXPECT_EQ(Read(Part("a", content) + "--B--"), "a=" + content + ";");
}

TEST(MultipartFormTest, RefusesWhatIsDamaged) {
  const std::string whole = Part("a", "1") + "--B--";
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(Read(whole.substr(0, length)), "(damaged)") << length;
  }
  EXPECT_EQ(Read(whole, "C"), "(damaged)");
  EXPECT_EQ(Read("x" + whole), "(damaged)");
  EXPECT_EQ(Read("--B\r\n\r\n1\r\n--B--"), "(damaged)");
  EXPECT_EQ(Read("--B\r\nno colon\r\n\r\n1\r\n--B--"), "(damaged)");
  EXPECT_EQ(Read("--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--"), "(damaged)");
  EXPECT_EQ(Read("--B\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--B--"), "(damaged)");
  std::string many;
  for (size_t i = 0; i < kMaxFormFields; ++i) many += Part("a", "");
  EXPECT_NE(Read(many + "--B--"), "(damaged)");
  EXPECT_EQ(Read(many + Part("a", "") + "--B--"), "(damaged)");
  EXPECT_EQ(Read("--B\r\nX: " + std::string(9'000, 'x') +
                 "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B--"),
            "(damaged)");
}

}  // namespace
}  // namespace sedge::admin
