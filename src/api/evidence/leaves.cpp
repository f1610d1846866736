#include "api/evidence/leaves.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "api/errors.h"
#include "api/evidence/readable_log.h"
#include "api/query.h"
#include "api/reply.h"
#include "base/text.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::uint64_t leaves_max = 256;

json::Value describe(const store::Leaf& leaf, Evidence evidence) {
  auto value = json::Value::object();
  value.add("index", leaf.index)
      .add("type", evidence::to_string(leaf.type))
      .add("stream", leaf.stream)
      .add("statement", base64(leaf.statement))
      .add("leaf", base64(leaf.leaf));
  if (evidence == Evidence::with && !leaf.evidence.empty()) value.add("evidence", leaf.evidence);
  if (leaf.erased()) value.add("erased", true);
  return value;
}

}  // namespace

net::Outcome leaves_reply(Context& context, const net::Request& request,
                          const core::ProjectView& project, Evidence evidence) {
  const auto asked = query_number(request, "first", 0);
  const auto wanted = query_number(request, "count", leaves_max);
  if (!asked || !wanted) {
    return refuse(Reason::query_invalid, "first and count must be whole numbers");
  }
  const std::uint64_t size = project.live->signed_size;
  const std::uint64_t first = std::min(*asked, size);
  const std::uint64_t count = std::min({*wanted, leaves_max, size - first});
  const auto leaves = context.engine.reader().leaves(project.row.id, first, count);
  if (!leaves) return internal_error("store.read_failed", leaves.error().what);
  json::Array items;
  for (const auto& leaf : *leaves) items.push_back(describe(leaf, evidence));
  auto value = json::Value::object();
  value.add("size", size).add("leaves", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

net::Outcome log_statements(Context& context, Call& call) {
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  return leaves_reply(context, call.request, **project, Evidence::without);
}

}  // namespace lp::api
