// What people have said about a request: comments, requests for changes, and what edits changed.
//
// All of it stands in the log, in the evidence of the event that it belongs to, and nowhere else:
// whoever erases the request erases it, and whoever verifies the log verifies it. The words are
// sealed: on the device of their author for those who hold the content key (seal/note.h), or under
// the request's DEK where the server can read the payload anyway.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/views.h"
#include "core/work.h"
#include "evidence/decision_core.h"
#include "seal/note.h"

namespace lp::core {

enum class RemarkKind : std::uint8_t { comment, changes, edit };
std::string_view to_string(RemarkKind kind);

struct Remark {
  RemarkKind kind = RemarkKind::comment;
  std::string id;  // "" of an edit about which its editor's device said nothing
  std::uint64_t version = 1;
  std::string member;
  Instant at;
  std::uint64_t leaf_index = 0;
  std::string note;  // JSON of a sealed note; "" when there is none
  std::string text;  // of a request that the server can read
};

// How many of them a request may have.
inline constexpr std::size_t remarks_max = 200;

// Oldest first, those that a signed checkpoint covers. Fault::row_tampered when one is not what its
// statement names.
std::expected<std::vector<Remark>, Refused> remarks_of(store::Reader& reader, const Keys& keys,
                                                       const Directory& directory,
                                                       const store::Request& row);

// --- in the making ---

seal::NotePlace place_of(const ProjectView& project, RemarkKind kind,
                         const evidence::DecisionCore& core);
// Whether the text is JSON of a note that was sealed for this place.
[[nodiscard]] bool note_fits(const std::string& note, const seal::NotePlace& place);

struct Words {
  std::string id, note, text;
};
// The evidence entry of these words; nothing without any.
std::optional<json::Value> remark_entry(Work& work, const Work::Open& open, const Secret& dek,
                                        const Words& words);

}  // namespace lp::core
