// Erasures over the wire: one form for the dashboard and the command line. What an owner signs
// travels as exact texts, one for each log that has to say it.

#pragma once

#include <expected>
#include <string>

#include "api/context.h"
#include "core/directory.h"
#include "json/value.h"
#include "net/message.h"

namespace lp::api {

// What is asked for: of a request or of a person.
struct ErasureAsk {
  std::string request, subject, basis, operator_name;
};
// From {request | subject, basis, operator}. Form only.
std::expected<ErasureAsk, net::Reply> read_erasure_ask(std::string body);

// {log_name, items:[{project, name, document}], request: its summary | member:{id, name}}: what an
// owner signs, exactly. Nothing is stored.
std::expected<json::Value, net::Reply> describe_erasure(Context& context,
                                                        const core::Directory& directory,
                                                        const ErasureAsk& ask);

// {items:[{project, document, signatures: JSON text}]} → {request | subject, complete_by,
// wal_clean, index | entries:[{project, index}]}. `proposal` is what it carries out; "" for none.
net::Outcome submit_erasure(Context& context, std::string body, std::string proposal);

}  // namespace lp::api
