#include "api/evidence/log.h"

#include <memory>
#include <string>
#include <utility>

#include "api/errors.h"
#include "api/evidence/readable_log.h"
#include "core/log_reader.h"
#include "tlog/tile.h"

namespace lp::api {

std::expected<const core::ProjectView*, net::Reply> readable_log(Context& context,
                                                                 const Call& call) {
  const core::ProjectView* project = call.directory->project_of_log(call.parameter("log"));
  if (call.key != nullptr) {
    if (project == nullptr || !call.directory->stands_for(call.key->project, project->row.id)) {
      return std::unexpected(refuse(Reason::not_found));
    }
    return project;
  }
  const bool session = project != nullptr && context.session_reads_log != nullptr &&
                       context.session_reads_log(context, call.request, project->row.id);
  if (!session) return std::unexpected(refuse(Reason::api_key_invalid));
  return project;
}

std::shared_ptr<const std::string> asked_note(const Call& call, const core::LiveLog& live) {
  const bool cosigned = call.request.query_value("cosigned") == "true";
  return cosigned ? live.cosigned.load() : core::newest_note(live);
}

namespace {

net::Reply tile_reply(std::string bytes, bool full) {
  // A full tile never changes; a partial one is a prefix that grows.
  net::Reply reply;
  reply.content_type = "application/octet-stream";
  reply.body = std::move(bytes);
  reply.headers.emplace_back("Cache-Control",
                             full ? "private, max-age=31536000, immutable" : "private, no-cache");
  return reply;
}

}  // namespace

net::Outcome log_checkpoint(Context& context, Call& call) {
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  const auto note = asked_note(call, *(*project)->live);
  if (note == nullptr) return refuse(Reason::not_found);
  net::Reply reply;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = *note;
  reply.headers.emplace_back("Cache-Control", "private, no-cache");
  return reply;
}

net::Outcome log_tile(Context& context, Call& call) {
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  const auto address = tlog::parse_tile_path(call.parameter("tile"));
  if (!address) return refuse(Reason::not_found);
  // The release rule: what no signed checkpoint covers is not there yet.
  const std::uint64_t size = (*project)->live->signed_size.load();
  if (tlog::tile_entries(*address, size) < address->width) return refuse(Reason::not_found);
  auto bytes = core::tile_bytes(context.engine.reader(), (*project)->row.id, *address);
  if (!bytes) return internal_error("log.read", bytes.error().what);
  return tile_reply(*std::move(bytes), address->width == tlog::tile_width);
}

}  // namespace lp::api
