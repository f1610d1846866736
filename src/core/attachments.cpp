#include "core/attachments.h"

#include <algorithm>

#include "core/request_event.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

constexpr std::string_view purpose = "attachment";
// What sealing here adds to a piece: iv and tag.
constexpr std::size_t sealing_bytes = crypto::aead_iv_bytes + crypto::aead_tag_bytes;

std::string blob_of(std::string_view request, std::string_view attachment, std::uint64_t index) {
  return std::string(request) + "_att_" + std::string(attachment) + '_' + std::to_string(index);
}

// Sealed as itself alone: no piece stands in another's place.
std::string sealed_as(std::string_view request, std::string_view attachment, std::uint64_t index) {
  return std::string(request) + '/' + std::string(attachment) + '/' + std::to_string(index);
}

}  // namespace

store::Result<std::uint64_t> pieces_here(const store::BlobFiles& blobs, std::string_view request,
                                         const seal::DeclaredAttachment& attachment) {
  std::uint64_t here = 0;
  for (std::uint64_t i = 0; i < attachment.pieces.size(); ++i) {
    const auto held = blobs.holds(blob_of(request, attachment.id, i));
    if (!held) return std::unexpected(held.error());
    here += *held ? 1 : 0;
  }
  return here;
}

Applied<PutAttachmentPiece> apply(Work& work, PutAttachmentPiece& command) {
  auto open = work.request(command.request, command.project);
  if (!open) return std::unexpected(open.error());
  // What is decided is decided without it; after the deadline nothing is.
  const approval::Request& state = (*open)->state.state;
  if (terminal(state.state)) return refuse(approval::Refusal::already_closed, command.request);
  if (work.time_of(*(*open)->log) >= state.decide_by) {
    return refuse(approval::Refusal::past_deadline, command.request);
  }
  auto opened = open_details(work.world.keys, (*open)->row);
  if (!opened) return std::unexpected(opened.error());
  const auto& all = opened->details.attachments;
  const auto attachment = std::ranges::find(all, command.attachment, &seal::DeclaredAttachment::id);
  if (attachment == all.end() || command.index >= attachment->pieces.size()) {
    return refuse(Fault::unknown, command.request);
  }
  store::BlobFiles& blobs = work.world.blobs;
  const std::string name = blob_of(command.request, command.attachment, command.index);
  const auto held = blobs.holds(name);
  if (!held) return refuse(Fault::disk_reserve, command.request);
  if (!*held) {
    if (work.disk_low()) return refuse(Fault::disk_reserve, command.request);
    if ((*open)->row.payload_kind == "plain") {
      command.bytes = seal_field(opened->dek.reveal(), purpose,
                                 sealed_as(command.request, command.attachment, command.index),
                                 command.bytes, work.world.entropy);
    }
    if (!blobs.write(name, command.bytes)) return refuse(Fault::disk_reserve, command.request);
  }
  const auto here = pieces_here(blobs, command.request, *attachment);
  if (!here) return refuse(Fault::disk_reserve, command.request);
  const std::uint64_t missing = attachment->pieces.size() - *here;
  if (missing == 0) work.tell(command.project, command.request);
  return PutAttachmentPiece::Result{.missing = missing};
}

std::expected<void, Refused> attachments_here(
    const Work& work, const Work::Open& open,
    const std::vector<seal::DeclaredAttachment>& attachments) {
  std::size_t complete = 0;
  for (const auto& attachment : attachments) {
    const auto here = pieces_here(work.world.blobs, open.row.id, attachment);
    complete += here && *here == attachment.pieces.size() ? 1 : 0;
  }
  if (complete == attachments.size()) return {};
  return refuse(Fault::attachments_missing, open.row.id,
                std::to_string(complete) + " of " + std::to_string(attachments.size()) +
                    " are here");
}

std::expected<std::optional<std::string>, Refused> read_piece(
    const store::BlobFiles& blobs, const Keys& keys, const store::Request& row,
    const seal::DeclaredAttachment& attachment, std::uint64_t index) {
  const std::string name = blob_of(row.id, attachment.id, index);
  const auto held = blobs.holds(name);
  if (held && !*held) return std::nullopt;
  auto bytes = blobs.read(name, seal::attachment_piece_bytes + sealing_bytes);
  if (!bytes) return refuse(Fault::row_tampered, row.id);
  if (row.payload_kind == "plain") {
    const auto dek = keys.unwrap(row.dek_wrapped);
    auto clear = dek ? open_field(dek->reveal(), purpose,
                                  sealed_as(row.id, attachment.id, index), *bytes)
                     : std::nullopt;
    if (!clear) return refuse(Fault::row_tampered, row.id);
    bytes = *std::move(clear);
  }
  if (crypto::sha256(*bytes) != attachment.pieces[index]) {
    return refuse(Fault::row_tampered, row.id);
  }
  return std::optional(*std::move(bytes));
}

}  // namespace lp::core
