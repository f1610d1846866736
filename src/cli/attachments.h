// The files beside a request, at the terminal: what the payload says of them, whether they are
// here, and their bytes, opened here and compared with what the payload says.
//
// Nothing is approved whose files were not all fetched and compared: what the agent uses is what
// the payload names by its hash.

#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/admin_client.h"
#include "cli/request_page.h"
#include "json/value.h"
#include "seal/attachment.h"
#include "seal/content_key.h"

namespace lp::cli {

// What the payload lists, when it is what the server was told of. The error is a sentence.
std::expected<std::vector<seal::ListedAttachment>, std::string> attachments_of(
    const json::Value& detail, const Reading& payload);

// A line for each, of which every character of others is made visible; "" without any.
std::string attachment_lines(const json::Value& detail, const Reading& payload);

using Sink = std::function<std::expected<void, std::string>(std::string_view)>;

// Fetches all of one and gives it to `sink` piece by piece. The error is a sentence; what was given
// before it is not to be used.
std::expected<void, std::string> fetch_attachment(AdminClient& client, const json::Value& detail,
                                                  const seal::ListedAttachment& attachment,
                                                  const std::optional<seal::ContentKey>& key,
                                                  const Sink& sink);

// Why the payload cannot be approved with its files as they are; nothing when it can. `edit`: what
// shall run instead, "" when nothing does.
std::optional<std::string> unfit_attachments(AdminClient& client, const json::Value& detail,
                                             const std::string& edit,
                                             const std::optional<seal::ContentKey>& key);

}  // namespace lp::cli
