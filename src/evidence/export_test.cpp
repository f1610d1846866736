#include "evidence/export.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

constexpr std::string_view nasty = "=cmd|' /C calc'!A0;+1\t\"q\"\r\n\u202e-2,@x";

ExportManifest whole_log(ExportFormat format) {
  return {.origin = "0011/p/22",
          .format = format,
          .from = parse_instant("2026-03-01T00:00:00.000Z"),
          .to = {},
          .first = 3,
          .end = 7,
          .size = 9,
          .root = crypto::sha256("root"),
          .sums = format == ExportFormat::bundle ? std::optional(crypto::sha256("sums"))
                                                 : std::nullopt};
}

struct Example {
  Statement said;
  std::string statement, evidence;
  ExportEntry entry;

  explicit Example(EventType type) {
    said.type = type;
    said.origin = "0011/p/22";
    said.stream = {.id = "project", .seq = 0, .prev = {}};
    said.time = *parse_instant("2026-03-01T12:00:00.000Z");
    said.actor = {
        .id = "mem_1", .kind = ActorKind::member, .method = ActorMethod::device_key, .key = "k1"};
    entry.index = 4;
    entry.leaf = R"({"leaf":1})";
    entry.leaf_hash = crypto::sha256("leaf");
    write();
  }
  void write() {
    statement = said.bytes(std::string(32, 's'));
    entry.statement = statement;
    entry.evidence = evidence;
  }
  void of_request() {
    said.stream.id = "req_1";
    said.request = RequestRef{.sha256 = crypto::sha256("d"), .version = 2, .level = Level::high};
    entry.asked =
        Asked{.service = std::string(nasty), .action = "a", .descriptor = "{}", .reason = {}};
    write();
  }
  void add_evidence(json::Value item) {
    said.evidence.push_back({std::string(item.find_string("kind").value_or("")),
                             crypto::sha256(json::canonical(item))});
    auto list = evidence.empty() ? json::Value::array() : json::parse(evidence)->root;
    list.items().push_back(std::move(item));
    evidence = json::canonical(list);
    write();
  }
  [[nodiscard]] json::Value line() const {
    const std::string text = export_line(ExportFormat::jsonl, entry, said);
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    auto document = json::parse(text.substr(0, text.size() - 1));
    EXPECT_TRUE(document.has_value()) << text;
    return document ? document->root : json::Value::object();
  }
  [[nodiscard]] std::string record() const { return export_line(ExportFormat::csv, entry, said); }
};

std::string text_at(const json::Value& value, std::string_view name) {
  return std::string(value.find_string(name).value_or("-"));
}

TEST(ExportManifest, ReadsBackWhatItWroteAndNothingElse) {
  for (const auto format :
       {ExportFormat::jsonl, ExportFormat::csv, ExportFormat::ocsf, ExportFormat::bundle}) {
    const auto manifest = whole_log(format);
    EXPECT_EQ(ExportManifest::from_json(manifest.to_json()), manifest);
  }
  auto more = whole_log(ExportFormat::csv).to_json();
  more.add("extra", 1);
  EXPECT_FALSE(ExportManifest::from_json(more).has_value());
  auto without_sums = whole_log(ExportFormat::bundle);
  without_sums.sums.reset();
  EXPECT_FALSE(ExportManifest::from_json(without_sums.to_json()).has_value());
  auto beyond = whole_log(ExportFormat::csv);
  beyond.end = beyond.size + 1;
  EXPECT_FALSE(ExportManifest::from_json(beyond.to_json()).has_value());
  EXPECT_FALSE(ExportManifest::from_json(json::Value::array()).has_value());
}

TEST(ExportLine, CarriesTheExactBytesOfStatementAndLeaf) {
  Example example(EventType::decision_approved);
  example.of_request();
  example.entry.asked->reason = std::string(nasty);
  const auto line = example.line();
  EXPECT_EQ(line.find_integer("index"), 4);
  EXPECT_EQ(text_at(line, "statement"), example.statement);
  EXPECT_EQ(text_at(line, "leaf"), example.entry.leaf);
  EXPECT_EQ(text_at(line, "leaf_hash"), example.entry.leaf_hash.hex());
  EXPECT_EQ(text_at(line, "service"), nasty);
  EXPECT_EQ(text_at(line, "reason"), nasty);
  EXPECT_EQ(text_at(line, "request"), "req_1");
  EXPECT_EQ(text_at(line, "level"), "high");
  EXPECT_EQ(text_at(line, "outcome"), "approved");
  EXPECT_EQ(text_at(*line.find("actor"), "key"), "k1");
}

