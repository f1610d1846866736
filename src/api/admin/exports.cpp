#include "api/admin/exports.h"

#include <mutex>
#include <utility>

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/evidence/export_run.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/text.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t id_bytes = 16;

struct Wish {
  std::optional<net::Reply> refusal;
  ExportWish of;
};

Wish read_wish(Call& call) {
  Wish wish;
  const auto document = read_object(std::move(call.request.body));
  if (!document) {
    wish.refusal = document.error();
    return wish;
  }
  Members members(document->root, "", wish.refusal);
  const std::string name = members.text("project", {.required = true});
  const auto format = evidence::export_format(members.text("format", {.required = true}));
  if (!format) members.refuse("format", "must be jsonl, csv, ocsf or bundle");
  wish.of.format = format.value_or(evidence::ExportFormat::jsonl);
  for (auto [member, slot] : {std::pair{"from", &wish.of.from}, std::pair{"to", &wish.of.to}}) {
    const std::string text = members.text(member);
    if (text.empty()) continue;
    *slot = export_time(text);
    if (!*slot) members.refuse(member, "must be a UTC time or day: 2026-03-01T12:00:00Z");
  }
  wish.of.project = project_of(call, name);
  if (wish.of.project == nullptr && !wish.refusal) wish.refusal = refuse(Reason::not_found);
  return wish;
}

net::Reply progress(const ExportRun& run, std::string bytes, bool last) {
  net::Reply reply = private_reply(std::move(bytes));
  reply.content_type = run.content_type();
  reply.headers.emplace_back("LP-Done", std::to_string(run.done()));
  reply.headers.emplace_back("LP-Work", std::to_string(run.work()));
  if (run.event()) reply.headers.emplace_back("LP-Event", std::to_string(*run.event()));
  if (last) reply.headers.emplace_back("LP-Last", "1");
  return reply;
}

}  // namespace

net::Outcome begin_export(Context& context, Call& call) {
  Wish wish = read_wish(call);
  if (wish.refusal) return *std::move(wish.refusal);
  auto run = ExportRun::begin(context, call, wish.of);
  if (!run) return std::move(run.error());
  auto value = json::Value::object();
  const evidence::ExportManifest& manifest = (*run)->manifest();
  value.add("project", wish.of.project->row.id)
      .add("origin", manifest.origin)
      .add("first", manifest.first)
      .add("end", manifest.end);
  const std::string id =
      context.export_runs.add(*std::move(run), hex(context.engine.entropy().bytes(id_bytes)),
                              context.engine.clock().monotonic_ms());
  if (id.empty()) return refuse(Reason::overloaded);
  return private_reply(json::compact(value.add("id", id)));
}

net::Outcome step_export(Context& context, Call& call) {
  const std::string& id = call.parameter("id");
  const auto held = context.export_runs.find(id, context.engine.clock().monotonic_ms());
  if (held == nullptr) return refuse(Reason::not_found);
  const std::lock_guard lock(held->step);
  ExportRun& run = *held->run;
  if (run.must_log()) {
    return submit(context, run.command(), [held](const core::RecordExport::Result& result) {
      const std::lock_guard again(held->step);
      if (held->run->must_log()) held->run->logged(result.index);
      return progress(*held->run, {}, false);
    });
  }
  auto step = run.step();
  if (!step || step->last) context.export_runs.drop(id);
  if (!step) return internal_error("export.step", step.error().what);
  return progress(run, std::move(step->bytes), step->last);
}

}  // namespace lp::api
