// W7: how long receipts and bundles take to verify, away from the server, beside the signature
// checks that they are made of.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "asks.h"
#include "bounds_runner.h"
#include "decisions.h"
#include "download.h"
#include "evidence/receipt.h"
#include "evidence/verify_receipt.h"
#include "sample.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr unsigned deciding_connections = 8;
// The root log is signed once a second, and receipts stand on it.
constexpr auto until_anchored = std::chrono::milliseconds(1'500);
constexpr int patience_ms = 600'000;

// The signature checks in a receipt.
struct Checks {
  double p256 = 0, ed25519 = 0;
};

struct Files {
  faults::Home home;
  std::string trust, one, few, many, most, bundle_trust, bundle;
  std::uint64_t few_lines = 0, many_lines = 0, most_lines = 0, bundle_entries = 0;
  Checks each;  // mean of the receipts
  [[nodiscard]] std::string path(std::string_view name) const {
    return home.path() + "/" + std::string(name);
  }
};

Done write(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return std::unexpected("w7: " + path + " cannot be written");
  return {};
}

// --- what is verified ------------------------------------------------------------------------

Checks checks_in(const evidence::Receipt& receipt) {
  Checks checks{.p256 = static_cast<double>(receipt.humans.size()), .ed25519 = 1};
  if (receipt.logged.issuer) ++checks.p256;
  for (const auto& review : receipt.reviews) {
    if (review.issuer) ++checks.p256;
    ++checks.ed25519;
  }
  for (const auto& roster : receipt.rosters) {
    checks.p256 += static_cast<double>(roster.signatures.size());
  }
  if (receipt.anchor) ++checks.ed25519;
  return checks;
}

// A receipt a line, of decisions by people.
std::expected<std::vector<std::string>, std::string> take_receipts(Subject& subject,
                                                                   std::uint64_t count) {
  const auto ids = make_asks(subject, count);
  if (!ids) return std::unexpected(ids.error());
  const auto decisions = sign_decisions(subject, *ids);
  if (!decisions) return std::unexpected(decisions.error());
  SendDecisions script(*decisions);
  const auto decided = drive(subject.port(), deciding_connections, script, {.seconds = 120});
  if (!decided.clean()) return std::unexpected("w7: " + decided.first_refusal);
  std::this_thread::sleep_for(until_anchored);
  std::vector<std::string> receipts;
  for (const std::string& id : *ids) {
    auto text = subject.admin("/admin/receipts/" + id + "?project=" + subject.projects()[0].id +
                              "&format=json");
    if (!text) return std::unexpected("w7: " + text.error());
    receipts.emplace_back(evidence::without_line_feed(*text));
  }
  return receipts;
}

Done write_lines(const std::string& path, const std::vector<std::string>& receipts,
                 std::uint64_t lines) {
  std::ofstream file(path, std::ios::binary);
  for (std::uint64_t i = 0; i < lines; ++i) file << receipts[i % receipts.size()] << '\n';
  file.close();
  if (!file) return std::unexpected("w7: " + path + " cannot be written");
  return {};
}

Done write_trust(const Options& options, const Subject& subject, std::size_t project,
                 const std::string& path) {
  const auto trust =
      faults::run({.words = {options.letsping, "trust", "export", "--data", subject.data(),
                             "--project", subject.projects()[project].id},
                   .settings = {},
                   .log = {}});
  if (!trust) return std::unexpected("w7: " + trust.error());
  return write(path, *trust);
}

Done make_receipts(const Options& options, Subject& subject, Files& files) {
  const auto receipts = take_receipts(subject, options.quick ? 200 : 1'000);
  if (!receipts) return std::unexpected(receipts.error());
  for (const std::string& text : *receipts) {
    const auto receipt = evidence::Receipt::parse(text);
    if (!receipt) return std::unexpected("w7: what the server gives is no receipt");
    const Checks checks = checks_in(*receipt);
    files.each.p256 += checks.p256 / static_cast<double>(receipts->size());
    files.each.ed25519 += checks.ed25519 / static_cast<double>(receipts->size());
  }
  files.few_lines = options.quick ? 200 : 1'000;
  files.many_lines = options.quick ? 2'000 : 10'000;
  files.most_lines = options.quick ? 0 : 100'000;
  if (auto done = write(files.one, receipts->front() + "\n"); !done) return done;
  for (const auto& [path, lines] : {std::pair{files.few, files.few_lines},
                                    {files.many, files.many_lines},
                                    {files.most, files.most_lines}}) {
    if (auto done = write_lines(path, *receipts, lines); !done) return done;
  }
  return write_trust(options, subject, 0, files.trust);
}

// Of a project in which agents asked and nobody decided: one signature an entry.
Done make_bundle(const Options& options, Subject& subject, Files& files) {
  const auto asked = make_asks(subject, options.quick ? 3'000 : 20'000, 1);
  if (!asked) return std::unexpected(asked.error());
  std::ofstream file(files.bundle, std::ios::binary);
  const auto taken =
      download(subject.port(),
               request_bytes("GET", "/api/audit/export?format=bundle", subject.port(),
                             subject.auditor_fields(1)),
               {.bytes = [&file](std::string_view bytes) {
                 file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
               }});
  file.close();
  if (!taken) return std::unexpected("w7: a bundle: " + taken.error());
  files.bundle_entries = asked->size();
  return write_trust(options, subject, 1, files.bundle_trust);
}

// --- verifying it ----------------------------------------------------------------------------

struct Ran {
  double seconds = 0;
  std::uint64_t resident_bytes = 0;  // the most that was seen
};

// A verifier that finds everything VALID.
std::expected<Ran, std::string> run_verifier(const std::vector<std::string>& words) {
  const auto begun = std::chrono::steady_clock::now();
  auto started = faults::Child::start({.words = words, .settings = {}, .log = {}});
  if (!started) return std::unexpected("w7: " + started.error());
  Ran ran;
  std::atomic<bool> over = false;
  std::thread looking([&] {
    while (!over) {
      ran.resident_bytes = std::max(ran.resident_bytes, usage_of(started->pid()).resident_bytes);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  static_cast<void>(started->rest());
  const auto ending = started->wait(patience_ms);
  ran.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  over = true;
  looking.join();
  if (ending && !ending->signalled && ending->value == 0) return ran;
  return std::unexpected("w7: " + words.front() + " ends with " +
                         (ending ? ending->text() : std::string("nothing")));
}

std::vector<std::string> on_processors(unsigned count) {
  if (count == 1) return on_first_processor();
  return {"taskset", "-c", "0,1"};
}

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// letsping-verify, which stands beside letsping.
std::string own_verifier(const Options& options) {
  return std::filesystem::path(options.letsping).parent_path() / "letsping-verify";
}

struct Judged {
  std::string_view part, subject;
  std::vector<std::string> words;
  std::uint64_t items = 0;
  unsigned processors = 1;
};

Done judge(const Judged& judged, int pair) {
  const auto ran = run_verifier(judged.words);
  if (!ran) return std::unexpected(ran.error());
  Sample("w7", judged.part, judged.subject)
      .add("pair", pair)
      .add("items", judged.items)
      .add("processors", judged.processors)
      .add("seconds", ran->seconds)
      .add("resident_bytes", ran->resident_bytes)
      .print();
  return {};
}

std::vector<Judged> own_runs(const Options& options, const Files& files) {
  const std::string own = own_verifier(options);
  const std::vector<std::string> receipts{own, "--allow-test", "--trust=" + files.trust};
  const std::vector<std::string> bundle{own, "--allow-test", "--trust=" + files.bundle_trust,
                                        "--bundle", files.bundle};
  std::vector<Judged> runs;
  for (const unsigned processors : {1U, 2U}) {
    const auto on = on_processors(processors);
    runs.push_back(
        {"receipts", "c++", with(with(on, receipts), {files.many}), files.many_lines, processors});
    runs.push_back({"bundle", "c++", with(on, bundle), files.bundle_entries, processors});
  }
  return runs;
}

std::vector<Judged> other_runs(const Options& options, const Files& files) {
  std::vector<Judged> runs;
  const std::vector<std::string> rest{"--allow-test", "--trust", files.trust, files.few};
  const auto on = on_processors(1);
  if (!options.python.empty()) {
    runs.push_back({"receipts", "python",
                    with(with(on, {options.python, "-m", "letsping_verify"}), rest),
                    files.few_lines, 1});
  }
  if (!options.typescript.empty()) {
    runs.push_back({"receipts", "typescript", with(with(on, {"node", options.typescript}), rest),
                    files.few_lines, 1});
  }
  return runs;
}

Done print_primitives(const Options& options, const Files& files, int pair) {
  const auto bound = measure_bound(options, {"verify", "--seconds", options.quick ? "1" : "2"});
  if (!bound) return std::unexpected(bound.error());
  Sample("w7", "primitives", "openssl")
      .add("pair", pair)
      .add("receipt_p256", files.each.p256)
      .add("receipt_ed25519", files.each.ed25519)
      .add(*bound)
      .print();
  return {};
}

// From exec to exit with one receipt.
Done starts(const Options& options, const Files& files) {
  const auto words = with(on_processors(1), {own_verifier(options), "--allow-test",
                                             "--trust=" + files.trust, files.one});
  for (int i = 0; i < (options.quick ? 5 : 20); ++i) {
    auto done = judge({.part = "start", .subject = "c++", .words = words, .items = 1}, i);
    if (!done) return done;
  }
  std::error_code fault;
  const auto bytes = std::filesystem::file_size(own_verifier(options), fault);
  if (fault) return std::unexpected("w7: " + fault.message());
  Sample("w7", "binary", "c++").add("bytes", bytes).print();
  return {};
}

Done judge_all(const Options& options, const Files& files) {
  if (auto done = starts(options, files); !done) return done;
  for (int pair = 0; pair < options.pairs; ++pair) {
    if (auto done = print_primitives(options, files, pair); !done) return done;
    for (const Judged& one : own_runs(options, files)) {
      if (auto done = judge(one, pair); !done) return done;
    }
    if (pair > 1) continue;  // they take long, and nothing is promised of them
    for (const Judged& one : other_runs(options, files)) {
      if (auto done = judge(one, pair); !done) return done;
    }
  }
  if (files.most_lines == 0) return {};
  // Ten times as long: does it take ten times as long, and no more memory?
  const std::vector<std::string> words{own_verifier(options), "--allow-test",
                                       "--trust=" + files.trust, files.most};
  return judge({.part = "receipts",
                .subject = "c++",
                .words = with(on_processors(2), words),
                .items = files.most_lines,
                .processors = 2},
               0);
}

}  // namespace

Done verify(const Options& options) {
  Files files;
  files.trust = files.path("trust.json");
  files.one = files.path("one.json");
  files.few = files.path("few.jsonl");
  files.many = files.path("many.jsonl");
  files.most = files.path("most.jsonl");
  files.bundle_trust = files.path("bundle-trust.json");
  files.bundle = files.path("bundle.tar");
  {
    auto subject = Subject::make(options, 2);
    if (!subject) return std::unexpected(subject.error());
    if (auto started = (*subject)->start(); !started) return started;
    if (auto signed_in = (*subject)->sign_in(); !signed_in) return signed_in;
    if (auto made = make_receipts(options, **subject, files); !made) return made;
    if (auto made = make_bundle(options, **subject, files); !made) return made;
  }
  return judge_all(options, files);
}

}  // namespace lp::bench
