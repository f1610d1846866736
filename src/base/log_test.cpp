#include "base/log.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lp::log {
namespace {

using namespace std::string_view_literals;

constexpr Instant noon{1'772'366'400'000};

std::string json_line(std::string_view message, std::initializer_list<Field> fields = {}) {
  return line(Format::json, Level::info, noon, "test.event", message, fields);
}

TEST(Log, WritesOneJsonObjectALine) {
  EXPECT_EQ(line(Format::json, Level::warning, noon, "server.started", "Listening.",
                 {{"port", 3100}, {"tls", false}, {"host", "127.0.0.1"}}),
            R"({"time":"2026-03-01T12:00:00.000Z","level":"warning","event":"server.started",)"
            R"("message":"Listening.","port":3100,"tls":false,"host":"127.0.0.1"})"
            "\n");
}

TEST(Log, WritesForPeopleWithoutTheDate) {
  EXPECT_EQ(line(Format::pretty, Level::error, noon, "disk.full", "No room.",
                 {{"free_bytes", 12}, {"path", "/data"}, {"fatal", true}}),
            "12:00:00.000 error No room. [disk.full] free_bytes=12 "
            "path=\"/data\" fatal=true\n");
}

TEST(Log, EscapesWhatCouldForgeALineOrSteerATerminal) {
  EXPECT_EQ(json_line("a\nb\r\x1b[31m\"\\\x7f\u009b\u2028\u202e\u2066\u200e\u061c\0c"sv),
            R"({"time":"2026-03-01T12:00:00.000Z","level":"info","event":"test.event","message":)"
            R"("a\nb\u000d\u001b[31m\"\\\u007f\u009b\u2028\u202e\u2066\u200e\u061c\u0000c"})"
            "\n");
  const std::string pretty =
      line(Format::pretty, Level::info, noon, "e", "x\ny\x1b", {{"n", "\n\x1b]0;t\a"}});
  EXPECT_EQ(pretty, "12:00:00.000 info x\\ny\\u001b [e] n=\"\\n\\u001b]0;t\\u0007\"\n");
}

TEST(Log, ReplacesBytesThatAreNoUtf8AndKeepsWhatIs) {
  const std::string text = json_line("caf\xc3\xa9 \xff\xed\xa0\x80");
  EXPECT_NE(text.find("café \\ufffd\\ufffd\\ufffd\\ufffd\""), std::string::npos) << text;
  EXPECT_TRUE(is_utf8(text));
}

TEST(Log, CutsLongValuesAtACharacter) {
  const std::string text = json_line(std::string(5'000, 'x'));
  EXPECT_LT(text.size(), 1'200u);
  EXPECT_NE(text.find("x…\"}"), std::string::npos);
  std::string accents;
  for (int i = 0; i < 2'000; ++i) accents += "é";
  EXPECT_TRUE(is_utf8(json_line(accents)));
}

TEST(Log, NeverExceedsALineAndSaysWhatIsMissing) {
  const std::string big(1'000, 'x');
  for (const Format format : {Format::json, Format::pretty}) {
    const std::string text =
        line(format, Level::info, noon, "e", "m",
             {{"a", big}, {"b", big}, {"c", big}, {"d", big}, {"e", big}, {"f", 1}});
    EXPECT_LE(text.size(), line_bytes_max);
    EXPECT_EQ(text.find("\"f\""), std::string::npos);
    EXPECT_TRUE(text.ends_with(format == Format::json ? ",\"truncated\":true}\n" : " …\n"));
  }
}

TEST(Log, GoesToStandardErrorInTheChosenFormat) {
  testing::internal::CaptureStderr();
  info("a.b", "One.");
  warning("a.b", "Two.", {{"n", 2u}});
  configure(Format::pretty);
  error("a.b", "Three.");
  configure(Format::json);
  const std::string out = testing::internal::GetCapturedStderr();
  EXPECT_NE(out.find(R"("level":"info","event":"a.b","message":"One."})"), std::string::npos);
  EXPECT_NE(out.find(R"("level":"warning","event":"a.b","message":"Two.","n":2})"),
            std::string::npos);
  EXPECT_NE(out.find(" error Three. [a.b]\n"), std::string::npos);
}

}  // namespace
}  // namespace lp::log
