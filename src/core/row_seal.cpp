#include "core/row_seal.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "json/value.h"
#include "json/write.h"

namespace lp::core {
namespace {

class Fields {
 public:
  explicit Fields(std::string_view label) {
    bytes_ = label;
    bytes_.push_back('\0');
  }

  Fields& add(std::string_view text) {
    add(std::uint64_t{text.size()});
    bytes_ += text;
    return *this;
  }
  Fields& add(std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes_.push_back(static_cast<char>(number >> shift));
    }
    return *this;
  }
  Fields& add(Instant at) { return add(static_cast<std::uint64_t>(at.ms)); }
  Fields& add(const Digest& digest) { return add(digest.view()); }
  template <typename T>
  Fields& add(const std::optional<T>& value) {
    add(std::uint64_t{value.has_value()});
    return value ? add(*value) : *this;
  }
  Fields& add(const evidence::PayloadRef& payload) {
    return add(std::string_view(payload.kind))
        .add(payload.env_sha256)
        .add(payload.commit)
        .add(payload.kid ? std::optional<std::string_view>(*payload.kid) : std::nullopt);
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

void add_state(Fields& fields, const approval::Request& state) {
  fields.add(state.version)
      .add(approval::to_string(state.state))
      .add(evidence::to_string(state.level))
      .add(state.created)
      .add(state.decide_by)
      .add(state.base)
      .add(state.current)
      .add(std::string_view(state.agent_owner))
      .add(std::uint64_t{state.no_isolation})
      .add(std::uint64_t{state.editors.size()});
  for (const std::string& member : state.editors) fields.add(std::string_view(member));
  fields.add(std::uint64_t{state.approvals.size()});
  for (const auto& review : state.approvals) {
    fields.add(std::string_view(review.member))
        .add(std::string_view(review.key))
        .add(review.statement_sha256);
  }
}

// As schema 2 guarded it.
std::string short_bytes(const store::RequestState& row) {
  auto guarded = json::Value::object();
  guarded.add("request_id", row.request)
      .add("version", row.state.version)
      .add("status", approval::to_string(row.state.state))
      .add("leaf_index", row.leaf_index)
      .add("statement_sha256", row.statement_sha256.hex());
  return json::canonical(guarded);
}

void add_row(Fields& fields, const store::Project& row) {
  fields.add(std::string_view(row.id))
      .add(std::string_view(row.name))
      .add(std::string_view(row.origin))
      .add(static_cast<std::uint64_t>(row.payloads))
      .add(std::uint64_t{row.single_operator})
      .add(row.created)
      .add(row.roster_version)
      .add(row.roster_sha256);
  // Behind all that every row has, so that a directory from before it keeps its seal.
  if (row.policy_version > 0 || row.policy_sha256) {
    fields.add(row.policy_version).add(row.policy_sha256);
  }
}

void add_row(Fields& fields, const store::ApiKey& row) {
  fields.add(std::string_view(row.id))
      .add(std::string_view(row.project))
      .add(identity::to_string(row.role))
      .add(std::string_view(row.name))
      .add(row.digest)
      .add(std::string_view(row.made_by))
      .add(row.created)
      .add(row.revoked);
}

void add_row(Fields& fields, const store::LinkedAccount& row) {
  fields.add(std::string_view(row.id))
      .add(std::string_view(row.member))
      .add(std::string_view(row.issuer))
      .add(std::string_view(row.subject))
      .add(std::uint64_t{row.groups.size()});
  for (const std::string& group : row.groups) fields.add(std::string_view(group));
  fields.add(row.created).add(row.removed);
}

void add_row(Fields& fields, const store::Agent& row) {
  fields.add(std::string_view(row.id))
      .add(std::string_view(row.project))
      .add(std::string_view(row.handle))
      .add(std::string_view(row.secret_sealed))
      .add(std::string_view(row.public_key))
      .add(std::string_view(row.made_by))
      .add(row.created)
      .add(row.revoked)
      .add(std::string_view(row.previous_secret_sealed))
      .add(std::string_view(row.previous_public_key))
      .add(row.rotated)
      .add(row.previous_until);
}

void add_row(Fields& fields, const store::Passkey& row) {
  for (const std::string* text : {&row.key, &row.member, &row.purpose, &row.credential, &row.spki,
                                  &row.rp_id, &row.origin, &row.aaguid}) {
    fields.add(std::string_view(*text));
  }
  fields.add(std::uint64_t{row.backup_eligible})
      .add(std::uint64_t{row.backed_up})
      .add(row.counter)
      .add(row.created)
      .add(row.removed)
      .add(row.flagged);
}

void add_row(Fields& fields, const store::Channel& row) {
  for (const std::string* text : {&row.id, &row.project, &row.kind, &row.name, &row.audience,
                                  &row.hint, &row.target_sealed}) {
    fields.add(std::string_view(*text));
  }
  fields.add(static_cast<std::uint64_t>(row.after_ms))
      .add(static_cast<std::uint64_t>(row.repeat_ms))
      .add(row.created);
}

void add_row(Fields& fields, const store::PushSubscription& row) {
  for (const std::string* text : {&row.id, &row.member, &row.name, &row.target_sealed}) {
    fields.add(std::string_view(*text));
  }
  fields.add(row.endpoint).add(static_cast<std::uint64_t>(row.after_ms)).add(row.created);
}

}  // namespace

Digest asked_sha256(const store::Request& row) {
  Fields fields("lp-asked/1");
  for (const std::string* text :
       {&row.id, &row.project, &row.api_key, &row.agent_id, &row.agent_owner, &row.strength,
        &row.candidate, &row.service, &row.action, &row.priority, &row.role, &row.environment,
        &row.trace_id, &row.parent_request_id, &row.client, &row.payload_kind,
        &row.commit_key_sealed, &row.details_sealed, &row.payload}) {
    fields.add(std::string_view(*text));
  }
  fields.add(row.request_sha256).add(row.created).add(row.decide_by).add(row.leaf_index);
  return crypto::sha256(fields.take());
}

Digest asked_sha256(const Digest& before, const store::Revision& row) {
  Fields fields("lp-asked-anew/1");
  fields.add(before)
      .add(std::string_view(row.request))
      .add(row.version)
      .add(std::string_view(row.payload))
      .add(std::string_view(row.commit_key_sealed))
      .add(std::string_view(row.details_sealed))
      .add(row.request_sha256);
  return crypto::sha256(fields.take());
}

std::string sealed_bytes(const store::RequestState& row) {
  if (!row.asked_sha256) return short_bytes(row);
  Fields fields("lp-row/2");
  fields.add(std::string_view(row.request)).add(std::string_view(row.project));
  add_state(fields, row.state);
  fields.add(row.leaf_index)
      .add(row.statement_sha256)
      .add(row.stream_seq)
      .add(*row.asked_sha256)
      .add(row.decided)
      .add(std::string_view(row.actor))
      .add(std::string_view(row.actor_kind))
      .add(std::string_view(row.method))
      .add(std::string_view(row.reason_sealed))
      .add(std::string_view(row.edited_payload));
  // Behind all that every row has, so that rows from before it keep their bytes.
  if (!row.state.changes_asked.empty()) fields.add(std::string_view("changes_asked"));
  for (const std::string& member : row.state.changes_asked) fields.add(std::string_view(member));
  if (const auto& ruled = row.state.ruled) {
    fields.add(std::string_view("ruled"))
        .add(ruled->version)
        .add(ruled->sha256)
        .add(std::string_view(ruled->name))
        .add(ruled->rule.sha256());
  }
  return fields.take();
}

std::string sealed_bytes(const store::CosignedHead& row) {
  return Fields("lp-cosigned/1")
      .add(std::string_view(row.origin))
      .add(row.size)
      .add(std::string_view(row.note))
      .take();
}

std::string sealed_bytes(const Directory& directory) {
  Fields fields("lp-directory/1");
  fields.add(std::string_view(directory.log_name))
      .add(std::uint64_t{directory.test})
      .add(std::uint64_t{directory.set_up})
      .add(directory.setup_owner ? std::optional<std::string_view>(*directory.setup_owner)
                                 : std::nullopt);
  fields.add(std::uint64_t{directory.projects.size()});
  for (const auto& [id, project] : directory.projects) add_row(fields, project.row);
  fields.add(std::uint64_t{directory.members.size()});
  for (const auto& [id, row] : directory.members) {
    fields.add(std::string_view(row.id)).add(std::string_view(row.name));
    fields.add(row.created).add(row.removed);
  }
  fields.add(std::uint64_t{directory.devices.size()});
  for (const auto& [key, row] : directory.devices) {
    fields.add(std::string_view(row.key)).add(std::string_view(row.member));
    fields.add(std::string_view(row.spki)).add(std::string_view(row.key_class));
    fields.add(row.created).add(row.revoked);
  }
  std::vector<const store::ApiKey*> keys;  // the map has no order
  for (const auto& [digest, row] : directory.keys) keys.push_back(&row);
  std::ranges::sort(keys, {}, &store::ApiKey::id);
  fields.add(std::uint64_t{keys.size()});
  for (const auto* row : keys) add_row(fields, *row);
  fields.add(std::uint64_t{directory.agents.size()});
  for (const auto& [id, row] : directory.agents) add_row(fields, row);
  fields.add(std::uint64_t{directory.secrets.size()});
  for (const auto& [place, row] : directory.secrets) {
    fields.add(std::string_view(row.id)).add(std::string_view(row.project));
    fields.add(std::string_view(row.purpose)).add(std::string_view(row.sealed));
    fields.add(row.created);
  }
  fields.add(std::uint64_t{directory.webhooks.size()});
  for (const auto& [id, row] : directory.webhooks) {
    fields.add(std::string_view(row.id)).add(std::string_view(row.project));
    fields.add(std::string_view(row.url)).add(std::string_view(row.secret_sealed));
    fields.add(row.created);
  }
  // Directories of schema 3 had neither; what was sealed then still holds.
  const auto erased = std::ranges::count_if(
      directory.members, [](const auto& item) { return item.second.erased.has_value(); });
  if (directory.witness_policy || directory.witness_ahead || erased > 0) {
    const auto text = [](const std::optional<std::string>& value) {
      return value ? std::optional<std::string_view>(*value) : std::nullopt;
    };
    fields.add(text(directory.witness_policy)).add(text(directory.witness_ahead));
  }
  // Nor anybody who was erased.
  if (erased > 0) {
    fields.add(static_cast<std::uint64_t>(erased));
    for (const auto& [id, row] : directory.members) {
      if (row.erased) fields.add(std::string_view(id)).add(row.erased);
    }
  }
  // Likewise of directories in which no log was ever closed.
  if (!directory.successors.empty()) {
    const std::string text = to_text(directory.successors);
    fields.add(std::string_view("lp-successors/1")).add(std::string_view(text));
  }
  if (directory.root_log) {
    fields.add(std::string_view("lp-root-log/1")).add(std::string_view(*directory.root_log));
  }
  // Nor in which nobody ever had a passkey.
  if (!directory.passkeys.empty()) {
    fields.add(std::string_view("lp-passkeys/1")).add(std::uint64_t{directory.passkeys.size()});
    for (const auto& [key, row] : directory.passkeys) add_row(fields, row);
  }
  // Nor in which nobody ever signed in with an account of a provider.
  if (!directory.accounts.empty()) {
    fields.add(std::string_view("lp-accounts/1")).add(std::uint64_t{directory.accounts.size()});
    for (const auto& [id, row] : directory.accounts) add_row(fields, row);
  }
  // Nor in which nobody was ever told anything.
  if (!directory.channels.empty() || !directory.subscriptions.empty()) {
    fields.add(std::string_view("lp-reach/1")).add(std::uint64_t{directory.channels.size()});
    for (const auto& [id, row] : directory.channels) add_row(fields, row);
    fields.add(std::uint64_t{directory.subscriptions.size()});
    for (const auto& [id, row] : directory.subscriptions) add_row(fields, row);
  }
  return fields.take();
}

}  // namespace lp::core
