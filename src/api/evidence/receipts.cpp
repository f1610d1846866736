#include "api/evidence/receipts.h"

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/things.h"
#include "api/authorize.h"
#include "api/errors.h"
#include "api/evidence/readable_log.h"
#include "api/evidence/root_log.h"
#include "api/reply.h"
#include "base/assert.h"
#include "base/id.h"
#include "core/ground.h"
#include "core/issuer.h"
#include "core/log_reader.h"
#include "core/receipt.h"
#include "evidence/erasure.h"
#include "evidence/receipt_renderings.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::uint64_t witness_wait_s = 10, witness_wait_s_max = 30;
constexpr int witness_retry_s = 60;  // what is idle is cosigned anew as often (server/cosigning.h)
constexpr HoldCaps witness_wait_caps{.per_key_and_address = 8, .per_project = 64, .total = 512};
constexpr std::string_view receipt_type = "application/vnd.letsping.receipt.v1+json";

// Canonical decimal; nothing for anything else.
std::optional<std::uint64_t> read_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// A number of the query; `otherwise` when it is not there. The refusal names it.
std::expected<std::uint64_t, net::Reply> number(const Call& call, std::string_view name,
                                                std::optional<std::uint64_t> otherwise) {
  const auto text = call.request.query_value(name);
  const auto value = text ? read_number(*text) : otherwise;
  if (value) return *value;
  return std::unexpected(refuse(Reason::query_invalid, std::string(name) + " must be a number"));
}

net::Reply refuse_receipt(core::NoReceipt why) {
  switch (why) {
    case core::NoReceipt::unknown:
      return refuse(Reason::not_found);
    case core::NoReceipt::incomplete:
      return refuse(Reason::receipt_incomplete);
    case core::NoReceipt::too_large:
      return refuse(Reason::receipt_too_large);
    case core::NoReceipt::unavailable:
      return internal_error("receipt.read", "the store cannot be read");
  }
  assertion_failed("a NoReceipt", __FILE__, __LINE__);
}

net::Reply typed(std::string_view content_type, std::string body) {
  net::Reply reply = private_reply(std::move(body));
  reply.content_type = content_type;
  return reply;
}

net::Reply rendered(Context& context, const core::ProjectView& project,
                    const evidence::Receipt& receipt, std::string_view format) {
  if (format == "json") return typed(receipt_type, receipt.bytes() + "\n");
  if (format == "tlog-proof") {
    return typed("text/plain; charset=utf-8", receipt.logged.proof.to_string());
  }
  if (format == "jws") {
    return typed("application/jose",
                 evidence::receipt_jws(receipt, core::issuer_now(context.engine.keys(), project)));
  }
  if (format != "sigstore") {
    return refuse(Reason::query_invalid, "format must be json, tlog-proof, sigstore or jws");
  }
  const auto note = tlog::Note::parse(receipt.logged.proof.checkpoint);
  const auto head = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  const auto key = head ? tlog::VerifierKey::parse(project.log_vkey_at(head->size)) : std::nullopt;
  const auto bundle = key ? evidence::sigstore_bundle(receipt, *key) : std::nullopt;
  if (!bundle) {
    return refuse(Reason::query_invalid, "an event that nobody signed has no Sigstore bundle");
  }
  return private_reply(json::compact(*bundle));
}

// One receipt that was asked for, from the asking to the answer. What waits for witnesses is held
// until there is a ground that the quorum stands behind, or its time is over.
struct Wanted {
  Context& context;
  core::DirectoryPtr directory;      // holds the project
  const core::ProjectView* project;  // in it
  core::ReceiptWish wish;
  std::string format;
  std::string waiter, address;
  bool held = false;

  Wanted(Context& owner, const Call& call, const core::ProjectView& of)
      : context(owner),
        directory(call.directory),
        project(&of),
        waiter(call.key == nullptr ? std::string("session") : call.key->id),
        address(call.key == nullptr ? call.request.peer.address : std::string()) {}
  Wanted(const Wanted&) = delete;
  Wanted& operator=(const Wanted&) = delete;
  ~Wanted() {
    if (held) context.witness_waits.release(waiter, address, project->row.id);
  }

