// SPDX-License-Identifier: Apache-2.0
#include "kv/watched_files.h"

#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
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

constexpr std::string_view kNewCurrentSuffix = ".dbtmp";

// A used-up quota is a plain error to RocksDB, which it does not leave.
bool IsFull(const IOStatus& status) {
  return status.IsNoSpace() ||
         (status.IsIOError() && status.ToString().find(std::strerror(EDQUOT)) != std::string::npos);
}

// A file is written and synced by one thread at a time.
class WatchedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  // `number`: 0 when no marks are kept of it; `reserve`: null when it gets nothing of that. The
  // file is new.
  WatchedFile(std::unique_ptr<FSWritableFile> file, std::string path, uint64_t number,
              SyncedMarker& marker, LogReserve* reserve)
      : FSWritableFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        number_(number),
        marker_(marker),
        reserve_(reserve) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return Appended(FSWritableFileOwnerWrapper::Append(data, options, debug), data, options, debug);
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    return Appended(FSWritableFileOwnerWrapper::Append(data, options, info, debug), data, options,
                    debug);
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
  IOStatus Appended(IOStatus status, const Slice& data, const IOOptions& options,
                    IODebugContext* debug) {
    while (IsFull(status)) {
      if (reserve_ == nullptr) return IOStatus::NoSpace(status.ToString());
      if (!MakeSpace(data, options, debug)) return IOStatus::NoSpace(status.ToString());
      const size_t taken = taken_of_append_;
      status = FSWritableFileOwnerWrapper::Append(Slice(data.data() + taken, data.size() - taken),
                                                  options, debug);
    }
    if (status.ok()) bytes_ += data.size();
    return status;
  }

  // For the rest of `data`, of which the disk took what it had space for.
  bool MakeSpace(const Slice& data, const IOOptions& options, IODebugContext* debug) {
    struct stat file = {};
    if (stat(path_.c_str(), &file) != 0) return false;
    const auto size = static_cast<uint64_t>(file.st_size);
    if (size < bytes_ || size > bytes_ + data.size()) return false;
    taken_of_append_ = size - bytes_;
    if (!reserve_->GiveUp()) return false;
    // The file does not count what it took of a failed write, and would be cut when it is closed.
    return FSWritableFileOwnerWrapper::Truncate(size, options, debug).ok();
  }

  IOStatus Mark(IOStatus status, uint64_t bytes) {
    if (status.ok() && number_ != 0) marker_.Mark(number_, bytes);
    return status;
  }

  const std::string path_;
  const uint64_t number_;
  SyncedMarker& marker_;
  LogReserve* const reserve_;
  std::atomic<uint64_t> bytes_ = 0;
  size_t taken_of_append_ = 0;  // of the append that is under way
};

class WatchedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  WatchedFileSystem(std::shared_ptr<rocksdb::FileSystem> files, SyncedMarker& marker,
                    LogReserve& reserve)
      : FileSystemWrapper(std::move(files)), marker_(marker), reserve_(reserve) {}

  const char* Name() const override { return "sedge.WatchedFiles"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<FSWritableFile>* file, IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    const uint64_t number = LogNumber(path);
    const bool reserved = number != 0 || path.ends_with(kNewCurrentSuffix);
    while (reserved && IsFull(status) && reserve_.GiveUp()) {
      status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    }
    if (status.ok()) {
      *file = std::make_unique<WatchedFile>(std::move(*file), path, number, marker_,
                                            reserved ? &reserve_ : nullptr);
    }
    return IsFull(status) ? IOStatus::NoSpace(status.ToString()) : status;
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
  LogReserve& reserve_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> WatchFiles(std::shared_ptr<rocksdb::FileSystem> files,
                                                SyncedMarker& marker, LogReserve& reserve) {
  return std::make_shared<WatchedFileSystem>(std::move(files), marker, reserve);
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
