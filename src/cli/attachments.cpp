#include "cli/attachments.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/visible.h"
#include "cli/administer.h"
#include "crypto/hash.h"
#include "json/parse.h"

namespace lp::cli {
namespace {

std::string text_at(const json::Value& object, std::string_view name) {
  return std::string(object.find_string(name).value_or(""));
}

bool is_sealed(const json::Value& detail) {
  return detail.find_string("payload_kind") != "plain";
}

// What the server says of one: {id, size, pieces, missing}; null when it knows none of that id.
const json::Value* known_to_server(const json::Value& detail, std::string_view id) {
  const json::Value* list = detail.find("attachments");
  if (list == nullptr || !list->is_array()) return nullptr;
  const auto found = std::ranges::find_if(
      list->items(), [&](const json::Value& one) { return one.find_string("id") == id; });
  return found == list->items().end() ? nullptr : &*found;
}

std::size_t known_count(const json::Value& detail) {
  const json::Value* list = detail.find("attachments");
  return list == nullptr || !list->is_array() ? 0 : list->items().size();
}

bool same_file(const json::Value& known, const seal::ListedAttachment& listed, bool sealed) {
  const std::uint64_t size = sealed ? seal::sealed_attachment_size(listed.size) : listed.size;
  return known.find_integer("size") == static_cast<std::int64_t>(size) &&
         known.find_integer("pieces") ==
             static_cast<std::int64_t>(seal::attachment_pieces(listed.size));
}

// What the pieces of one are opened with; nothing when they are not sealed.
struct Unsealing {
  Secret key;
  std::string context;
};
std::optional<Unsealing> opening_of(const json::Value& detail,
                                    const seal::ListedAttachment& attachment,
                                    const std::optional<seal::ContentKey>& key) {
  if (!is_sealed(detail) || !key) return std::nullopt;
  const std::string context = seal::context_of({.origin = text_at(detail, "origin"),
                                                .client_nonce = text_at(detail, "client_nonce"),
                                                .service = text_at(detail, "service"),
                                                .action = text_at(detail, "action"),
                                                .id = attachment.id});
  return Unsealing{.key = key->attachment_key(attachment.salt, context), .context = context};
}

std::expected<std::string, std::string> fetch_piece(AdminClient& client, const json::Value& detail,
                                                    const seal::ListedAttachment& attachment,
                                                    std::uint64_t index) {
  const auto reply =
      client.fetch(fmt::format("/admin/requests/{}/attachments/{}/{}",
                               query_escaped(text_at(detail, "id")), attachment.id, index));
  if (!reply) return std::unexpected(reply.error());
  if (reply->status == 404) {
    return std::unexpected(
        fmt::format("{} is not here completely: its agent has not uploaded "
                    "all of it.",
                    visible(attachment.name)));
  }
  if (reply->status != 200) {
    return std::unexpected(fmt::format("{}: what the server keeps is not what was uploaded.",
                                       visible(attachment.name)));
  }
  return reply->body;
}

}  // namespace

std::expected<std::vector<seal::ListedAttachment>, std::string> attachments_of(
    const json::Value& detail, const Reading& payload) {
  if (!payload.clear()) {
    return std::unexpected(payload.problem.empty() ? "The payload cannot be read here."
                                                   : payload.problem);
  }
  const auto document = json::parse(*payload.text);
  if (!document) return std::unexpected("The payload cannot be read here.");
  auto listed = seal::listed_attachments(document->root, is_sealed(detail));
  if (!listed) return listed;
  for (const auto& one : *listed) {
    const json::Value* known = known_to_server(detail, one.id);
    if (known != nullptr && same_file(*known, one, is_sealed(detail))) continue;
    return std::unexpected(fmt::format(
        "The payload names {}, which the agent has not announced so.", visible(one.name)));
  }
  if (listed->size() != known_count(detail)) {
    return std::unexpected("The agent has announced a file that the payload does not name.");
  }
  return listed;
}

std::string attachment_lines(const json::Value& detail, const Reading& payload) {
  const auto listed = attachments_of(detail, payload);
  if (!listed && known_count(detail) == 0 && !payload.clear()) return {};
  if (listed && listed->empty()) return {};
  std::string lines = "\nAttachments\n";
  if (!listed) return lines + fmt::format("  ! {}\n", visible(listed.error()));
  for (const auto& one : *listed) {
    const json::Value* known = known_to_server(detail, one.id);
    const auto missing = known->find_integer("missing").value_or(1);
    lines += fmt::format("  {}  {}  {} ({} bytes), SHA-256 {}{}\n", one.id, visible(one.name),
                         visible(one.type), one.size, one.sha256.hex(),
                         missing == 0 ? "" : "   (not here completely)");
  }
  return lines;
}

std::expected<void, std::string> fetch_attachment(AdminClient& client, const json::Value& detail,
                                                  const seal::ListedAttachment& attachment,
                                                  const std::optional<seal::ContentKey>& key,
                                                  const Sink& sink) {
  const auto opening = opening_of(detail, attachment, key);
  if (is_sealed(detail) && !opening) {
    return std::unexpected("LETSPING_ENCRYPTION_KEY is not set: nothing opens this.");
  }
  const std::uint64_t pieces = seal::attachment_pieces(attachment.size);
  crypto::Sha256 hash;
  std::uint64_t size = 0;
  for (std::uint64_t i = 0; i < pieces; ++i) {
    auto bytes = fetch_piece(client, detail, attachment, i);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    std::optional<std::string> clear =
        opening ? seal::open_attachment_piece(opening->key.reveal(), opening->context, i,
                                              i + 1 == pieces, *bytes)
                : std::optional(*std::move(bytes));
    if (!clear) {
      return std::unexpected(fmt::format(
          "{} does not open: it was changed, or is of another request.", visible(attachment.name)));
    }
    size += clear->size();
    hash.add(*clear);
    if (auto taken = sink(*clear); !taken) return taken;
  }
  if (size == attachment.size && hash.take() == attachment.sha256) return {};
  return std::unexpected(
      fmt::format("{} is not the file that the payload names.", visible(attachment.name)));
}

std::optional<std::string> unfit_attachments(AdminClient& client, const json::Value& detail,
                                             const std::string& edit,
                                             const std::optional<seal::ContentKey>& key) {
  const Reading current =
      read_payload(detail.find_string("payload_kind").value_or(""), current_payload(detail), key);
  // Why nobody can read it is said where it is decided.
  if (!current.clear()) return std::nullopt;
  const auto listed = attachments_of(detail, current);
  if (!listed) return listed.error();
  if (!edit.empty()) {
    const auto document = json::parse(edit);
    const auto other =
        document ? seal::listed_attachments(document->root, is_sealed(detail))
                 : std::expected<std::vector<seal::ListedAttachment>, std::string>(*listed);
    if (!other || *other != *listed) {
      return "An edit keeps _lp_attachments as the agent sent it.";
    }
  }
  for (const auto& one : *listed) {
    const auto fine =
        fetch_attachment(client, detail, one, key,
                         [](std::string_view) -> std::expected<void, std::string> { return {}; });
    if (!fine) return fine.error();
  }
  return std::nullopt;
}

}  // namespace lp::cli
