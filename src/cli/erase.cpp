#include <fmt/core.h>

#include <algorithm>

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

struct EraseFlags : AdminFlags, KeyFlags {
  std::string request, subject, basis, operator_name;
  bool test_approver = false;
};

// What there is to sign in one log: the exact bytes, read and checked here.
struct Item {
  std::string project, project_name, bytes;
  evidence::ErasureDocument document;
};
struct Offer {
  std::string log_name;
  std::string what;  // as people know it: a name, or service and action
  std::vector<Item> items;

  [[nodiscard]] const evidence::ErasureDocument& first() const { return items.front().document; }
};

std::string text_at(const json::Value* object, std::string_view name) {
  return std::string(object == nullptr ? "" : object->find_string(name).value_or(""));
}

json::Value wish_body(const EraseFlags& flags) {
  auto body = json::Value::object();
  if (!flags.request.empty()) body.add("request", flags.request);
  if (!flags.subject.empty()) body.add("subject", flags.subject);
  body.add("basis", flags.basis)
      .add("operator", flags.operator_name.empty() ? account_name() : flags.operator_name);
  return body;
}

// What is signed is what was asked for, whatever the server says.
bool is_wanted(const EraseFlags& flags, const Offer& offer,
               const evidence::ErasureDocument& document) {
  const auto wanted = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  return document.request_id == wanted(flags.request) &&
         document.subject == wanted(flags.subject) && document.basis == flags.basis &&
         document.origin.starts_with(offer.log_name + "/");
}

std::optional<Offer> read_offer(const EraseFlags& flags, const json::Value& said) {
  const json::Value* request = said.find("request");
  Offer offer{.log_name = text_at(&said, "log_name"),
              .what = request != nullptr
                          ? text_at(request, "service") + " " + text_at(request, "action")
                          : text_at(said.find("member"), "name"),
              .items = {}};
  const json::Value* items = said.find("items");
  if (items == nullptr || !items->is_array()) return std::nullopt;
  for (const json::Value& item : items->items()) {
    const std::string bytes = text_at(&item, "document");
    auto document = evidence::ErasureDocument::parse(bytes);
    if (!document || !is_wanted(flags, offer, *document)) return std::nullopt;
    offer.items.push_back({.project = text_at(&item, "project"),
                           .project_name = text_at(&item, "name"),
                           .bytes = bytes,
                           .document = *std::move(document)});
  }
  if (offer.items.empty()) return std::nullopt;
  return offer;
}

std::expected<Offer, int> fetch_offer(AdminClient& client, const EraseFlags& flags) {
  const auto answer = client.post("/admin/erasures/offer", wish_body(flags));
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  auto offer = read_offer(flags, answer->body());
  if (!offer) return std::unexpected(fail(no_sense, exit_verification));
  return *std::move(offer);
}

std::string shown(const Offer& offer) {
  const auto& document = offer.first();
  std::string text;
  if (document.subject) {
    text = fmt::format(
        "{} ({})\n"
        "  Their name goes, from here and from every copy that is put back. Their pseudonym, keys "
        "and signatures stay: receipts hold.\n  said in the log of ",
        offer.what, *document.subject);
    for (const Item& item : offer.items) {
      text += (&item == &offer.items.front() ? "" : ", ") + item.project_name;
    }
    text += "\n";
  } else {
    text = fmt::format(
        "Request {} of project {}: {}\n"
        "  {} entries of its log lose their statements; rows, payload and key are deleted.\n",
        *document.request_id, offer.items.front().project_name, offer.what,
        document.indices.size());
  }
  text += fmt::format(
      "  basis     {}\n"
      "  operator  {}\n"
      "  complete  {}, when {}\n",
      document.basis, document.operator_name, to_string(document.complete_by),
      document.subject ? "the last backup that knows the name is over"
                       : "the last key that opens a backup of it goes");
  if (!document.exports.empty()) {
    text += fmt::format("  {} exports handed it out; ask those who have them to delete them.\n",
                        document.exports.size());
  }
  return visible(text);
}

