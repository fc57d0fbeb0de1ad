// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/body.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sedge::http {
namespace {

class BytesBody final : public BodySource {
 public:
  explicit BytesBody(Bytes bytes) : bytes_(std::move(bytes)), length_(bytes_.size()) {}

  void Read(ReadCallback done) override {
    bytes_.RemovePrefix(std::exchange(viewed_, 0));
    done(std::move(bytes_));
  }
  void ReadView(ViewCallback done) override {
    const ByteSpan rest = bytes_.span().subspan(viewed_);
    if (rest.size() > kMaxViewBytes) {
      viewed_ += kMaxViewBytes;
      done(rest.first(kMaxViewBytes));
    } else {
      const Bytes last = std::move(bytes_);  // `done` may destroy this source
      viewed_ = 0;
      done(rest);
    }
  }
  void Cancel() override {
    bytes_ = Bytes();
    viewed_ = 0;
  }
  std::optional<uint64_t> length() const override { return length_; }

 private:
  Bytes bytes_;  // empty, that is: at its end, after the last Read
  size_t viewed_ = 0;
  uint64_t length_;
};

class RewindableBody final : public BodySource {
 public:
  explicit RewindableBody(Bytes bytes) : bytes_(std::move(bytes)) {}

  void Read(ReadCallback done) override { done(Bytes::Copy(Next())); }
  void ReadView(ViewCallback done) override { done(Next()); }
  void Cancel() override { read_ = bytes_.size(); }
  std::optional<uint64_t> length() const override { return bytes_.size(); }
  bool Rewind() override {
    read_ = 0;
    return true;
  }

 private:
  ByteSpan Next() {
    const ByteSpan rest = bytes_.span().subspan(read_);
    const ByteSpan chunk = rest.first(std::min(rest.size(), kMaxViewBytes));
    read_ += chunk.size();
    return chunk;
  }

  Bytes bytes_;
  size_t read_ = 0;
};

// Shared by the read that is pending and the function that cancels.
struct Collector : std::enable_shared_from_this<Collector> {
  std::unique_ptr<BodySource> source;
  uint64_t max_bytes = 0;
  std::function<void(Result<Bytes>)> done;
  std::function<Status(size_t)> admit;
  std::vector<Bytes> chunks;
  uint64_t size = 0;
  bool in_read = false;
  bool read_again = false;

  // Reads on while chunks come at once: a loop, so that a long body does not deepen the stack.
  void Run() {
    auto self = shared_from_this();
    do {
      in_read = true;
      read_again = false;
      source->Read([self](Result<Bytes> chunk) {
        const bool more = self->Take(std::move(chunk));
        if (self->in_read) {
          self->read_again = more;
        } else if (more) {
          self->Run();
        }
      });
      in_read = false;
    } while (read_again);
  }

  // True when there is more to read.
  bool Take(Result<Bytes> chunk) {
    if (!done) return false;
    if (!chunk.ok()) {
      Finish(chunk.status());
      return false;
    }
    if (chunk->empty()) {
      Finish(Bytes::Join(std::move(chunks)));
      return false;
    }
    size += chunk->size();
    if (size > max_bytes) {
      Finish(OutOfRange("the body is longer than " + std::to_string(max_bytes) + " bytes"));
      return false;
    }
    const Status admitted = admit ? admit(chunk->size()) : Status();
    if (!admitted.ok()) {
      Finish(admitted);
      return false;
    }
    chunks.push_back(std::move(chunk).value());
    return true;
  }

  void Finish(Result<Bytes> result) {
    source.reset();
    chunks.clear();
    admit = nullptr;
    auto report = std::exchange(done, nullptr);
    report(std::move(result));
  }
};

}  // namespace

void BodySource::ReadView(ViewCallback done) {
  Read([done = std::move(done)](Result<Bytes> chunk) {
    if (chunk.ok()) {
      done(chunk->span());
    } else {
      done(chunk.status());
    }
  });
}

std::function<void()> ReadAll(std::unique_ptr<BodySource> source, uint64_t max_bytes,
                              std::function<void(Result<Bytes>)> done,
                              std::function<Status(size_t)> admit) {
  auto collector = std::make_shared<Collector>();
  collector->source = std::move(source);
  collector->max_bytes = max_bytes;
  collector->done = std::move(done);
  collector->admit = std::move(admit);
  collector->Run();
  return [collector] {
    collector->done = nullptr;
    collector->source.reset();
    collector->chunks.clear();
  };
}

std::unique_ptr<BodySource> MakeBytesBody(Bytes bytes) {
  return std::make_unique<BytesBody>(std::move(bytes));
}

std::unique_ptr<BodySource> MakeRewindableBody(Bytes bytes) {
  return std::make_unique<RewindableBody>(std::move(bytes));
}

}  // namespace sedge::http
