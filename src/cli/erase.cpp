#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "base/id.h"
#include "base/visible.h"
#include "cli/account.h"
#include "cli/administer.h"
#include "cli/roster_change.h"
#include "cli/test_approver.h"
#include "evidence/erasure.h"
#include "evidence/receipt.h"
#include "evidence/roster_document.h"

namespace lp::cli {
namespace {

constexpr std::string_view no_sense = "The server's answer makes no sense.";

struct Flags : AdminFlags, KeyFlags {
  std::string request, basis, operator_name;
  bool test_approver = false;
};

// What there is to sign: the exact bytes, read and checked here.
struct Offer {
  std::string project, project_name, log_name, bytes, service, action;
  evidence::ErasureDocument document;
};

std::expected<Offer, int> fetch_offer(AdminClient& client, const Flags& flags) {
  auto body = json::Value::object();
  body.add("request", flags.request)
      .add("basis", flags.basis)
      .add("operator", flags.operator_name.empty() ? account_name() : flags.operator_name);
  const auto answer = client.post("/admin/erasures/offer", body);
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const auto text = [](const json::Value* object, std::string_view name) {
    return std::string(object == nullptr ? "" : object->find_string(name).value_or(""));
  };
  const json::Value* said = &answer->body();
  const json::Value* request = said->find("request");
  Offer offer{.project = text(said, "project"),
              .project_name = text(said, "name"),
              .log_name = text(said, "log_name"),
              .bytes = text(said, "document"),
              .service = text(request, "service"),
              .action = text(request, "action"),
              .document = {}};
  auto document = evidence::ErasureDocument::parse(offer.bytes);
  // What is signed is what was asked for, whatever the server says.
  if (!document || document->request_id != flags.request || document->basis != flags.basis ||
      !document->origin.starts_with(offer.log_name + "/")) {
    return std::unexpected(fail(no_sense, exit_verification));
  }
  offer.document = *std::move(document);
  return offer;
}

std::string shown(const Offer& offer) {
  const auto& document = offer.document;
  std::string text = fmt::format(
      "Request {} of project {}: {} {}\n"
      "  {} entries of its log lose their statements; rows, payload and key are deleted.\n"
      "  basis     {}\n"
      "  operator  {}\n"
      "  complete  {}, when the last key that opens a backup of it goes\n",
      *document.request_id, offer.project_name, offer.service, offer.action,
      document.indices.size(), document.basis, document.operator_name,
      to_string(document.complete_by));
  if (!document.exports.empty()) {
    text += fmt::format("  {} exports handed it out; ask those who have them to delete them.\n",
                        document.exports.size());
  }
  return visible(text);
}

// An owner's yes and key; or the exit status, said already.
std::expected<crypto::P256Key, int> key_of_owner(const Flags& flags, AdminClient& client,
                                                 const Offer& offer) {
  const auto rosters = fetch_rosters(client);
  if (!rosters) return std::unexpected(rosters.error());
  auto owner = owner_at(flags, *rosters);
  if (!owner) {
    if (owner.error().status) return std::unexpected(*owner.error().status);
    return std::unexpected(
        fail(fmt::format("{} Only an owner's signature erases. Run this where an owner's key is "
                         "and somebody can type its passphrase.",
                         owner.error().why),
             exit_not_authorised));
  }
  owner->terminal.say(shown(offer));
  if (!owner->terminal.confirm("Erase this for ever, as the owner? type yes: ")) {
    return std::unexpected(fail("Given up; nothing was signed.", exit_not_authorised));
  }
  auto key = unlock(owner->terminal, owner->key_path, owner->file);
  if (!key) return std::unexpected(fail(key.error(), exit_not_authorised));
  return *std::move(key);
}

std::expected<crypto::P256Key, int> key_of_test_approver(AdminClient& client) {
  auto approver = test_approver(client);
  if (!approver) return std::unexpected(fail(approver.error(), exit_not_authorised));
  return std::move(approver->key);
}

int erase(const Flags& flags) {
  AdminClient client(flags.place);
  const auto offer = fetch_offer(client, flags);
  if (!offer) return offer.error();
  const auto key =
      flags.test_approver ? key_of_test_approver(client) : key_of_owner(flags, client, *offer);
  if (!key) return key.error();
  const std::string message = evidence::erasure_signing_bytes(offer->bytes);
  auto body = json::Value::object();
  body.add("project", offer->project)
      .add("document", offer->bytes)
      .add("signatures",
           evidence::signatures_text({{.spki = key->spki(), .signature = key->sign(message)}}));
  const auto answer = client.post("/admin/erasures", body);
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  auto said = answer->body();
  said.add("entries", offer->document.indices.size())
      .add("exports", offer->document.exports.size());
  print_object(said, flags.json);
  const json::Value* clean = said.find("wal_clean");
  if (clean != nullptr && clean->is_boolean() && !clean->as_boolean()) {
    fmt::print(stderr,
               "letsping: A program reads an old state of the database: until it is done bytes of "
               "the request may stand in {}-wal.\n",
               flags.place.database());
  }
  return exit_ok;
}

}  // namespace

void add_erase(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* command = add_admin_command(
      app, "erase", "Erase a decided request for ever; an owner signs", flags, chosen, erase);
  add_key_file(*command, *flags);
  command->add_option("--request", flags->request, "req_…")
      ->required()
      ->check([](const std::string& id) {
        return is_id("req", id) ? std::string() : "no id of a request: " + id;
      });
  command->add_option("--basis", flags->basis, "The legal basis, in words, for the log")
      ->required();
  command->add_option("--operator", flags->operator_name,
                      "Who does it, for the log (default: the account's name)");
  command->add_flag("--test-approver", flags->test_approver,
                    "Sign with the test approver of a test directory");
}

}  // namespace lp::cli
