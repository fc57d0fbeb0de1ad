// SPDX-License-Identifier: Apache-2.0
// The log: one line per event on standard error, as text or as JSON. Any thread; a line is written
// by one write(2), so lines of several threads do not mix.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sedge {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat : uint8_t { kText, kJson };

// A name and a value that the line carries beside its message.
struct LogField {
  LogField(std::string_view name, std::string_view value) : name(name), text(value) {}
  LogField(std::string_view name, const char* value) : name(name), text(value) {}
  LogField(std::string_view name, const std::string& value) : name(name), text(value) {}
  LogField(std::string_view name, int64_t value) : name(name), number(value), is_number(true) {}
  LogField(std::string_view name, int value) : LogField(name, static_cast<int64_t>(value)) {}
  LogField(std::string_view name, uint64_t value) : LogField(name, static_cast<int64_t>(value)) {}

  std::string_view name;
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

// Set once, before threads start. Default: kInfo, kText.
void ConfigureLog(LogLevel level, LogFormat format);
LogLevel CurrentLogLevel();

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

inline void LogDebug(std::string_view m, std::initializer_list<LogField> f = {}) {
  if (CurrentLogLevel() <= LogLevel::kDebug) Log(LogLevel::kDebug, m, f);
}
inline void LogInfo(std::string_view m, std::initializer_list<LogField> f = {}) {
  if (CurrentLogLevel() <= LogLevel::kInfo) Log(LogLevel::kInfo, m, f);
}
inline void LogWarn(std::string_view m, std::initializer_list<LogField> f = {}) {
  if (CurrentLogLevel() <= LogLevel::kWarn) Log(LogLevel::kWarn, m, f);
}
inline void LogError(std::string_view m, std::initializer_list<LogField> f = {}) {
  if (CurrentLogLevel() <= LogLevel::kError) Log(LogLevel::kError, m, f);
}

// The line without writing it; for Log and its test.
std::string FormatLogLine(LogFormat format, LogLevel level, int64_t wall_ms,
                          std::string_view message, std::initializer_list<LogField> fields);

// `text` as the inside of a JSON string: quotes, backslashes and control characters escaped.
void AppendJsonEscaped(std::string& out, std::string_view text);

}  // namespace sedge