TEST(ExportLine, LeavesOutWhatThereIsNot) {
  const auto line = Example(EventType::log_opened).line();
  for (const char* name : {"request", "version", "level", "service", "action", "object", "outcome",
                           "reason", "evidence", "descriptor"}) {
    EXPECT_EQ(line.find(name), nullptr) << name;
  }
}

TEST(ExportLine, GivesTheDescriptorWhereItIsFirstNamed) {
  Example created(EventType::request_created), decided(EventType::decision_approved);
  created.of_request();
  decided.of_request();
  EXPECT_EQ(text_at(created.line(), "descriptor"), "{}");
  EXPECT_EQ(decided.line().find("descriptor"), nullptr);
}

TEST(ExportLine, SaysNothingOfARequestThatTheStatementOnlyTouches) {
  Example late(EventType::request_viewed);
  late.said.request = RequestRef{};
  late.write();
  EXPECT_EQ(late.line().find("request"), nullptr);
}

TEST(ExportLine, NamesAnObjectThatTheStatementVouchesForAndNoOther) {
  Example example(EventType::key_added);
  auto item = json::Value::object();
  item.add("id", "key_1").add("kind", "api_key").add("salt", "s");
  example.add_evidence(item);
  EXPECT_EQ(text_at(example.line(), "object"), "api_key key_1");
  example.evidence.replace(example.evidence.find("key_1"), 5, "key_2");
  example.write();
  EXPECT_EQ(example.line().find("object"), nullptr);
}

TEST(ExportCsv, MakesNoCellThatASpreadsheetWouldRun) {
  for (const char* text :
       {"=1", "+1", "-1", "@x", " =1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\u3000=1"}) {
    const std::string cell = csv_cell(text);
    EXPECT_NE(cell.find('\''), std::string::npos) << cell;
  }
  EXPECT_EQ(csv_cell("=1"), "\"'=1\"");
  EXPECT_EQ(csv_cell("a;=1|+2,-3\"@4"), "\"a;'=1|'+2,'-3\"\"'@4\"");
  EXPECT_EQ(csv_cell("a-b=c@d.e"), "\"a-b=c@d.e\"");
}

TEST(ExportCsv, SpellsOutWhatNobodySeesSoThatARecordIsALine) {
  EXPECT_EQ(csv_cell("\ta\r\nb\u202e"), "\"⟨U+0009⟩a⟨U+000D⟩⟨U+000A⟩b⟨U+202E⟩\"");
  Example example(EventType::decision_approved);
  example.of_request();
  const std::string record = example.record();
  EXPECT_EQ(std::ranges::count(record, '\n'), 1);
  EXPECT_TRUE(record.ends_with("\r\n"));
}

TEST(ExportCsv, BeginsWithTheNamesOfItsColumnsAndABanner) {
  const std::string opening = export_opening(ExportFormat::csv);
  EXPECT_TRUE(opening.starts_with("index,time,type,")) << opening;
  EXPECT_NE(opening.find("not evidence"), std::string::npos);
  EXPECT_EQ(std::ranges::count(opening.substr(0, opening.find("\r\n")), ','), 15);
  EXPECT_EQ(export_opening(ExportFormat::jsonl), "");
}

TEST(ExportCsv, GivesEachRecordAllColumns) {
  Example example(EventType::log_opened);
  EXPECT_EQ(std::ranges::count(example.record(), ','), 15);
  example.of_request();
  example.entry.asked->service = "s";
  EXPECT_EQ(std::ranges::count(example.record(), ','), 15);
}

TEST(ExportClosing, EndsWithTheManifestAndTheCheckpointAsSigned) {
  const std::string note = "0011/p/22\n9\n+Ab=\n\n— 0011/p/22 c2ln\n";
  const auto manifest = whole_log(ExportFormat::jsonl);
  const auto last = json::parse(export_closing(manifest, note));
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(text_at(last->root, "checkpoint"), note);
  EXPECT_EQ(ExportManifest::from_json(*last->root.find("manifest")), manifest);
  const std::string record = export_closing(whole_log(ExportFormat::csv), note);
  EXPECT_EQ(std::ranges::count(record, '\n'), 1);
  EXPECT_NE(record.find("\"0011/p/22⟨U+000A⟩9⟨U+000A⟩+Ab="), std::string::npos) << record;
}

}  // namespace
}  // namespace lp::evidence
