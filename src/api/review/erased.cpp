#include "api/review/erased.h"

#include <algorithm>

#include "api/errors.h"
#include "evidence/erasure.h"
#include "evidence/statement.h"

namespace lp::api {
namespace {

// The owner whose signature stands first, by name while there is one.
json::Value describe_owner(const core::Directory& directory, const std::string& member) {
  auto by = json::Value::object();
  by.add("id", member);
  const auto row = directory.members.find(member);
  if (row != directory.members.end() && !row->second.name.empty()) {
    by.add("name", row->second.name);
  }
  return by;
}

}  // namespace

std::expected<json::Value, net::Reply> describe_erased(Context& context,
                                                       const core::Directory& directory,
                                                       const store::Erasure& row) {
  const auto leaf = context.engine.reader().leaf(row.project, row.leaf_index);
  if (!leaf) return std::unexpected(internal_error("store.read_failed", leaf.error().what));
  const core::ProjectView* project = directory.project(row.project);
  auto value = json::Value::object();
  value.add("id", row.request)
      .add("project", row.project)
      .add("project_name", project != nullptr ? project->row.name : std::string{})
      .add("erased_at", lp::to_string(row.at))
      .add("index", row.leaf_index);
  const auto record = *leaf ? evidence::ErasureRecord::find((*leaf)->evidence) : std::nullopt;
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  const auto statement = *leaf ? evidence::read_statement((*leaf)->statement)
                               : std::unexpected(evidence::StatementFault{});
  if (!document || !statement || document->request_id != row.request) return value;
  value.add("by", describe_owner(directory, statement->actor.id))
      .add("basis", document->basis)
      .add("operator", document->operator_name)
      .add("complete_by", lp::to_string(document->complete_by));
  return value;
}

std::expected<json::Value, net::Reply> erased_list(Context& context,
                                                   const core::Directory& directory,
                                                   const store::RequestFilter& filter,
                                                   const std::string& last) {
  auto list = json::Value::array();
  // An erased request has no service and no labels any more that a filter could ask for.
  const bool by_content = filter.service || filter.action || filter.environment || filter.role ||
                          filter.trace_id || filter.parent_request_id;
  if (filter.pending == true || by_content) return list;
  std::vector<store::Erasure> found;
  for (const std::string& project : filter.projects) {
    auto rows = context.engine.reader().erasures(project, filter.before.value_or(""), filter.limit);
    if (!rows) return std::unexpected(internal_error("store.read_failed", rows.error().what));
    for (auto& row : *rows) {
      if (row.request > last) found.push_back(std::move(row));
    }
  }
  std::ranges::sort(found, std::ranges::greater{}, &store::Erasure::request);
  if (found.size() > filter.limit) found.resize(filter.limit);
  for (const store::Erasure& row : found) {
    auto item = describe_erased(context, directory, row);
    if (!item) return item;
    list.items().push_back(*std::move(item));
  }
  return list;
}

}  // namespace lp::api
