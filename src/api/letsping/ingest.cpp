#include "api/letsping/ingest.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/authorize.h"
#include "api/errors.h"
#include "api/letsping/agent_proof.h"
#include "api/letsping/attachments.h"
#include "api/letsping/ingest_body.h"
#include "api/letsping/isolation.h"
#include "api/letsping/number_told.h"
#include "api/reply.h"
#include "api/signed_url.h"
#include "api/submit.h"
#include "base/text.h"
#include "core/number_match.h"
#include "core/project_secrets.h"
#include "json/write.h"

namespace lp::api {

namespace {

// What of an ask its answer is made with.
struct Asked {
  std::string base, project, api_key;
  std::vector<seal::DeclaredAttachment> attachments;
  bool shows_number = false;
};

void add_number(Context& context, json::Value& body, const Asked& asked,
                const std::string& request) {
  const auto view = context.engine.request(request, asked.project);
  if (!view) return;
  if (auto told = number_told(context, *view, asked.api_key)) {
    body.add("number_match", std::move(told->value));
  }
}

net::Reply accepted(Context& context, const Asked& asked, const core::Ingest::Result& result) {
  const std::string& base = asked.base;
  auto body = json::Value::object();
  body.add("id", result.id)
      .add("uploadUrl", base + sign_path(context.engine.keys(), net::Method::put,
                                         snapshot_path(result.id), context.engine.clock().now()));
  if (result.snapshot_key) body.add("dek", base64(result.snapshot_key->reveal()));
  if (!asked.attachments.empty()) {
    body.add("attachments", attachment_uploads(context, base, result.id, asked.attachments));
  }
  body.add("triage_url", base + "/requests/" + result.id)
      .add("version", result.version)
      .add("level", evidence::to_string(result.level))
      .add("decide_by", to_string(result.decide_by));
  if (result.replay) body.add("replay", true);
  if (result.advisory) body.add("advisory", advisory);
  if (asked.shows_number) add_number(context, body, asked, result.id);
  return json_reply(json::compact(body));
}

bool sound_idempotency_key(std::string_view key) {
  constexpr std::size_t key_max = 255;
  return key.size() <= key_max &&
         std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
}

// The escrow of an ask, checked, as the core keeps it.
std::optional<net::Reply> take_escrow(Context& context, const Call& call, IngestBody& read) {
  const auto secret = core::open_secret(context.engine.keys(), *call.directory, call.key->project,
                                        core::escrow_purpose);
  if (!secret) return internal_error("escrow.secret_gone", "The escrow secret does not open.");
  const core::AgentProof& proof = read.ask.proof;
  const std::string& caller = proof.agent_id.empty() ? call.key->id : proof.agent_id;
  auto refused = check_escrow(*read.escrow, read.ask.payload, proof, caller, secret->reveal());
  if (!refused) read.ask.escrow = json::compact(read.escrow->escrow.to_json());
  return refused;
}

}  // namespace

net::Outcome ingest(Context& context, Call& call) {
  if (auto limited = limit_key(context, call)) return *std::move(limited);
  const auto proof = prove_agent(context, call);
  if (!proof) return proof.error();
  auto read = read_ingest(std::move(call.request.body), call.project->row.payloads, *proof);
  if (!read) return std::move(read.error());
  core::Ingest& ask = read->ask;
  ask.project = call.key->project;
  ask.api_key = call.key->id;
  if (read->escrow) {
    if (auto refused = take_escrow(context, call, *read)) return *std::move(refused);
  }
  ask.client = client_name(call.request.header("user-agent"));
  ask.same_account = same_account(call.request.peer);
  if (const auto key = call.request.header("idempotency-key"); !key.empty()) {
    if (!sound_idempotency_key(key)) {
      return refuse(Reason::member_invalid,
                    "the Idempotency-Key header must be at most 255 printable ASCII characters");
    }
    ask.idempotency_key = key;
  }
  Asked asked{.base = base_url(context, call.request),
              .project = ask.project,
              .api_key = ask.api_key,
              .attachments = ask.attachments,
              .shows_number = core::announces_number(ask.capabilities)};
  return submit(context, std::move(ask),
                [&context, asked = std::move(asked)](const core::Ingest::Result& result) {
                  return accepted(context, asked, result);
                });
}

}  // namespace lp::api
