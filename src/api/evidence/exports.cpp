#include "api/evidence/exports.h"

#include <atomic>
#include <utility>

#include "api/authorize.h"
#include "api/context.h"
#include "api/errors.h"
#include "api/evidence/export_run.h"
#include "base/log.h"

namespace lp::api {
namespace {

// Until the log has it; a flush takes about as long.
constexpr std::int64_t look_again_ms = 2;

// What the core says of the event, from its own thread.
struct Logging {
  enum class State : std::uint8_t { waiting, logged, refused };
  std::atomic<State> state = State::waiting;
  std::uint64_t event = 0;  // written before `state`, as is
  core::Refused refused;
};

// An export that writes itself to one connection.
class Streaming {
 public:
  Streaming(Context& context, std::unique_ptr<ExportRun> run, std::shared_ptr<void> place)
      : context_(&context), run_(std::move(run)), place_(std::move(place)) {}

  net::Chunk next(net::Prompt prompt) {
    if (prompt == net::Prompt::stop) return end("the server stops", refuse(Reason::stopping));
    if (run_->must_log()) {
      if (auto refused = log()) return end("the log does not take its event", *std::move(refused));
    }
    if (run_->must_log()) return {.again_ms = look_again_ms};
    auto step = run_->step();
    if (!step) return end(step.error().what, internal_error("export.step", step.error().what));
    begun_ = begun_ || !step->bytes.empty();
    return {.bytes = std::move(step->bytes), .again_ms = 1, .last = step->last};
  }

 private:
  // The refusal when it cannot be logged. Asks once, then looks.
  std::optional<net::Reply> log() {
    if (!logging_) {
      logging_ = std::make_shared<Logging>();
      const bool taken = context_->engine.submit<core::RecordExport>(
          run_->command(), [logging = logging_](auto result) {
            if (result) {
              logging->event = result->index;
            } else {
              logging->refused = std::move(result.error());
            }
            logging->state = result ? Logging::State::logged : Logging::State::refused;
          });
      if (!taken) return refuse(Reason::overloaded);
      return std::nullopt;
    }
    const Logging::State state = logging_->state;
    if (state == Logging::State::logged) run_->logged(logging_->event);
    if (state != Logging::State::refused) return std::nullopt;
    return refuse(logging_->refused);
  }

  // Once the head has left, what is missing at the end says that this is no export.
  net::Chunk end(std::string_view why, net::Reply refusal) const {
    if (!begun_) return {.instead = std::move(refusal)};
    log::warning("export.cut_off", "An export ended before its end.", {{"why", why}});
    return {.last = true};
  }

  Context* context_;
  std::unique_ptr<ExportRun> run_;
  std::shared_ptr<void> place_;
  std::shared_ptr<Logging> logging_;
  bool begun_ = false;  // some of its bytes have been said, and the head with them
};

struct Asked {
  std::optional<net::Reply> refusal;
  ExportWish wish;
};

Asked read_query(const Call& call) {
  Asked asked;
  const auto refuse_query = [&asked](std::string_view why) {
    asked.refusal = refuse(Reason::query_invalid, std::string(why));
  };
  const auto format = evidence::export_format(call.request.query_value("format").value_or("jsonl"));
  if (!format) refuse_query("format: must be jsonl, csv, ocsf or bundle");
  asked.wish.format = format.value_or(evidence::ExportFormat::jsonl);
  for (auto [name, slot] : {std::pair{"from", &asked.wish.from}, std::pair{"to", &asked.wish.to}}) {
    const auto text = call.request.query_value(name);
    if (!text) continue;
    *slot = export_time(*text);
    if (!*slot) {
      refuse_query(std::string(name) + ": must be a UTC time or day: 2026-03-01T12:00:00Z");
    }
  }
  return asked;
}

}  // namespace

net::Outcome stream_export(Context& context, Call& call) {
  // What a browser's session may read it reads in the dashboard: an export goes to a key's owner.
  if (call.key == nullptr) return refuse(Reason::api_key_invalid);
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  Asked asked = read_query(call);
  if (asked.refusal) return *std::move(asked.refusal);
  asked.wish.project = call.project;
  asked.wish.by = evidence::Actor{.id = call.key->id,
                                  .kind = evidence::ActorKind::api_key,
                                  .method = evidence::ActorMethod::api_key,
                                  .key = call.key->id};
  auto place = context.export_runs.take_place();
  if (!place) return refuse(Reason::overloaded);
  auto run = ExportRun::begin(context, call, asked.wish);
  if (!run) return std::move(run.error());
  net::Stream stream;
  stream.head_waits = true;
  stream.head.content_type = (*run)->content_type();
  stream.head.headers = {
      {"Cache-Control", "private, no-store"},
      {"Content-Disposition", "attachment; filename=\"" + (*run)->file_name() + "\""}};
  stream.next = [streaming =
                     std::make_unique<Streaming>(context, *std::move(run), std::move(place))](
                    net::Prompt prompt) { return streaming->next(prompt); };
  return stream;
}

}  // namespace lp::api
