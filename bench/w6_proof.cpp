// W6: proofs of random entries of long logs: by the product's reader alone, and over HTTP beside a
// static file of the same size. What appending costs at each length is measured on the way.

#include <fmt/core.h>

#include <chrono>
#include <functional>
#include <memory>

#include "asks.h"
#include "bounds_runner.h"
#include "connection.h"
#include "core/log_reader.h"
#include "log_builder.h"
#include "sample.h"
#include "static_server.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr unsigned connections = 32;
constexpr int patience_ms = 10'000;
constexpr std::uint64_t fill_batch = 4'096, growth_batch = 256;
constexpr std::uint64_t growth_entries = 40'000;
constexpr double warm_up_s = 0.3, fill_s_max = 120;
// Prime, so that steps of it meet every tile.
constexpr std::uint64_t tile_stride = 7'919;

// How long a log is in the tables, and what it is made of.
struct Size {
  std::uint64_t leaves;
  Entries entries;
  [[nodiscard]] std::string_view name() const {
    return entries == Entries::compact ? "compact" : "told";
  }
};

// Numbers below `end`, in no order.
class Anywhere {
 public:
  explicit Anywhere(std::uint64_t end) : end_(end) {}
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 20) % end_;
  }

 private:
  const std::uint64_t end_;
  std::uint64_t state_ = 20'261'123;
};

// --- the reader alone ------------------------------------------------------------------------

enum class Kind : std::uint8_t { inclusion, consistency };

// What one proof takes, as the handler makes it: a reader for each. A proof that does not verify
// ends the workload.
std::expected<Latencies, std::string> prove_some(store::Reader& reader, const std::string& project,
                                                 const std::string& note, Kind kind,
                                                 std::uint64_t count) {
  const auto parsed = tlog::Note::parse(note);
  const auto head = parsed ? tlog::Checkpoint::parse_body(parsed->body) : std::nullopt;
  if (!head) return std::unexpected("w6: there is no checkpoint");
  Latencies took;
  Anywhere anywhere(head->size);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = anywhere.next();
    const auto begun = std::chrono::steady_clock::now();
    auto log = core::LogReader::at(reader, project, note);
    const auto path =
        kind == Kind::inclusion ? log->inclusion(at, head->size) : log->consistency(at, head->size);
    took.add(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun)
                 .count());
    if (!path) return std::unexpected("w6: an entry has no proof");
    if (kind == Kind::consistency) continue;
    const auto leaf = reader.leaf_hashes(project, at, 1);
    if (!leaf || leaf->size() != 1 ||
        !tlog::verify_inclusion(leaf->front(), at, head->size, *path, head->root)) {
      return std::unexpected("w6: a proof does not verify");
    }
  }
  return took;
}

// An entry of each tile, the tiles in no order: each is asked for once, and costs its reading.
std::expected<Latencies, std::string> prove_each_tile(store::Reader& reader,
                                                      const std::string& project,
                                                      const std::string& note, std::uint64_t size) {
  Latencies took;
  const std::uint64_t tiles = size / tlog::tile_width;
  for (std::uint64_t i = 0; i < tiles; ++i) {
    const std::uint64_t at = i * tile_stride % tiles * tlog::tile_width;
    const auto begun = std::chrono::steady_clock::now();
    auto log = core::LogReader::at(reader, project, note);
    if (!log || !log->inclusion(at, size)) return std::unexpected("w6: an entry has no proof");
    took.add(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun)
                 .count());
  }
  return took;
}

Done first_rows(LogBuilder& builder, const std::string& project, const Size& size) {
  take_server_processor();
  auto took = prove_each_tile(builder.reader(), project, builder.note(), builder.size());
  take_client_processor();
  if (!took) return std::unexpected(took.error());
  Sample("w6", "engine", "inclusion, first of its tile")
      .add("leaves", size.leaves)
      .add("entries", size.name())
      .add("pair", 0)
      .add(*took)
      .print();
  return {};
}

