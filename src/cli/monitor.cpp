#include "monitor/monitor.h"

#include <fmt/core.h>
#include <poll.h>
#include <stdio.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/http_source.h"
#include "cli/interruption.h"
#include "cli/monitor_place.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/verdict.h"
#include "json/write.h"
#include "monitor/contradiction.h"

namespace lp::cli {
namespace {

using monitor::Alarm;

constexpr std::size_t trust_bytes_max = 1 << 20;
constexpr std::size_t evidence_bytes_max = 1 << 20;
constexpr std::size_t key_bytes_max = 1'024;
constexpr const char* key_variable = "LETSPING_API_KEY";
constexpr int look_up_ms = 100;  // how often the user's wish to end is looked for

struct MonitorFlags {
  std::string trust_file, url, state, key_file, authorities, evidence_file;
  std::int64_t interval_s = 60, age_s = 300, timeout_s = 20;
  bool once = false, json = false;
};

// Keeps the memory on disk and draws how far the reading is.
class DiskKeeper final : public monitor::Keeper {
 public:
  DiskKeeper(MonitorPlace& place, const evidence::Trust& trust) : place_(place), trust_(trust) {}

  std::expected<void, std::string> keep(const monitor::Memory& memory) override {
    return place_.keep(memory.to_text(trust_));
  }
  void reached(std::string_view origin, std::uint64_t done, std::uint64_t of) override {
    if (!progress_ || origin != drawn_) {
      progress_.reset();
      progress_.emplace(of);
      drawn_ = origin;
    }
    progress_->reach(done);
  }
  void wipe() { progress_.reset(); }