  bool hold() {
    held = context.witness_waits.take(waiter, address, project->row.id, witness_wait_caps);
    return held;
  }
  // As things stand. Nothing when it shall be witnessed and is not yet.
  std::optional<net::Reply> reply(bool must_be_witnessed) {
    auto ground = core::ground_of(context.engine.reader(), context.engine.notary(), *directory,
                                  *project, wish.index);
    if (!ground) return refuse_receipt(core::NoReceipt::unknown);
    if (must_be_witnessed && !ground->witnessed) return std::nullopt;
    const auto receipt = core::receipt_on(*std::move(ground), context.engine.reader(),
                                          context.engine.keys(), *project, wish);
    if (!receipt) return refuse_receipt(receipt.error());
    return rendered(context, *project, *receipt, format);
  }
};

// What there is, said to be less than what was asked for.
net::Reply not_yet(Wanted& wanted) {
  auto reply = wanted.reply(false);
  LP_ASSERT(reply.has_value());
  if (reply->status != 200) return *std::move(reply);
  reply->status = 202;
  reply->headers.emplace_back("Retry-After", std::to_string(witness_retry_s));
  return *std::move(reply);
}

net::Outcome when_witnessed(std::unique_ptr<Wanted> wanted, std::uint64_t timeout_s) {
  if (auto reply = wanted->reply(true)) return *std::move(reply);
  if (!wanted->hold()) return not_yet(*wanted);
  auto render = [wanted = std::move(wanted)](bool expired) mutable -> std::optional<net::Reply> {
    if (wanted == nullptr) return std::nullopt;
    auto reply = wanted->reply(true);
    if (!reply && expired) reply = not_yet(*wanted);
    if (reply) wanted.reset();
    return reply;
  };
  return net::Park{.topic = std::string(core::witnessed_topic),
                   .hold_ms = static_cast<std::int64_t>(timeout_s) * 1'000,
                   .render = std::move(render),
                   .abandoned = {}};
}

net::Outcome reply_with(Context& context, const Call& call, const core::ProjectView& project,
                        std::uint64_t index) {
  const auto first = number(call, "from_roster", 1);
  if (!first) return first.error();
  auto wanted = std::make_unique<Wanted>(context, call, project);
  wanted->wish = {.index = index, .first_roster = *first};
  wanted->format = call.request.query_value("format").value_or("json");
  const auto wait = call.request.query_value("wait");
  if (!wait) return *wanted->reply(false);
  if (*wait != "witnessed") return refuse(Reason::query_invalid, "wait must be witnessed");
  const auto timeout_s = number(call, "timeout", witness_wait_s);
  if (!timeout_s) return timeout_s.error();
  if (*timeout_s < 1 || *timeout_s > witness_wait_s_max) {
    return refuse(Reason::query_invalid, "timeout must be 1 to 30 seconds");
  }
  if (!describe_witnesses(*call.directory)) {
    return refuse(Reason::query_invalid, "wait: this server has no witnesses");
  }
  return when_witnessed(std::move(wanted), *timeout_s);
}

// The index that {leaf} means: a decimal, or the hash of a leaf.
std::optional<std::uint64_t> index_of(Context& context, const core::ProjectView& project,
                                      std::string_view leaf) {
  if (const auto hash = Digest::from_hex(leaf)) {
    auto log = core::LogReader::open(context.engine.reader(), project);
    return log ? log->find(*hash) : std::nullopt;
  }
  return read_number(leaf);
}

// Whether the leaf is one of a request that this key brought.
bool is_own(Context& context, const Call& call, const core::ProjectView& project,
            std::uint64_t index) {
  if (index >= project.live->signed_size.load()) return false;
  const auto leaf = context.engine.reader().leaf(project.row.id, index);
  if (!leaf || !*leaf || !is_id("req", (*leaf)->stream)) return false;
  const auto view = context.engine.request((*leaf)->stream, project.row.id);
  return view && view->rows.request.api_key == call.key->id;
}

net::Outcome hashes_reply(std::string_view first, std::uint64_t first_value,
                          std::string_view second, std::uint64_t second_value,
                          const std::optional<std::vector<Digest>>& hashes) {
  if (!hashes) return refuse(Reason::not_found);
  json::Value texts = json::Value::array();
  for (const Digest& hash : *hashes) texts.items().emplace_back(base64(hash.view()));
  json::Value value = json::Value::object();
  value.add(first, first_value).add(second, second_value).add("hashes", std::move(texts));
  return private_reply(json::compact(value));
}

// Of the decision; while there is none, or none that may be told, of the asking.
std::uint64_t telling_index(const core::RequestView& view) {
  return approval::terminal(view.state) ? view.rows.state.leaf_index : view.rows.request.leaf_index;
}

}  // namespace

