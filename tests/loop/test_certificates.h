// SPDX-License-Identifier: Apache-2.0
// TestCertificates: a certificate authority and a server certificate made on the spot, as PEM text
// and as files. For tests; any thread.
#pragma once

#include <string>
#include <vector>

namespace sedge::loop {

struct TestCertificateOptions {
  std::vector<std::string> names = {"blog.example.com"};
  std::vector<std::string> addresses = {"127.0.0.1"};
  std::string common_name = "sedge test server";
  bool self_signed = false;  // the leaf signs itself
  bool expired = false;
};

struct TestCertificates {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

TestCertificates MakeTestCertificates(const TestCertificateOptions& options = {});

// The same in files of a temporary folder that the destructor removes.
class TestCertificateFiles {
 public:
  explicit TestCertificateFiles(const TestCertificateOptions& options = {});
  ~TestCertificateFiles();
  TestCertificateFiles(const TestCertificateFiles&) = delete;
  TestCertificateFiles& operator=(const TestCertificateFiles&) = delete;

  std::string ca_file() const { return folder_ + "/ca.pem"; }
  std::string certificate_file() const { return folder_ + "/certificate.pem"; }
  std::string key_file() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

}  // namespace sedge::loop
