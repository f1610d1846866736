// W5: entries into the log. The engine alone, in this process; under it the store, the tree and the
// signer with smaller entries; and over HTTP the way of a decision into a signed checkpoint, at a
// rate that does not wait for the server.

#include <fmt/core.h>

#include <atomic>

#include "asks.h"
#include "bounds_runner.h"
#include "connection.h"
#include "decisions.h"
#include "engine_load.h"
#include "log_builder.h"
#include "open_loop.h"
#include "sample.h"
#include "workloads.h"

namespace lp::bench {
namespace {

constexpr int signs_per_decision = 2, verifies_per_decision = 1;
constexpr unsigned offering_connections = 64;
constexpr std::size_t small_body_bytes = 300;
constexpr int patience_ms = 10'000;
constexpr std::uint64_t batches[] = {64, 256, 1'024};

std::string seconds_of(const Options& options) {
  return options.quick ? "1" : "2";
}

// The same bytes, batch by batch: flushed alone, and hashed into a tree with a signature before.
Done print_bounds(const Options& options, std::string_view part, std::uint64_t batch, int pair,
                  double bytes) {
  const faults::Home home;
  const std::vector<std::string> words = {"flush",
                                          "--file",
                                          home.path() + "/journal",
                                          "--bytes",
                                          fmt::format("{:.0f}", bytes),
                                          "--batch",
                                          std::to_string(batch),
                                          "--seconds",
                                          seconds_of(options)};
  std::vector<std::string> with_log = words;
  with_log.insert(with_log.end(), {"--log", "1"});
  for (const auto& [subject, command] : {std::pair{"flush", words}, std::pair{"loop", with_log}}) {
    const auto bound = measure_bound(options, command);
    if (!bound) return std::unexpected(bound.error());
    Sample("w5", part, subject).add("batch", batch).add("pair", pair).add(*bound).print();
  }
  return {};
}

// --- the engine ------------------------------------------------------------------------------

struct Engine {
  std::atomic<std::uint64_t> batches = 0;
  std::unique_ptr<server::Installation> installation;
};

std::expected<std::unique_ptr<Engine>, std::string> open_engine(const Subject& subject) {
  auto engine = std::make_unique<Engine>();
  // lp-core stays where it is started; this thread goes on beside it.
  take_server_processor();
  auto opened = server::Installation::open(
      subject.place(), {}, [counted = engine.get()](const auto&) { ++counted->batches; });
  take_client_processor();
  if (!opened) return std::unexpected(opened.error());
  engine->installation = *std::move(opened);
  return engine;
}

Done measure_engine(Engine& engine, const EngineLoad& load, std::uint64_t batch, int pair) {
  const std::uint64_t before = engine.batches;
  auto measured = load_engine(engine.installation->engine(), load);
  if (!measured) return std::unexpected("w5: " + measured.error());
  const auto count = static_cast<double>(measured->events);
  Sample("w5", "append", load.signed_by_issuer ? "engine, signed" : "engine")
      .add("batch", batch)
      .add("pair", pair)
      .add("rate", count / measured->seconds)
      .add("filled", count / static_cast<double>(engine.batches - before))
      .add(measured->latencies)
      .print();
  return {};
}

// Two batches are under way: one that is committed, and one that fills up meanwhile.
Done engine_rows(const Options& options, const Subject& subject, double event_bytes) {
  auto engine = open_engine(subject);
  if (!engine) return std::unexpected(engine.error());
  EngineLoad load{.project = subject.projects()[0].id, .outstanding = 256, .seconds = 0.3};
  if (auto warm = load_engine((*engine)->installation->engine(), load); !warm) {
    return std::unexpected("w5: " + warm.error());
  }
  load.seconds = options.quick ? 1 : 2;
  for (const std::uint64_t batch : batches) {
    load.outstanding = 2 * batch;
    for (int pair = 0; pair < options.pairs; ++pair) {
      for (const bool issuer : {false, true}) {
        load.signed_by_issuer = issuer;
        if (auto done = measure_engine(**engine, load, batch, pair); !done) return done;
      }
      if (auto done = print_bounds(options, "append", batch, pair, event_bytes); !done) return done;
    }
  }
  return {};
}

// --- the log under it ------------------------------------------------------------------------

Done log_rows(const Options& options, LogBuilder& builder) {
  const std::uint64_t entries = options.quick ? 40'000 : 150'000;
  for (const std::uint64_t batch : batches) {
    for (int pair = 0; pair < options.pairs; ++pair) {
      Latencies took;
      const std::uint64_t count = entries / (batch == 64 ? 2 : 1);
      take_server_processor();
      auto done = builder.append(count, batch, Entries::compact, &took);
      take_client_processor();
      if (!done) return done;
      const double us = took.mean() * static_cast<double>(took.count());
      Sample("w5", "log", "log")
          .add("batch", batch)
          .add("pair", pair)
          .add("rate", static_cast<double>(count) / us * 1e6)
          .add("size", builder.size())
          .add(took)
          .print();
      done = print_bounds(options, "log", batch, pair, builder.entry_bytes());
      if (!done) return done;
    }
  }
  return {};
}

// --- over HTTP -------------------------------------------------------------------------------

// As many POSTs as the floor shall take.
class SmallPosts final : public Script {
 public:
  explicit SmallPosts(std::uint16_t port)
      : request_(request_bytes("POST", "/", port, "", std::string(small_body_bytes, 'x'))) {}
  std::int64_t next(std::string& request) override {
    request = request_;
    return 0;
  }
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::string request_;
};

Done print_offered(std::string_view subject, std::uint16_t port, Script& script,
                   const Offer& offered, int pair) {
  Measured measured = offer(port, script, offered);
  if (!measured.clean()) {
    return std::unexpected(fmt::format(
        "w5 {}: {}", subject,
        measured.broken ? "a connection broke or stood still" : measured.first_refusal));
  }
  Sample("w5", "offered", subject)
      .add("offered", offered.per_second)
      .add("pair", pair)
      .add("rate", measured.rate())
      .add(measured.latencies)
      .print();
  return {};
}

// The size in the newest checkpoint that the server shows.
std::expected<std::uint64_t, std::string> signed_size(const Subject& subject) {
  Connection client(subject.port());
  const std::string target = "/log/" + subject.projects()[0].log + "/checkpoint";
  const bool sent =
      client.send(request_bytes("GET", target, subject.port(), subject.auditor_fields()));
  const auto answer = sent ? client.wait(patience_ms) : std::nullopt;
  const auto note = answer ? tlog::Note::parse(answer->body) : std::nullopt;
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  if (!checkpoint) return std::unexpected("w5: the server shows no checkpoint");
  return checkpoint->size;
}

Done offer_decisions(Subject& subject, const Offer& offered, int pair) {
  const auto ids = make_asks(subject, offered.requests);
  if (!ids) return std::unexpected(ids.error());
  const auto decisions = sign_decisions(subject, *ids);
  if (!decisions) return std::unexpected(decisions.error());
  const auto before = signed_size(subject);
  if (!before) return std::unexpected(before.error());
  SendDecisions script(*decisions);
  auto done = print_offered("ours", subject.port(), script, offered, pair);
  if (!done) return done;
  // A review and a decision each: every one that was answered stands under a signed checkpoint.
  const auto after = signed_size(subject);
  if (!after) return std::unexpected(after.error());
  if (*after < *before + 2 * offered.requests) {
    return std::unexpected("w5: a decision was answered before it was under a checkpoint");
  }
  return {};
}

Done offered_rows(const Options& options, Subject& subject) {
  if (auto started = subject.start(); !started) return started;
  if (auto signed_in = subject.sign_in(); !signed_in) return signed_in;
  auto floor = Floor::start(options, signs_per_decision, verifies_per_decision);
  if (!floor) return std::unexpected(floor.error());
  auto bare = Floor::start(options, 0, 0);
  if (!bare) return std::unexpected(bare.error());
  const double seconds = options.quick ? 0.5 : 1.5;
  for (const double rate : {250.0, 500.0, 1'000.0, 2'000.0}) {
    const Offer offered{.per_second = rate,
                        .requests = static_cast<std::uint64_t>(rate * seconds),
                        .connections = offering_connections};
    for (int pair = 0; pair < options.pairs; ++pair) {
      if (auto done = offer_decisions(subject, offered, pair); !done) return done;
      for (const auto& [name, port] :
           {std::pair{"floor", (*floor)->port()}, std::pair{"bare", (*bare)->port()}}) {
        SmallPosts script(port);
        if (auto done = print_offered(name, port, script, offered, pair); !done) return done;
      }
    }
  }
  return {};
}

// What an event of the engine weighs: one is made and looked at.
std::expected<double, std::string> told_bytes(LogBuilder& builder) {
  if (auto done = builder.append(64, 64, Entries::told); !done) {
    return std::unexpected(done.error());
  }
  return builder.entry_bytes();
}

}  // namespace

Done append(const Options& options) {
  auto subject = Subject::make(options);
  if (!subject) return std::unexpected(subject.error());
  double event_bytes = 0;
  {
    auto builder = LogBuilder::open((*subject)->place(), (*subject)->projects()[0].id);
    if (!builder) return std::unexpected(builder.error());
    const auto bytes = told_bytes(**builder);
    if (!bytes) return std::unexpected(bytes.error());
    event_bytes = *bytes;
    Sample("w5", "bytes", "event").add("bytes", event_bytes).print();
    if (auto done = log_rows(options, **builder); !done) return done;
    Sample("w5", "bytes", "leaf").add("bytes", (*builder)->entry_bytes()).print();
  }
  if (auto done = engine_rows(options, **subject, event_bytes); !done) return done;
  return offered_rows(options, **subject);
}

}  // namespace lp::bench
