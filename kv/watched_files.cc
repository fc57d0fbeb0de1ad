// SPDX-License-Identifier: Apache-2.0
#include "kv/watched_files.h"

#include <atomic>
#include <charconv>
#include <string_view>
#include <utility>

namespace sedge::kv {
namespace {

using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::string_view kLogSuffix = ".log";
constexpr std::string_view kManifestPrefix = "MANIFEST-";

// A log is written and synced by one thread at a time.
class WatchedLog final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WatchedLog(std::unique_ptr<FSWritableFile> file, uint64_t number, SyncedMarker& marker)
      : FSWritableFileOwnerWrapper(std::move(file)), number_(number), marker_(marker) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return Count(FSWritableFileOwnerWrapper::Append(data, options, debug), data.size());
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    return Count(FSWritableFileOwnerWrapper::Append(data, options, info, debug), data.size());
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const uint64_t bytes = bytes_;
    return Mark(FSWritableFileOwnerWrapper::Sync(options, debug), bytes);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    const uint64_t bytes = bytes_;
    return Mark(FSWritableFileOwnerWrapper::Fsync(options, debug), bytes);
  }

 private:
  IOStatus Count(IOStatus status, size_t bytes) {
    if (status.ok()) bytes_ += bytes;
    return status;
  }
  IOStatus Mark(IOStatus status, uint64_t bytes) {
    if (status.ok()) marker_.Mark(number_, bytes);
    return status;
  }

  const uint64_t number_;
  SyncedMarker& marker_;
  std::atomic<uint64_t> bytes_ = 0;
};

class WatchedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  WatchedFileSystem(std::shared_ptr<rocksdb::FileSystem> files, SyncedMarker& marker)
      : FileSystemWrapper(std::move(files)), marker_(marker) {}

  const char* Name() const override { return "sedge.WatchedFiles"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    const uint64_t number = LogNumber(path);
    if (status.ok() && number != 0) {
      *file = std::make_unique<WatchedLog>(std::move(*file), number, marker_);
    }
    return status;
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options,
                      IODebugContext* debug) override {
    if (const uint64_t number = LogNumber(path); number != 0) {
      const Status forgotten = marker_.Forget(number);
      if (!forgotten.ok()) return IOStatus::IOError(std::string(forgotten.message()));
    }
    return FileSystemWrapper::DeleteFile(path, options, debug);
  }

 private:
  SyncedMarker& marker_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> WatchFiles(std::shared_ptr<rocksdb::FileSystem> files,
                                                SyncedMarker& marker) {
  return std::make_shared<WatchedFileSystem>(std::move(files), marker);
}

uint64_t LogNumber(const std::string& path) {
  std::string_view digits = std::string_view(path).substr(path.rfind('/') + 1);
  if (digits.starts_with(kManifestPrefix)) {
    digits.remove_prefix(kManifestPrefix.size());
  } else if (digits.ends_with(kLogSuffix)) {
    digits.remove_suffix(kLogSuffix.size());
  } else {
    return 0;
  }
  uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

}  // namespace sedge::kv