Done engine_rows(const Options& options, LogBuilder& builder, const std::string& project,
                 const Size& size, int pair) {
  if (pair == 0) {
    if (auto done = first_rows(builder, project, size); !done) return done;
  }
  const std::uint64_t count = options.quick ? 2'000 : 5'000;
  for (const auto& [kind, name] :
       {std::pair{Kind::inclusion, "inclusion"}, std::pair{Kind::consistency, "consistency"}}) {
    take_server_processor();
    auto took = prove_some(builder.reader(), project, builder.note(), kind, count);
    take_client_processor();
    if (!took) return std::unexpected(took.error());
    Sample("w6", "engine", name)
        .add("leaves", size.leaves)
        .add("entries", size.name())
        .add("pair", pair)
        .add(*took)
        .print();
  }
  if (pair > 0) return {};  // it takes its time, and repeats
  const auto bound = measure_bound(options, {"tree", "--leaves", std::to_string(size.leaves),
                                             "--proofs", std::to_string(count)});
  if (!bound) return std::unexpected(bound.error());
  Sample("w6", "engine", "tree in memory")
      .add("leaves", size.leaves)
      .add("entries", size.name())
      .add("pair", pair)
      .add(*bound)
      .print();
  return {};
}

// --- over HTTP -------------------------------------------------------------------------------

// GET of one target after the other.
class Gets final : public Script {
 public:
  using Target = std::function<std::string()>;
  Gets(std::uint16_t port, std::string fields, Target target)
      : port_(port), fields_(std::move(fields)), target_(std::move(target)) {}
  std::int64_t next(std::string& request) override {
    request = request_bytes("GET", target_(), port_, fields_);
    return 0;
  }
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::uint16_t port_;
  const std::string fields_;
  const Target target_;
};

struct Question {
  std::string_view subject;
  std::uint16_t port = 0;
  pid_t pid = 0;
  std::string fields;
  Gets::Target target;
};

Done ask(const Options& options, const Question& question, const Size& size, int pair) {
  const double seconds = options.quick ? 0.5 : 1.5;
  if (pair == 0) {
    Gets warm(question.port, question.fields, question.target);
    drive(question.port, connections, warm, {.seconds = warm_up_s});
  }
  Gets script(question.port, question.fields, question.target);
  const double before = usage_of(question.pid).cpu_s;
  Measured measured = drive(question.port, connections, script, {.seconds = seconds});
  if (!measured.clean()) {
    return std::unexpected(
        fmt::format("w6 {}: {}", question.subject,
                    measured.broken ? "a connection broke" : measured.first_refusal));
  }
  const double cpu_us = (usage_of(question.pid).cpu_s - before) * 1e6 /
                        static_cast<double>(measured.latencies.count());
  Sample("w6", "http", question.subject)
      .add("leaves", size.leaves)
      .add("entries", size.name())
      .add("pair", pair)
      .add("rate", measured.rate())
      .add("cpu_us", cpu_us)
      .add(measured.latencies)
      .print();
  return {};
}

std::expected<std::string, std::string> body_of(const Subject& subject, const std::string& target,
                                                const std::string& fields) {
  Connection client(subject.port());
  const auto answer = client.send(request_bytes("GET", target, subject.port(), fields))
                          ? client.wait(patience_ms)
                          : std::nullopt;
  if (!answer || answer->status != 200) return std::unexpected("w6: " + target + " is refused");
  return std::string(answer->body);
}

// The asks of the running server stand behind what was built, and their statements are told.
std::vector<Question> questions_of(const Subject& subject, std::uint64_t built,
                                   const std::vector<std::string>& asked) {
  const std::string log = "/log/" + subject.projects()[0].log;
  auto anywhere = std::make_shared<Anywhere>(built);
  auto among = std::make_shared<Anywhere>(asked.size());
  const std::string auditor = subject.auditor_fields(), agent = subject.agent_fields();
  const auto at = [&](std::string_view name, const std::string& fields, Gets::Target target) {
    return Question{.subject = name,
                    .port = subject.port(),
                    .pid = subject.pid(),
                    .fields = fields,
                    .target = std::move(target)};
  };
  return {at("inclusion", auditor,
             [=] { return log + "/proof/inclusion?index=" + std::to_string(anywhere->next()); }),
          at("consistency", auditor,
             [=] { return log + "/proof/consistency?from=" + std::to_string(anywhere->next()); }),
          at("receipt", auditor,
             [=] { return log + "/receipt/" + std::to_string(built + among->next()); }),
          at("agents/proof", agent,
             [=] { return "/api/agents/proof?request_id=" + asked[among->next()]; })};
}