net::Outcome log_receipt(Context& context, Call& call) {
  const bool agent = call.key != nullptr && call.key->role == identity::KeyRole::agent;
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  if (call.key != nullptr) {
    if (auto limited = limit_key(context, call)) return *std::move(limited);
  }
  const std::string& leaf = call.parameter("leaf");
  // An agent names what it was told; to search the log is for auditors.
  const auto index = agent ? read_number(leaf) : index_of(context, **project, leaf);
  if (!index || (agent && !is_own(context, call, **project, *index))) {
    return refuse(Reason::not_found);
  }
  return reply_with(context, call, **project, *index);
}

net::Outcome log_inclusion(Context& context, Call& call) {
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  auto log = core::LogReader::open(context.engine.reader(), **project);
  if (!log) return refuse(Reason::not_found);
  const auto index = number(call, "index", std::nullopt);
  if (!index) return index.error();
  const auto size = number(call, "size", log->size());
  if (!size) return size.error();
  return hashes_reply("index", *index, "size", *size, log->inclusion(*index, *size));
}

net::Outcome log_consistency(Context& context, Call& call) {
  const auto project = readable_log(context, call);
  if (!project) return project.error();
  if (call.key != nullptr) {
    if (auto limited = limit_key(context, call)) return *std::move(limited);
  }
  auto log = core::LogReader::open(context.engine.reader(), **project);
  if (!log) return refuse(Reason::not_found);
  const auto from = number(call, "from", std::nullopt);
  if (!from) return from.error();
  const auto to = number(call, "to", log->size());
  if (!to) return to.error();
  return hashes_reply("from", *from, "to", *to, log->consistency(*from, *to));
}

net::Outcome request_receipt(Context& context, Call& call, const Session& session) {
  const std::string& id = call.parameter("id");
  if (!is_id("req", id)) return refuse(Reason::not_found);
  const auto view = context.engine.request(id, {});
  if (!view) return refuse_gone(context, *call.directory, session, view.error());
  const core::ProjectView* project = call.directory->project(view->rows.request.project);
  if (project == nullptr || !sees(session, *project)) return refuse(Reason::not_found);
  if (!may(session, *project, identity::Right::read_log)) return refuse(Reason::not_permitted);
  return reply_with(context, call, *project, telling_index(*view));
}

std::optional<net::Reply> add_receipt(Context& context, json::Value& reply,
                                      const core::ProjectView& project, std::uint64_t index) {
  const core::DirectoryPtr directory = context.engine.directory();
  auto receipt = core::receipt_json(context.engine.reader(), context.engine.keys(),
                                    context.engine.notary(), *directory, project, {.index = index});
  if (receipt) {
    reply.add("receipt", *std::move(receipt));
    return std::nullopt;
  }
  if (receipt.error() == core::NoReceipt::unavailable) return refuse_receipt(receipt.error());
  return std::nullopt;
}

namespace {

// Of an erased request: its first entry, which says ERASED.
net::Outcome erased_receipt(Context& context, const Call& call, const std::string& request) {
  const auto erasure = context.engine.reader().erasure(request);
  if (!erasure) return internal_error("receipt.read", erasure.error().what);
  const core::ProjectView* project =
      *erasure ? call.directory->project((*erasure)->project) : nullptr;
  if (project == nullptr) return refuse(Reason::not_found);
  const auto leaf = context.engine.reader().leaf(project->row.id, (*erasure)->leaf_index);
  const auto record =
      leaf && *leaf ? evidence::ErasureRecord::find((*leaf)->evidence) : std::nullopt;
  const auto document = record ? evidence::ErasureDocument::parse(record->document) : std::nullopt;
  if (!document) return refuse(Reason::receipt_incomplete);
  return reply_with(context, call, *project, document->indices.front());
}

}  // namespace

net::Outcome admin_receipt(Context& context, Call& call) {
  if (const std::string& id = call.parameter("id"); is_id("req", id)) {
    const auto view = context.engine.request(id, {});
    if (!view && view.error().fault == core::Fault::erased) {
      return erased_receipt(context, call, id);
    }
    if (!view) return refuse(view.error());
    const core::ProjectView* project = call.directory->project(view->rows.request.project);
    if (project == nullptr) return refuse(Reason::not_found);
    return reply_with(context, call, *project, telling_index(*view));
  }
  const core::ProjectView* project =
      project_of(call, call.request.query_value("project").value_or("default"));
  if (project == nullptr) return refuse(Reason::not_found);
  const auto index = index_of(context, *project, call.parameter("id"));
  if (!index) return refuse(Reason::not_found);
  return reply_with(context, call, *project, *index);
}

}  // namespace lp::api
