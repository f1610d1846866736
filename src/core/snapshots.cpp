// What agents leave beside their requests, and what is noted of what was sent to them.

#include <string>

#include "core/apply.h"
#include "core/engine.h"
#include "core/reach.h"
#include "core/row_seal.h"
#include "core/work.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

constexpr std::size_t blob_bytes_min = 1 << 20;

}  // namespace

Applied<PutSnapshot> apply(Work& work, PutSnapshot& command) {
  auto open = work.request(command.request, command.project);
  if (!open) return std::unexpected(open.error());
  if (work.disk_low()) {
    return refuse(Fault::disk_reserve, command.request);
  }
  store::Snapshot snapshot{.request = command.request,
                           .content_type = command.content_type,
                           .bytes = std::move(command.bytes),
                           .blob = {},
                           .sealing = command.sealing,
                           .created = work.now};
  if (command.sealing == "plain") {
    const auto dek = work.world.keys.unwrap((*open)->row.dek_wrapped);
    if (!dek) return refuse(Fault::row_tampered, command.request);
    snapshot.bytes =
        seal_field(dek->reveal(), "snapshot", command.request, snapshot.bytes, work.world.entropy);
    snapshot.sealing = "server";
  }
  if (snapshot.bytes.size() >= blob_bytes_min) {
    // The name carries its content's hash: a second upload cannot tear the first, and a crash
    // before the commit leaves a file that no row names.
    snapshot.blob = command.request + "_" + crypto::sha256(snapshot.bytes).hex().substr(0, 16);
    if (!work.world.blobs.write(snapshot.blob, snapshot.bytes)) {
      return refuse(Fault::disk_reserve, command.request);
    }
    snapshot.bytes.clear();
  }
  work.batch.writes.emplace_back(std::move(snapshot));
  return PutSnapshot::Result{};
}

Applied<PutGraphCheckpoint> apply(Work& work, PutGraphCheckpoint& command) {
  if (work.directory().project(command.project) == nullptr) return refuse(Fault::unknown);
  if (work.disk_low()) {
    return refuse(Fault::disk_reserve);
  }
  work.batch.writes.emplace_back(store::GraphCheckpoint{
      .project = command.project,
      .thread_id = command.thread_id,
      .checkpoint_id = command.checkpoint_id,
      .sealed = seal_field(graph_key(work.world.keys, command.project).reveal(), "graph",
                           command.thread_id, command.content, work.world.entropy),
      .created = work.now});
  return PutGraphCheckpoint::Result{};
}

Applied<DeleteGraphThread> apply(Work& work, DeleteGraphThread& command) {
  work.batch.removals.emplace_back(
      store::DeleteGraphThread{.project = command.project, .thread_id = command.thread_id});
  return DeleteGraphThread::Result{};
}

Applied<NoteDelivery> apply(Work& work, NoteDelivery& command) {
  if (work.erased(command.request)) return NoteDelivery::Result{};
  work.batch.writes.emplace_back(
      store::Delivery{.request = command.request, .at = work.now, .how = command.how});
  work.tell(command.project, command.request);
  return NoteDelivery::Result{};
}

Applied<OutboxAttempt> apply(Work& work, OutboxAttempt& command) {
  // It was on its way when its request was erased: its row must not come back.
  if (work.erased(command.item.request)) return OutboxAttempt::Result{};
  work.batch.writes.emplace_back(command.item);
  if (is_channel(command.item.webhook) || is_browser(command.item.webhook)) {
    settle_notice(work, command.item);
    return OutboxAttempt::Result{};
  }
  note_webhook(work, command.item);
  if (command.item.state == "sent") {
    work.batch.writes.emplace_back(
        store::Delivery{.request = command.item.request, .at = work.now, .how = "webhook"});
    work.tell(command.item.project, command.item.request);
  }
  return OutboxAttempt::Result{};
}

}  // namespace lp::core