 private:
  MonitorPlace& place_;
  const evidence::Trust& trust_;
  std::string drawn_;
  std::optional<Progress> progress_;
};

std::expected<evidence::Trust, std::string> read_trust(const std::string& path) {
  const auto file = read_file(path, trust_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  auto trust = evidence::Trust::parse(*file);
  if (!trust) {
    return std::unexpected(fmt::format("{} is no trust file: {}.", path, visible(trust.error())));
  }
  return *std::move(trust);
}

std::expected<Secret, std::string> read_key(const std::string& path) {
  if (path.empty()) {
    const char* const set = std::getenv(key_variable);
    return Secret(set == nullptr ? "" : set);
  }
  const auto file = read_secret_file(path, key_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  std::string_view text = file->reveal();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return Secret(std::string(text));
}

// What a look found, with the files that hold the evidence.
struct Told {
  const monitor::Report& report;
  std::vector<std::string> files;  // one a finding; "" where there is none
};

std::string_view verdict_of(const monitor::Report& report) {
  if (report.wrong()) return "INVALID";
  return report.findings.empty() ? "VALID" : "INDETERMINATE";
}

void print_json(const Told& told, const evidence::Trust& trust) {
  const monitor::Report& report = told.report;
  json::Array findings;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const monitor::Finding& finding = report.findings[i];
    auto item = json::Value::object();
    item.add("alarm", to_string(finding.alarm))
        .add("log", finding.origin)
        .add("what", finding.what);
    if (!told.files[i].empty()) item.add("evidence", told.files[i]);
    findings.push_back(std::move(item));
  }
  auto line = json::Value::object();
  line.add("time", to_string(report.time))
      .add("origin", trust.origin)
      .add("verdict", verdict_of(report))
      .add("leaves", report.leaves);
  if (trust.root) line.add("entries", report.entries).add("anchors", report.anchors);
  if (report.findings.empty()) line.add_if("no_split_view_up_to", report.one_view);
  if (report.witnessed_ms) line.add("witnessed_s", *report.witnessed_ms / 1'000);
  line.add("findings", json::Value::array(std::move(findings)));
  fmt::print("{}\n", json::compact(line));
}

void print_text(const Told& told, const evidence::Trust& trust) {
  const monitor::Report& report = told.report;
  std::string line =
      fmt::format("{}  {}  {} leaves", to_string(report.time), verdict_of(report), report.leaves);
  if (trust.root) {
    line +=
        fmt::format(", {} of {} entries of the root log are of it", report.anchors, report.entries);
  }
  if (report.findings.empty() && report.one_view) {
    line += fmt::format(", no split view up to {}", *report.one_view);
  }
  if (report.witnessed_ms) {
    line += fmt::format(", witnessed {} s ago", *report.witnessed_ms / 1'000);
  } else if (!trust.witnesses) {
    line += ", freshness not provable: no witness is trusted";
  }
  fmt::print("{}\n", line);
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const monitor::Finding& finding = report.findings[i];
    fmt::print("  {}: {} ({})\n", to_string(finding.alarm), visible(finding.what), finding.origin);
    if (!told.files[i].empty()) fmt::print("  evidence: {}\n", told.files[i]);
  }
}

bool has(const monitor::Report& report, Alarm alarm) {
  return std::ranges::any_of(report.findings,
                             [&](const auto& finding) { return finding.alarm == alarm; });
}

int status_of(const monitor::Report& report) {
  if (report.wrong()) return exit_invalid;
  if (has(report, Alarm::not_kept)) return exit_error;
  if (has(report, Alarm::interrupted)) return exit_interrupted;
  return report.findings.empty() ? exit_ok : exit_indeterminate;
}

// Judges a file that a monitor left, with nothing but the pinned keys.
int judge_evidence(const MonitorFlags& flags, const evidence::Trust& trust) {
  const auto file = read_file(flags.evidence_file, evidence_bytes_max);
  if (!file) return fail(to_string(file.error()));
  const auto found = monitor::Contradiction::parse(*file);
  const bool of_root = found && trust.root && found->holds(trust.root->log_vkeys);
  const bool proven = of_root || (found && found->holds(trust.log_vkeys));
  auto said = json::Value::object();
  said.add("verdict", proven ? "INVALID" : "INDETERMINATE");
  if (proven) said.add("log", of_root ? trust.root->origin : trust.origin);
  said.add("problem", proven
                          ? "its key signed two checkpoints that cannot both be of one growing log"
                          : "this file alone does not prove that the log signed two histories");
  print_object(said, flags.json);
  return proven ? exit_invalid : exit_indeterminate;
}

// One look, told. What is kept as evidence from before is a finding as well.
monitor::Report look(monitor::Monitor& monitor, MonitorPlace& place, DiskKeeper& keeper,
                     const evidence::Trust& trust, const MonitorFlags& flags) {
  SystemClock clock;
  monitor::Report report = monitor.look(clock.now());
  keeper.wipe();
  if (has(report, Alarm::interrupted)) return report;
  if (const auto before = place.kept_evidence(); !before.empty()) {
    report.findings.push_back(
        {.alarm = Alarm::evidence_kept,
         .origin = trust.origin,
         .what = fmt::format("{} is of an earlier look: nothing is VALID until a person has dealt "
                             "with it and taken it away",
                             before),
         .evidence = {}});
  }
  Told told{.report = report, .files = {}};
  for (const monitor::Finding& finding : report.findings) {
    auto& path = told.files.emplace_back();
    if (finding.evidence.empty()) continue;
    auto kept = place.keep_evidence(to_string(finding.alarm), finding.evidence);
    if (kept) {
      path = *std::move(kept);
    } else {
      fail(kept.error());
    }
  }
  if (flags.json) {
    print_json(told, trust);
  } else {
    print_text(told, trust);
  }
  fflush(stdout);
  return report;
}

int follow(const MonitorFlags& flags, const evidence::Trust& trust, MonitorPlace& place,
           HttpSource& source) {
  monitor::Memory memory;
  if (!place.memory().empty()) {
    auto kept = monitor::Memory::parse(place.memory(), trust);
    if (!kept) {
      return fail(fmt::format("{}: {}. A monitor that starts over would not notice what changed.",
                              place.memory_path(), kept.error()));
    }
    memory = *std::move(kept);
  }
  const Interruption interruption;
  DiskKeeper keeper(place, trust);
  monitor::Monitor monitor(trust, std::move(memory),
                           {.fresh_ms = flags.age_s * 1'000, .anchored_ms = flags.age_s * 1'000},
                           source, keeper);
  for (;;) {
    const int status = status_of(look(monitor, place, keeper, trust, flags));
    if (flags.once) return status;
    // What is only missing may come; what is wrong stays wrong, and somebody should know.
    if (Interruption::came()) return exit_ok;
    if (status == exit_invalid || status == exit_error) return status;
    for (std::int64_t ms = flags.interval_s * 1'000; ms > 0; ms -= look_up_ms) {
      if (Interruption::came()) return exit_ok;
      poll(nullptr, 0, look_up_ms);
    }
  }
}

int monitor_log(const MonitorFlags& flags) {
  const auto trust = read_trust(flags.trust_file);
  if (!trust) return fail(trust.error());
  if (!flags.evidence_file.empty()) return judge_evidence(flags, *trust);
  if (flags.url.empty() || flags.state.empty()) {
    return fail("A monitor needs --url and --state (or --evidence, to judge a file).", exit_usage);
  }
  auto key = read_key(flags.key_file);
  if (!key) return fail(key.error());
  auto source = HttpSource::make({.url = flags.url,
                                  .key = *std::move(key),
                                  .authorities = flags.authorities,
                                  .timeout_ms = flags.timeout_s * 1'000});
  if (!source) return fail(source.error(), exit_usage);
  auto place = MonitorPlace::open(flags.state);
  if (!place) return fail(place.error());
  return follow(flags, *trust, *place, **source);
}

}  // namespace

void add_monitor(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<MonitorFlags>();
  auto* command =
      app.add_subcommand("monitor", "Follow somebody's log, and say when it is not one honest log");
  command->add_option("--trust", flags->trust_file, "Pinned keys (`letsping trust export`)")
      ->required()
      ->check(ExistingFile{});
  command->add_option("--url", flags->url, "The server: https://HOST[:PORT]");
  command->add_option("--state", flags->state, "Directory for what was seen; keep it");
  command->add_option("--key-file", flags->key_file,
                      "File with an API key of role auditor (default: $LETSPING_API_KEY)");
  command->add_option("--ca", flags->authorities, "PEM file of who vouches for the server's name")
      ->check(ExistingFile{});
  command->add_flag("--once", flags->once, "Look once, and end with the verdict");
  command->add_option("--interval", flags->interval_s, "Seconds between two looks")
      ->check(Between{1, 86'400})
      ->capture_default_str();
  command
      ->add_option("--max-age", flags->age_s,
                   "Seconds that witnesses and the root log may be behind")
      ->check(Between{1, 604'800})
      ->capture_default_str();
  command->add_option("--timeout", flags->timeout_s, "Seconds to wait for one answer")
      ->check(Between{1, 600})
      ->capture_default_str();
  command->add_option("--evidence", flags->evidence_file, "Judge this file of evidence, and end")
      ->check(ExistingFile{});
  command->add_flag("--json", flags->json, "One JSON object a look");
  command->footer(
      "Ends at the first look that finds the log wrong; otherwise goes on until it is "
      "interrupted.\n"
      "Exit status: 0 VALID, 30 INDETERMINATE (with --once), 40 INVALID, 1 could not work.");
  command->callback([flags, &chosen] { chosen.command = [flags] { return monitor_log(*flags); }; });
}

}  // namespace lp::cli
