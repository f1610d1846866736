// Projects, keys, agents, webhooks, set-up links: what an operator makes and lists.

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome list_projects(Context& context, Call& call);
net::Outcome create_project(Context& context, Call& call);
net::Outcome list_keys(Context& context, Call& call);
net::Outcome create_key(Context& context, Call& call);
net::Outcome revoke_key(Context& context, Call& call);
net::Outcome list_devices(Context& context, Call& call);
net::Outcome create_agent(Context& context, Call& call);
net::Outcome list_webhooks(Context& context, Call& call);
net::Outcome add_webhook(Context& context, Call& call);
// ?project=: {secret} that its callbacks are signed with while it has no webhook, else {webhook}.
net::Outcome show_callback_secret(Context& context, Call& call);
// ?project=&purpose=claims|escrow: {kid, purpose, secret}, for those who check its HMACs.
net::Outcome show_project_secret(Context& context, Call& call);
net::Outcome make_setup_token(Context& context, Call& call);
net::Outcome accept_clock(Context& context, Call& call);
// The kill switches (api/epoch_body.h).
net::Outcome raise_epoch(Context& context, Call& call);
net::Outcome stop_agent(Context& context, Call& call);
net::Outcome adopt_signer(Context& context, Call& call);

// The project that the query or body names by id or name; null when there is none.
const core::ProjectView* project_of(const Call& call, std::string_view id_or_name);

}  // namespace lp::api