// Asks for an entry of every tile, so often that each net thread has met most of them.
Done ask_each_tile(const Subject& subject, std::uint64_t built) {
  const std::uint64_t tiles = built / tlog::tile_width;
  std::uint64_t asked = 0;
  const std::string target = "/log/" + subject.projects()[0].log + "/proof/inclusion?index=";
  Gets script(subject.port(), subject.auditor_fields(), [&] {
    return target + std::to_string(asked++ * tile_stride % tiles * tlog::tile_width);
  });
  const auto done =
      drive(subject.port(), connections, script, {.seconds = fill_s_max, .requests = 4 * tiles});
  if (done.clean()) return {};
  return std::unexpected("w6: " + (done.broken ? "a connection broke" : done.first_refusal));
}

Done http_rows(const Options& options, Subject& subject, const Size& size, std::uint64_t built) {
  if (auto started = subject.start(); !started) return started;
  const std::uint64_t count = options.quick ? 300 : 2'000;
  const auto asked = make_asks(subject, count);
  if (!asked) return std::unexpected(asked.error());
  const std::string middle =
      "/log/" + subject.projects()[0].log + "/proof/inclusion?index=" + std::to_string(built / 2);
  const auto body = body_of(subject, middle, subject.auditor_fields());
  if (!body) return std::unexpected(body.error());
  if (auto done = ask_each_tile(subject, built); !done) return done;
  auto nginx = StaticServer::start(options, *body);
  if (!nginx) return std::unexpected("w6: " + nginx.error());
  std::vector<Question> questions = questions_of(subject, built, *asked);
  if (*nginx) {
    questions.push_back({.subject = "nginx",
                         .port = (*nginx)->port(),
                         .pid = (*nginx)->pid(),
                         .fields = {},
                         .target = [] { return "/static.json"; }});
  }
  for (int pair = 0; pair < options.pairs; ++pair) {
    for (const Question& question : questions) {
      if (auto done = ask(options, question, size, pair); !done) return done;
    }
  }
  subject.kill();
  return {};
}

// --- one length ------------------------------------------------------------------------------

// How quickly the log grows where it is as long as this.
Done growth(const Options& options, LogBuilder& builder, const Size& size) {
  for (int pair = 0; pair < options.pairs; ++pair) {
    Latencies took;
    take_server_processor();
    auto done = builder.append(growth_entries, growth_batch, size.entries, &took);
    take_client_processor();
    if (!done) return done;
    const double us = took.mean() * static_cast<double>(took.count());
    Sample("w6", "append", "log")
        .add("leaves", size.leaves)
        .add("entries", size.name())
        .add("pair", pair)
        .add("rate", static_cast<double>(growth_entries) / us * 1e6)
        .add(took)
        .print();
  }
  return {};
}

Done at_length(const Options& options, Subject& subject, const Size& size) {
  const std::string& project = subject.projects()[0].id;
  std::uint64_t built = 0;
  {
    auto builder = LogBuilder::open(subject.place(), project);
    if (!builder) return std::unexpected(builder.error());
    const std::uint64_t there = (*builder)->size();
    if (there < size.leaves) {
      auto filled = (*builder)->append(size.leaves - there, fill_batch, size.entries);
      if (!filled) return filled;
    }
    if (auto grown = growth(options, **builder, size); !grown) return grown;
    for (int pair = 0; pair < options.pairs; ++pair) {
      if (auto done = engine_rows(options, **builder, project, size, pair); !done) return done;
    }
    built = (*builder)->size();
  }
  return http_rows(options, subject, size, built);
}

}  // namespace

Done prove(const Options& options) {
  const std::uint64_t shorter = options.quick ? 100'000 : 1'000'000;
  // Statements as the server writes them, then ten times as many of what proofs read.
  for (const Entries entries : {Entries::told, Entries::compact}) {
    auto subject = Subject::make(options);
    if (!subject) return std::unexpected(subject.error());
    auto done = at_length(options, **subject, {.leaves = shorter, .entries = entries});
    if (!done) return done;
    if (entries == Entries::told) continue;
    done = at_length(options, **subject, {.leaves = 10 * shorter, .entries = entries});
    if (!done) return done;
  }
  return {};
}

}  // namespace lp::bench
