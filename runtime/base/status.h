// SPDX-License-Identifier: Apache-2.0
// Status and Result<T>: the one way in which everything below the script layer reports failure.
// Values; no exceptions. A Status that is OK costs one null pointer. Not tied to a thread.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sedge {

enum class StatusCode : uint8_t {
  kOk = 0,
  kInvalidArgument,    // the caller's input is wrong; JavaScript sees a TypeError
  kOutOfRange,         // a number or size outside its limits; JavaScript sees a RangeError
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition, // the object is in a state in which this cannot be done
  kResourceExhausted,  // a limit or the machine's means
  kUnavailable,        // the peer or the device is gone; trying again may help
  kDeadlineExceeded,
  kCancelled,
  kCorruption,         // stored bytes are not what was written
  kIo,
  kUnimplemented,
  kInternal,
};

// The code's name as users see it in logs, such as "not found".
std::string_view StatusCodeName(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message)
      : state_(std::make_shared<const State>(State{code, std::move(message)})) {
    assert(code != StatusCode::kOk);
  }

  bool ok() const { return state_ == nullptr; }
  StatusCode code() const { return state_ ? state_->code : StatusCode::kOk; }
  // Empty when ok(). The view lives as long as this Status or a copy of it.
  std::string_view message() const { return state_ ? std::string_view(state_->message) : ""; }
  // "not found: no namespace \"X\"", or "ok".
  std::string ToString() const;
  // The same failure with "prefix: " before its message.
  Status WithPrefix(std::string_view prefix) const;

 private:
  struct State {
    StatusCode code;
    std::string message;
  };
  std::shared_ptr<const State> state_;
};

inline Status OkStatus() { return Status(); }
inline Status InvalidArgument(std::string m) { return {StatusCode::kInvalidArgument, std::move(m)}; }
inline Status OutOfRange(std::string m) { return {StatusCode::kOutOfRange, std::move(m)}; }
inline Status NotFound(std::string m) { return {StatusCode::kNotFound, std::move(m)}; }
inline Status AlreadyExists(std::string m) { return {StatusCode::kAlreadyExists, std::move(m)}; }
inline Status FailedPrecondition(std::string m) {
  return {StatusCode::kFailedPrecondition, std::move(m)};
}
inline Status ResourceExhausted(std::string m) {
  return {StatusCode::kResourceExhausted, std::move(m)};
}
inline Status Unavailable(std::string m) { return {StatusCode::kUnavailable, std::move(m)}; }
inline Status DeadlineExceeded(std::string m) {
  return {StatusCode::kDeadlineExceeded, std::move(m)};
}
inline Status Cancelled(std::string m) { return {StatusCode::kCancelled, std::move(m)}; }
inline Status Corruption(std::string m) { return {StatusCode::kCorruption, std::move(m)}; }
inline Status IoError(std::string m) { return {StatusCode::kIo, std::move(m)}; }
inline Status Unimplemented(std::string m) { return {StatusCode::kUnimplemented, std::move(m)}; }
inline Status Internal(std::string m) { return {StatusCode::kInternal, std::move(m)}; }

// A T or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Result(Status status) : value_(std::in_place_index<1>, std::move(status)) {  // NOLINT: implicit
    assert(!std::get<1>(value_).ok());
  }

  bool ok() const { return value_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // OK when ok().
  Status status() const { return ok() ? Status() : std::get<1>(value_); }

  // REQUIRES: ok().
  T& value() & { return std::get<0>(value_); }
  const T& value() const& { return std::get<0>(value_); }
  T&& value() && { return std::get<0>(std::move(value_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> value_;
};

}  // namespace sedge

// Returns the failed Status of `expr` from the enclosing function.
#define SEDGE_RETURN_IF_ERROR(expr)                        \
  do {                                                     \
    if (::sedge::Status sedge_status_ = (expr); !sedge_status_.ok()) return sedge_status_; \
  } while (0)

#define SEDGE_CONCAT_INNER_(a, b) a##b
#define SEDGE_CONCAT_(a, b) SEDGE_CONCAT_INNER_(a, b)
// Declares `lhs` with the value of the Result `expr`, or returns its Status.
#define SEDGE_ASSIGN_OR_RETURN(lhs, expr) \
  SEDGE_ASSIGN_OR_RETURN_(SEDGE_CONCAT_(sedge_result_, __LINE__), lhs, expr)
#define SEDGE_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                            \
  if (!tmp.ok()) return tmp.status();           \
  lhs = std::move(tmp).value()
