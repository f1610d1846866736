#include "api/review/ruling_view.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/policy_ports.h"
#include "json/parse.h"
#include "policy/document.h"

namespace lp::api {
namespace {

std::optional<json::Value> sources_of(Context& context, const core::RequestView& view) {
  const store::Request& request = view.rows.request;
  const auto& ruled = view.rows.state.state.ruled;
  if (!ruled) return std::nullopt;
  const auto row = context.engine.reader().policy_version(request.project, ruled->version);
  if (!row || !*row) return std::nullopt;
  const auto document = policy::read_document((*row)->document, core::policy_ports());
  if (!document || document->sha256 != ruled->sha256) return std::nullopt;
  auto sources = json::Value::object();
  const auto tool = std::ranges::find_if(document->tools, [&](const policy::Tool& one) {
    return one.service == request.service && one.action == request.action;
  });
  if (tool == document->tools.end()) return sources;
  for (const auto& [fact, pointer] : tool->sources) sources.add(fact, pointer);
  return sources;
}

}  // namespace

void add_ruling(json::Value& value, Context& context, const core::RequestView& view) {
  if (view.ruling.empty()) return;
  auto ruling = json::parse(view.ruling);
  if (!ruling) return;
  if (auto sources = sources_of(context, view)) ruling->root.add("sources", *std::move(sources));
  value.add("ruling", std::move(ruling->root));
}

}  // namespace lp::api