// A link instead of a signature: printed as data, for whoever is asked to open it.
int propose(const EraseFlags& flags, AdminClient& client, std::string_view why) {
  const auto answer = client.post("/admin/erasure-proposals", wish_body(flags));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  const json::Value& said = answer->body();
  const std::string url = dashboard_link(*answer, "/settings/erasure/" + text_at(&said, "id"));
  if (flags.json) {
    auto link = json::Value::object();
    link.add("url", url)
        .add("proposal", text_at(&said, "id"))
        .add("expires_at", text_at(&said, "expires_at"));
    print_object(link, true);
  } else {
    fmt::print("{}\n", url);
  }
  return fail(fmt::format("{} Only an owner's signature erases. Until {} an owner signs this at {} "
                          "or, where their key is, with this command.",
                          why, text_at(&said, "expires_at"), url),
              exit_not_authorised);
}

// An owner's yes and key; or the exit status, said already.
std::expected<crypto::P256Key, int> key_of_owner(const EraseFlags& flags, AdminClient& client,
                                                 const Offer& offer) {
  const auto rosters = fetch_rosters(client);
  if (!rosters) return std::unexpected(rosters.error());
  auto owner = owner_at(flags, *rosters);
  if (!owner) {
    if (owner.error().status) return std::unexpected(*owner.error().status);
    return std::unexpected(propose(flags, client, owner.error().why));
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

json::Value signed_by(const crypto::P256Key& key, const Offer& offer) {
  auto items = json::Value::array();
  for (const Item& item : offer.items) {
    const std::string message = evidence::erasure_signing_bytes(item.bytes);
    items.items().push_back(
        json::Value::object()
            .add("project", item.project)
            .add("document", item.bytes)
            .add("signatures", evidence::signatures_text(
                                   {{.spki = key.spki(), .signature = key.sign(message)}})));
  }
  return json::Value::object().add("items", std::move(items));
}

int erase(const EraseFlags& flags) {
  if (flags.request.empty() && flags.subject.empty()) {
    return fail("Say what goes: --request or --subject.", exit_usage);
  }
  AdminClient client(flags.place);
  const auto offer = fetch_offer(client, flags);
  if (!offer) return offer.error();
  const auto key =
      flags.test_approver ? key_of_test_approver(client) : key_of_owner(flags, client, *offer);
  if (!key) return key.error();
  const auto answer = client.post("/admin/erasures", signed_by(*key, *offer));
  if (!answer) return fail(answer.error());
  if (!answer->ok()) return fail(*answer);
  auto said = answer->body();
  if (!flags.request.empty()) {
    said.add("entries", offer->first().indices.size())
        .add("exports", offer->first().exports.size());
  }
  print_object(said, flags.json);
  const json::Value* clean = said.find("wal_clean");
  if (clean != nullptr && clean->is_boolean() && !clean->as_boolean()) {
    fmt::print(stderr,
               "letsping: A program reads an old state of the database: until it is done bytes of "
               "what was erased may stand in {}-wal.\n",
               flags.place.database());
  }
  return exit_ok;
}

std::function<std::string(const std::string&)> is_id_of(std::string_view prefix,
                                                        std::string_view what) {
  return [prefix, what](const std::string& id) {
    return is_id(prefix, id) ? std::string() : fmt::format("no id of a {}: {}", what, id);
  };
}

}  // namespace

void add_erase(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<EraseFlags>();
  auto* command = add_admin_command(
      app, "erase", "Erase a decided request, or who a person was, for ever; an owner signs", flags,
      chosen, erase);
  add_key_file(*command, *flags);
  auto* request =
      command->add_option("--request", flags->request, "req_…: its statements, rows, payload, key")
          ->check(is_id_of("req", "request"));
  command
      ->add_option("--subject", flags->subject, "mem_…: the name behind a member who was removed")
      ->check(is_id_of("mem", "member"))
      ->excludes(request);
  command->add_option("--basis", flags->basis, "The legal basis, in words, for the log")
      ->required();
  command->add_option("--operator", flags->operator_name,
                      "Who does it, for the log (default: the account's name)");
  command->add_flag("--test-approver", flags->test_approver,
                    "Sign with the test approver of a test directory");
}

}  // namespace lp::cli
