// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <ctime>

#include "runtime/base/clock.h"
#include "runtime/base/log_color.h"

namespace sedge {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kText};
std::atomic<bool> g_color{false};

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";

constexpr std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
    case LogLevel::kOff: break;
  }
  return "off";
}

void AppendTime(std::string& out, int64_t wall_ms) {
  const time_t seconds = wall_ms / 1000;
  tm parts;
  gmtime_r(&seconds, &parts);
  char text[40];
  const int length = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                   parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec,
                                   static_cast<int>(wall_ms % 1000));
  out.append(text, static_cast<size_t>(length));
}

std::string JsonLine(LogLevel level, int64_t wall_ms, std::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"";
  AppendTime(line, wall_ms);
  line.append("\",\"level\":\"").append(LevelName(level)).append("\",\"message\":\"");
  AppendJsonEscaped(line, message);
  line += '"';
  for (const LogField& field : fields) {
    line.append(",\"").append(field.name).append("\":");
    if (field.is_number) {
      line += std::to_string(field.number);
    } else {
      line += '"';
      AppendJsonEscaped(line, field.text);
      line += '"';
    }
  }
  line += "}\n";
  return line;
}

std::string TextLine(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line;
  if (level == LogLevel::kWarn || level == LogLevel::kError) {
    const bool color = g_color.load(std::memory_order_relaxed);
    if (color) line += level == LogLevel::kWarn ? kYellow : kRed;
    line.append(LevelName(level)).append(":");
    if (color) line += kPlain;
    line += ' ';
  }
  line += message;
  // Behind a stack or a hint they have a line of their own.
  std::string_view before = message.find('\n') == message.npos ? " " : "\n  ";
  for (const LogField& field : fields) {
    if (!field.is_number && field.text.empty()) continue;
    line.append(before).append(field.name).append("=");
    before = " ";
    if (field.is_number) {
      line += std::to_string(field.number);
    } else {
      line += field.text;
    }
  }
  line += '\n';
  return line;
}

}  // namespace

void AppendJsonEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escaped[8];
          std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(c));
          out += escaped;
        } else {
          out += c;
        }
    }
  }
}

std::string FormatLogLine(LogFormat format, LogLevel level, int64_t wall_ms,
                          std::string_view message, std::initializer_list<LogField> fields) {
  return format == LogFormat::kJson ? JsonLine(level, wall_ms, message, fields)
                                    : TextLine(level, message, fields);
}

void ConfigureLog(LogLevel level, LogFormat format) {
  g_level = level;
  g_format = format;
}

void SetLogColor(bool color) { g_color = color; }

LogLevel CurrentLogLevel() { return g_level.load(std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < CurrentLogLevel()) return;
  const std::string line =
      FormatLogLine(g_format, level, Clock::System().WallMs(), message, fields);
  size_t done = 0;
  while (done < line.size()) {
    const ssize_t n = write(STDERR_FILENO, line.data() + done, line.size() - done);
    if (n <= 0) return;  // nobody reads the log; the server goes on
    done += static_cast<size_t>(n);
  }
}

}  // namespace sedge
