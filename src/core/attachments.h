// Files that an agent names when it asks and uploads afterwards, piece by piece.
//
// The ask says of each piece how long it is and what its SHA-256 is; only that is ever taken. A
// piece that is here is a file in blobs/ that was written completely, under a name made of the
// request, the attachment and its index: there is no second record of it that could say otherwise.
// Nothing is approved before all are here. They go when the request is erased, as all files of its
// name do.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/work.h"
#include "seal/attachment.h"
#include "store/blob_files.h"

namespace lp::core {

// One piece, of the length and hash that the ask announced: the door has looked.
struct PutAttachmentPiece {
  std::string project, request, attachment;
  std::uint64_t index = 0;
  std::string bytes;
  struct Result {
    std::uint64_t missing = 0;  // pieces of this attachment
  };
};
Applied<PutAttachmentPiece> apply(Work& work, PutAttachmentPiece& command);

// How many of its pieces are here.
store::Result<std::uint64_t> pieces_here(const store::BlobFiles& blobs, std::string_view request,
                                         const seal::DeclaredAttachment& attachment);

// Fault::attachments_missing unless all are here completely.
std::expected<void, Refused> attachments_here(
    const Work& work, const Work::Open& open,
    const std::vector<seal::DeclaredAttachment>& attachments);

// A piece as it was uploaded, opened where the server has sealed it; nothing when it is not here.
// Fault::row_tampered when the file is not what was written.
std::expected<std::optional<std::string>, Refused> read_piece(
    const store::BlobFiles& blobs, const Keys& keys, const store::Request& row,
    const seal::DeclaredAttachment& attachment, std::uint64_t index);

}  // namespace lp::core
