#include "api/admin/things.h"

#include "api/epoch_body.h"
#include "api/letsping/agents.h"
#include "api/members.h"
#include "api/reply.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/approver.h"
#include "core/project_secrets.h"
#include "evidence/roster.h"
#include "identity/api_key.h"
#include "json/write.h"

namespace lp::api {
namespace {

const evidence::Actor local_operator{.id = "local_operator",
                                     .kind = evidence::ActorKind::system,
                                     .method = evidence::ActorMethod::session,
                                     .key = {}};

std::string_view to_string(store::Payloads payloads) {
  return payloads == store::Payloads::encrypted ? "encrypted" : "server_sealed";
}

json::Value describe_project(const core::Directory& directory, const core::ProjectView& project) {
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("origin", project.row.origin)
      .add("payloads", to_string(project.row.payloads))
      .add("roster_version", project.row.roster_version)
      .add("pending", project.live->pending.load())
      .add("log_size", project.live->signed_size.load())
      .add("created_at", to_string(project.row.created));
  if (const auto after = directory.successors.find(project.row.id);
      after != directory.successors.end()) {
    value.add("successor", after->second);
  }
  return value;
}

json::Value describe_key(const store::ApiKey& key) {
  auto value = json::Value::object();
  value.add("id", key.id)
      .add("project", key.project)
      .add("role", identity::to_string(key.role))
      .add("name", key.name)
      .add("created_at", to_string(key.created));
  if (key.revoked) value.add("revoked_at", to_string(*key.revoked));
  return value;
}

net::Reply list_reply(std::string_view name, json::Array items) {
  auto value = json::Value::object();
  value.add(name, json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

// Reads one body of texts: `names` in order, all required but those that start with '?'.
struct Body {
  std::optional<net::Reply> refusal;
  std::vector<std::string> values;
};
Body texts(Call& call, std::initializer_list<std::string_view> names) {
  Body body;
  const auto document = read_object(std::move(call.request.body), true);
  if (!document) {
    body.refusal = document.error();
    return body;
  }
  Members members(document->root, "", body.refusal);
  for (const std::string_view name : names) {
    const bool optional = name.starts_with('?');
    body.values.push_back(
        members.text(optional ? name.substr(1) : name, {.required = !optional, .max = 2'000}));
  }
  return body;
}

net::Reply empty_object() {
  return private_reply("{}");
}

net::Reply describe_made(const core::CreateProject::Result& result) {
  auto value = json::Value::object();
  value.add("id", result.id).add("origin", result.origin);
  return private_reply(json::compact(value));
}

// Where the test approver owns the directory a new project can be used at once; elsewhere its
// roster waits for the owner's signature in the dashboard.
void sign_test_roster(Context& context, const std::string& project,
                      std::shared_ptr<net::Responder> responder, net::Reply reply) {
  const auto directory = context.engine.directory();
  if (context.test_approver == nullptr || !directory->setup_owner) {
    responder->reply(std::move(reply));
    return;
  }
  core::SignRoster command =
      core::sign_roster_later(*directory, *directory->project(project), *context.test_approver,
                              context.engine.clock().now(), context.engine.entropy());
  const bool taken = context.engine.submit<core::SignRoster>(
      std::move(command), [responder, reply = std::move(reply)](auto done) mutable {
        responder->reply(done ? std::move(reply) : refuse(done.error()));
      });
  if (!taken) responder->reply(refuse(Reason::overloaded));
}

}  // namespace

const core::ProjectView* project_of(const Call& call, std::string_view id_or_name) {
  return call.directory->project_named(id_or_name);
}

net::Outcome list_projects(Context&, Call& call) {
  json::Array items;
  for (const auto& [id, project] : call.directory->projects) {
    items.push_back(describe_project(*call.directory, project));
  }
  return list_reply("projects", std::move(items));
}

net::Outcome create_project(Context& context, Call& call) {
  auto body = texts(call, {"name", "?payloads"});
  if (body.refusal) return *std::move(body.refusal);
  const std::string& payloads = body.values[1];
  if (!payloads.empty() && payloads != "encrypted" && payloads != "server_sealed") {
    return refuse_member("/payloads", "must be encrypted or server_sealed");
  }
  core::CreateProject command{.name = body.values[0],
                              .payloads = payloads == "server_sealed"
                                              ? store::Payloads::server_sealed
                                              : store::Payloads::encrypted};
  return net::Later{
      [&context, command = std::move(command)](std::shared_ptr<net::Responder> responder) mutable {
        const bool taken = context.engine.submit<core::CreateProject>(
            std::move(command), [&context, responder](auto made) {
              if (!made) {
                responder->reply(refuse(made.error()));
              } else {
                sign_test_roster(context, made->id, responder, describe_made(*made));
              }
            });
        if (!taken) responder->reply(refuse(Reason::overloaded));
      }};
}

net::Outcome list_keys(Context&, Call& call) {
  const auto wanted = call.request.query_value("project");
  const core::ProjectView* project = wanted ? project_of(call, *wanted) : nullptr;
  if (wanted && project == nullptr) return refuse(Reason::not_found);
  const auto role = call.request.query_value("role");
  json::Array items;
  for (const auto& [digest, key] : call.directory->keys) {
    if (role && identity::to_string(key.role) != *role) continue;
    if (project == nullptr || key.project == project->row.id) items.push_back(describe_key(key));
  }
  return list_reply("keys", std::move(items));
}

net::Outcome create_key(Context& context, Call& call) {
  auto body = texts(call, {"project", "role", "?name"});
  if (body.refusal) return *std::move(body.refusal);
  const core::ProjectView* project = project_of(call, body.values[0]);
  if (project == nullptr) return refuse(Reason::not_found);
  const auto role = identity::key_role(body.values[1]);
  if (!role) return refuse_member("/role", "must be agent, executor, auditor or admin");
  core::CreateKey command{.project = project->row.id, .role = *role, .name = body.values[2]};
  return submit(context, std::move(command), [](const core::CreateKey::Result& result) {
    auto value = json::Value::object();
    value.add("id", result.id).add("key", result.key.reveal());
    return private_reply(json::compact(value));
  });
}

net::Outcome revoke_key(Context& context, Call& call) {
  auto body = texts(call, {"project"});
  if (body.refusal) return *std::move(body.refusal);
  const core::ProjectView* project = project_of(call, body.values[0]);
  if (project == nullptr) return refuse(Reason::not_found);
  core::RevokeKey command{.project = project->row.id, .id = call.parameter("id")};
  return submit(context, std::move(command),
                [](const core::RevokeKey::Result&) { return empty_object(); });
}

net::Outcome list_devices(Context&, Call& call) {
  json::Array items;
  for (const auto& [id, device] : call.directory->devices) {
    auto value = json::Value::object();
    value.add("id", id)
        .add("key", id)
        .add("member", device.member)
        .add("class", device.key_class)
        .add("spki", base64(device.spki))
        .add("created_at", to_string(device.created));
    const auto passkey = call.directory->passkeys.find(id);
    if (passkey != call.directory->passkeys.end()) {
      value.add("rp_id", passkey->second.rp_id)
          .add("aaguid", passkey->second.aaguid)
          .add("credential", base64(passkey->second.credential));
      if (passkey->second.flagged) value.add("flagged_at", to_string(*passkey->second.flagged));
    }
    if (device.revoked) value.add("revoked_at", to_string(*device.revoked));
    items.push_back(std::move(value));
  }
  return list_reply("devices", std::move(items));
}

net::Outcome create_agent(Context& context, Call& call) {
  auto body = texts(call, {"project", "?public_key", "?handle"});
  if (body.refusal) return *std::move(body.refusal);
  const core::ProjectView* project = project_of(call, body.values[0]);
  if (project == nullptr) return refuse(Reason::not_found);
  std::string spki;
  if (!body.values[1].empty()) {
    auto decoded = read_public_key(body.values[1]);
    if (!decoded) return refuse_member("/public_key", public_key_must);
    spki = *std::move(decoded);
  }
  if (!body.values[2].empty() && !is_handle(body.values[2])) {
    return refuse_member("/handle", handle_must);
  }
  const std::string key = spki.empty() ? "" : evidence::key_id(spki);
  core::RegisterAgent command{.project = project->row.id,
                              .handle = body.values[2],
                              .made_by = call.directory->setup_owner.value_or("setup_owner"),
                              .public_key = std::move(spki),
                              .by = {.actor = local_operator}};
  return submit(context, std::move(command), [key](const core::RegisterAgent::Result& result) {
    auto value = json::Value::object();
    value.add("agent_id", result.agent_id);
    if (result.secret) value.add("agent_secret", result.secret->reveal());
    if (!key.empty()) value.add("key", key);
    return private_reply(json::compact(value));
  });
}

net::Outcome list_webhooks(Context&, Call& call) {
  json::Array items;
  for (const auto& [id, webhook] : call.directory->webhooks) {
    auto value = json::Value::object();
    value.add("id", id).add("project", webhook.project).add("url", webhook.url);
    items.push_back(std::move(value));
  }
  return list_reply("webhooks", std::move(items));
}

net::Outcome add_webhook(Context& context, Call& call) {
  auto body = texts(call, {"project", "url"});
  if (body.refusal) return *std::move(body.refusal);
  const core::ProjectView* project = project_of(call, body.values[0]);
  if (project == nullptr) return refuse(Reason::not_found);
  const std::string& url = body.values[1];
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    return refuse_member("/url", "must be an absolute http or https URL");
  }
  core::AddWebhook command{.project = project->row.id, .url = url};
  return submit(context, std::move(command), [](const core::AddWebhook::Result& result) {
    auto value = json::Value::object();
    value.add("id", result.id).add("secret", result.secret.reveal());
    return private_reply(json::compact(value));
  });
}

net::Outcome show_callback_secret(Context& context, Call& call) {
  const auto wanted = call.request.query_value("project");
  const core::ProjectView* project = wanted ? project_of(call, *wanted) : nullptr;
  if (project == nullptr) return refuse(Reason::not_found);
  auto value = json::Value::object();
  if (const auto* webhook = call.directory->callback_webhook(project->row.id)) {
    value.add("webhook", webhook->id);
  } else {
    const std::string founder = call.directory->founder(project->row.id);
    value.add("secret", core::callback_secret(context.engine.keys(), founder).reveal());
  }
  return private_reply(json::compact(value));
}

net::Outcome show_project_secret(Context& context, Call& call) {
  const auto wanted = call.request.query_value("project");
  const core::ProjectView* project = wanted ? project_of(call, *wanted) : nullptr;
  const std::string purpose = call.request.query_value("purpose").value_or("");
  if (project == nullptr) return refuse(Reason::not_found);
  if (purpose != core::claims_purpose && purpose != core::escrow_purpose) {
    return refuse(Reason::query_invalid, "purpose must be claims or escrow");
  }
  const auto secret =
      core::open_secret(context.engine.keys(), *call.directory, project->row.id, purpose);
  if (!secret) return internal_error("project.secret_gone", "A project's secret does not open.");
  auto value = json::Value::object();
  value.add("kid", call.directory->secret(project->row.id, purpose).id)
      .add("purpose", purpose)
      .add("secret", secret->reveal());
  return private_reply(json::compact(value));
}

net::Outcome make_setup_token(Context& context, Call&) {
  return submit(
      context, core::MakeSetupToken{}, [&context](const core::MakeSetupToken::Result& result) {
        auto value = json::Value::object();
        value.add("token", result.token.reveal())
            .add("url", context.public_url.empty() ? context.local_url : context.public_url)
            .add("expires_at", to_string(result.expires));
        return private_reply(json::compact(value));
      });
}

net::Outcome raise_epoch(Context& context, Call& call) {
  auto body = read_epoch(std::move(call.request.body));
  if (!body) return std::move(body.error());
  const core::ProjectView* project = project_of(call, body->project);
  if (project == nullptr) return refuse(Reason::not_found);
  body->command.project = project->row.id;
  body->command.actor = local_operator;
  return raise(context, std::move(body->command));
}

net::Outcome stop_agent(Context& context, Call& call) {
  auto body = texts(call, {"project", "?reason"});
  if (body.refusal) return *std::move(body.refusal);
  const core::ProjectView* project = project_of(call, body.values[0]);
  if (project == nullptr) return refuse(Reason::not_found);
  return stop(context, {.project = project->row.id,
                        .agent = call.parameter("id"),
                        .reason = body.values[1],
                        .actor = local_operator});
}

net::Outcome accept_clock(Context& context, Call&) {
  return submit(context, core::AcceptClock{},
                [](const core::AcceptClock::Result&) { return empty_object(); });
}

net::Outcome adopt_signer(Context& context, Call& call) {
  auto body = texts(call, {"reason"});
  if (body.refusal) return *std::move(body.refusal);
  core::AdoptSigner command{.reason = body.values[0]};
  return submit(context, std::move(command), [](const core::AdoptSigner::Result& result) {
    return list_reply("origins", json::Array(result.origins.begin(), result.origins.end()));
  });
}

}  // namespace lp::api
