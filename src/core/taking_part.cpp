#include "core/taking_part.h"

#include <algorithm>

#include "base/assert.h"
#include "core/apply.h"
#include "core/passkeys.h"
#include "core/remark.h"
#include "core/request_event.h"
#include "core/work.h"
#include "identity/rights.h"

namespace lp::core {
namespace {

constexpr std::int64_t put_off_max_ms = 30LL * 24 * 3'600'000;

// Whose signature of rosters gives this right, in the project of an open request.
std::expected<const ProjectView*, Refused> place_in(Work& work, const Work::Open& open,
                                                    const std::string& member,
                                                    const std::string& key, identity::Right right) {
  const ProjectView* project = work.directory().project(open.row.project);
  LP_ASSERT(project != nullptr);
  if (!shows(work.directory(), *project, member, key)) return refuse(Fault::unknown);
  const bool by_passkey = project->entry_of(member, key) == nullptr;
  const auto* entry = project->place_of(member, key, by_passkey);
  if (entry == nullptr || !identity::grants(entry->roles, right)) {
    return refuse(Fault::not_permitted, open.row.id);
  }
  if (terminal(open.state.state.state)) {
    return refuse(approval::Refusal::already_closed, open.row.id);
  }
  return project;
}

// Whether the words are in the form that this request asks for.
bool fits(const ProjectView& project, const Work::Open& open, const Comment& command) {
  if (open.row.payload_kind == "plain") return !command.text.empty() && command.note.empty();
  return command.text.empty() &&
         note_fits(command.note, {.kind = std::string(to_string(RemarkKind::comment)),
                                  .id = command.id,
                                  .origin = project.row.origin,
                                  .request_id = open.row.id,
                                  .version = command.version,
                                  .author = command.member});
}

// Whether it was said before: a lost reply is no error. Nothing when there is no room for it.
std::expected<bool, Refused> said_before(Work& work, const Work::Open& open,
                                         const Comment& command) {
  const std::string mark = "comment " + open.row.id + " " + command.member + " " + command.id;
  if (work.nonce_used(mark)) return true;
  const auto said = remarks_of(work.world.rows, work.world.keys, work.directory(), open.row);
  if (!said) return std::unexpected(said.error());
  const bool before = std::ranges::any_of(*said, [&](const Remark& remark) {
    return remark.id == command.id && remark.member == command.member &&
           remark.kind == RemarkKind::comment;
  });
  if (before) return true;
  if (said->size() >= remarks_max) return refuse(Fault::talk_full, open.row.id);
  work.use_nonce(mark);
  return false;
}

}  // namespace

Applied<Viewed> apply(Work& work, Viewed& command) {
  auto open = work.request(command.request);
  if (!open) return std::unexpected(open.error());
  const ProjectView* project = work.directory().project((*open)->row.project);
  LP_ASSERT(project != nullptr);
  if (!shows(work.directory(), *project, command.member, command.key)) {
    return refuse(Fault::unknown, command.request);
  }
  if (command.version != (*open)->state.state.version) {
    return refuse(approval::Refusal::stale_version, command.request);
  }
  Work::Event event;
  event.statement = request_statement(*project, **open, evidence::EventType::request_viewed,
                                      {.id = command.member,
                                       .kind = evidence::ActorKind::member,
                                       .method = evidence::ActorMethod::session,
                                       .key = command.key});
  // A look at what is decided is an event too, but it must not move the terminal statement that
  // the release rule looks at; so it goes into the project's stream then.
  if (terminal((*open)->state.state.state)) {
    work.append(*(*open)->log, std::move(event));
  } else {
    work.append(*(*open)->log, (*open)->state, std::move(event));
  }
  return Viewed::Result{};
}

Applied<Comment> apply(Work& work, Comment& command) {
  auto open = work.request(command.request);
  if (!open) return std::unexpected(open.error());
  const auto project =
      place_in(work, **open, command.member, command.key, identity::Right::take_part);
  if (!project) return std::unexpected(project.error());
  if (command.version != (*open)->state.state.version) {
    return refuse(approval::Refusal::stale_version, command.request);
  }
  if (!fits(**project, **open, command)) return refuse(Fault::note_form, command.request);
  if (work.disk_low()) return refuse(Fault::disk_reserve, command.request);
  const auto before = said_before(work, **open, command);
  if (!before) return std::unexpected(before.error());
  if (*before) return Comment::Result{};
  const auto dek = work.world.keys.unwrap((*open)->row.dek_wrapped);
  if (!dek) return refuse(Fault::row_tampered, command.request);
  Work::Event event;
  event.statement = request_statement(**project, **open, evidence::EventType::review_commented,
                                      {.id = command.member,
                                       .kind = evidence::ActorKind::member,
                                       .method = evidence::ActorMethod::session,
                                       .key = command.key});
  auto entry = remark_entry(work, **open, *dek,
                            {.id = command.id, .note = command.note, .text = command.text});
  LP_ASSERT(entry.has_value());
  event.evidence.push_back(*std::move(entry));
  work.append(*(*open)->log, (*open)->state, std::move(event));
  work.tell((*open)->row.project, command.request);
  return Comment::Result{};
}

Applied<Assign> apply(Work& work, Assign& command) {
  auto open = work.request(command.request);
  if (!open) return std::unexpected(open.error());
  const auto project =
      place_in(work, **open, command.member, command.key, identity::Right::take_part);
  if (!project) return std::unexpected(project.error());
  const bool able = std::ranges::any_of((*project)->entries, [&](const auto& entry) {
    return entry.member == command.assignee &&
           identity::grants(entry.roles, identity::Right::decide);
  });
  if (!able && !command.assignee.empty()) {
    return refuse(approval::Refusal::not_a_reviewer, command.request);
  }
  work.batch.writes.emplace_back(store::Assignment{.request = command.request,
                                                   .member = command.assignee,
                                                   .by = command.member,
                                                   .at = work.now});
  work.tell((*open)->row.project, command.request);
  return Assign::Result{};
}

Applied<PutOff> apply(Work& work, PutOff& command) {
  auto open = work.request(command.request);
  if (!open) return std::unexpected(open.error());
  const auto project = place_in(work, **open, command.member, command.key, identity::Right::see);
  if (!project) return std::unexpected(project.error());
  const Instant until = command.until.value_or(work.now);
  if (command.until && (until <= work.now || until - work.now > put_off_max_ms)) {
    return refuse(Fault::put_off_too_long, command.request);
  }
  work.batch.writes.emplace_back(
      store::Snooze{.member = command.member, .request = command.request, .until = until});
  work.tell((*open)->row.project, command.request);
  return PutOff::Result{};
}

}  // namespace lp::core
