// Everybody whom spec/authorization.csv has a column for, at one server with three projects: one in
// which all of them stand, one of somebody else, and one whose roster nobody has signed yet.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/testing.h"
#include "base/id.h"
#include "core/account_commands.h"
#include "core/attachments.h"
#include "core/roster_offer.h"

namespace lp::api {

// The dashboard's pages and nothing else.
class PageFiles final : public net::Assets {
 public:
  [[nodiscard]] std::optional<net::Reply> serve(const net::Request&,
                                                std::string_view path) const override {
    const bool page =
        path == "/index.html" || path == "/verify/index.html" || path == "/verify.html";
    return page ? std::optional(net::Reply{}) : std::nullopt;
  }
  [[nodiscard]] std::string manifest_sha256() const override { return std::string(64, 'a'); }
  [[nodiscard]] std::string import_map_hash() const override { return {}; }
};

class Cast {
 public:
  Server server{true, std::make_unique<PageFiles>()};
  std::string agent, thread = "t-1", handoff, erased_request, kept_channel, other_project,
                     unsigned_project;
  int names = 0;  // given so far

  Cast() {
    lift_limits();
    other_project = make_project("other", true);
    unsigned_project = make_project("later", false);
    make_keys();
    enrol();
    make_things();
    remove_one();
    sign_in();
  }

  core::House& house() { return server.house; }

  // The header with which the caller of this column comes; nothing for who has none.
  std::optional<std::pair<std::string, std::string>> credential(const std::string& column) {
    if (const auto key = keys_.find(column); key != keys_.end()) {
      return std::pair<std::string, std::string>("authorization", "Bearer " + key->second.text);
    }
    if (const auto cookie = cookies_.find(column); cookie != cookies_.end()) {
      return std::pair<std::string, std::string>("cookie", "__Host-lp=" + cookie->second);
    }
    EXPECT_EQ(column, "nobody");
    return std::nullopt;
  }

  // New sessions for all who can sign in.
  void sign_in() {
    for (const auto& [column, key] : devices_) {
      if (column != "removed_member" && column != "ended_session") cookies_[column] = log_in(key);
    }
  }
  // Signed in.
  Browser browser(const std::string& column) { return Browser{server, cookies_.at(column)}; }

  const std::string& member(const std::string& column) { return members_.at(column); }
  // The owner signs that this member has these roles in the first project.
  void make(const std::string& column, std::vector<std::string> roles) {
    auto entries = entries_of(house().project);
    evidence::carry_out({.act = evidence::RosterAct::change_member,
                         .member = members_.at(column),
                         .name = {},
                         .roles = std::move(roles),
                         .groups = {},
                         .spki = {}},
                        entries, [this] { return house().entropy.bytes(32); });
    EXPECT_TRUE(
        house().engine->run(core::ChangeRosters{.changes = {change_of(house().project, entries)}}));
  }
  // The id of one more session of the reviewer.
  std::string reviewers_session() { return session_id_of(log_in(devices_.at("reviewer"))); }

  // The id of one more account of the reviewer, in the place of the one before.
  std::string reviewers_account() {
    const auto link = house().engine->run(
        core::MakeAccountLink{.member = members_.at("reviewer"), .made_by = "local_operator"});
    const auto done = house().engine->run(
        core::SignInByAccount{.account = {.issuer = "https://login.example",
                                          .subject = "subject-" + std::to_string(++subjects_),
                                          .session = {},
                                          .authenticated = {},
                                          .groups = {},
                                          .member = {}},
                              .link = std::string(link->token.reveal())});
    EXPECT_TRUE(done.has_value());
    return done ? done->account : "";
  }

  std::string asked() {
    core::Ingest ask = house().ask();
    ask.api_key = keys_.at("agent_key").id;
    return house().engine->run(std::move(ask))->id;
  }
  // With a file `a1` of one piece, which was uploaded.
  std::string asked_with_a_file() {
    const std::string piece(20, 'p');
    core::Ingest ask = house().ask();
    ask.api_key = keys_.at("agent_key").id;
    ask.client_nonce = "n";
    ask.attachments.push_back({.id = "a1", .size = 20, .pieces = {crypto::sha256(piece)}});
    const std::string id = house().engine->run(std::move(ask))->id;
    const auto done = house().engine->run(core::PutAttachmentPiece{
        .project = house().project, .request = id, .attachment = "a1", .index = 0, .bytes = piece});
    EXPECT_TRUE(done.has_value());
    return id;
  }
  // A permit of the executor's, that nobody has claimed.
  std::string permit() {
    core::Ingest ask = house().ask();
    ask.capabilities = {"permit:" + keys_.at("executor_key").id};
    const std::string id = house().engine->run(std::move(ask))->id;
    EXPECT_TRUE(house().decide(house().consider(id, evidence::Verdict::approve)));
    const auto row = house().engine->reader().permit_of(id);
    EXPECT_TRUE(row && *row);
    return row && *row ? (*row)->id : "";
  }
  std::string proposed() {
    return house()
        .engine
        ->run(core::ProposeRoster{.wish = {.act = evidence::RosterAct::add_member,
                                           .member = {},
                                           .name = "Somebody",
                                           .roles = {"reviewer"},
                                           .groups = {},
                                           .spki = {}}})
        ->proposal.id;
  }
  std::string erasure_proposed() {
    const auto made = house().engine->run(core::ProposeErasure{
        .request = erased_request, .subject = {}, .basis = "asked", .operator_name = "Op"});
    EXPECT_TRUE(made.has_value());
    return made ? made->proposal.id : "";
  }
  // A new one of the first project.
  std::string channel() {
    store::Channel row;
    row.project = house().project;
    row.kind = "webhook";
    row.name = "Hook";
    const auto made = house().engine->run(core::AddChannel{.channel = row, .target = {}});
    EXPECT_TRUE(made.has_value());
    return made ? made->channel.id : "";
  }
  // New ones of the first project.
  std::string api_key() {
    return house().engine->run(core::CreateKey{.project = house().project, .name = "N"})->id;
  }
  std::string webhook() {
    const std::string url = "https://hooks.example.org/";
    return house().engine->run(core::AddWebhook{.project = house().project, .url = url})->id;
  }
  // Of the newest event of the first project.
  std::uint64_t newest_leaf() {
    return house().engine->directory()->project(house().project)->live->signed_size - 1;
  }
  json::Value envelope() { return house().content_key.seal_v1(core::plaintext, house().entropy); }

 private:
  struct Key {
    std::string id, text;
  };

  void lift_limits() {
    Limits& limits = server.context.limits;
    for (Rate* rate : {&limits.per_key, &limits.failed_auth, &limits.attempts, &limits.signup_hour,
                       &limits.signup_day, &limits.signup_all}) {
      *rate = {.count = 0};
    }
    server.context.self_signup = true;
    server.context.security_contacts = {"mailto:security@example.com"};
  }

  std::string make_project(const std::string& name, bool with_roster) {
    auto& engine = *house().engine;
    const std::string id = engine.run(core::CreateProject{.name = name})->id;
    if (with_roster) {
      const auto directory = engine.directory();
      EXPECT_TRUE(
          engine.run(core::sign_roster_later(*directory, *directory->project(id), house().approver,
                                             house().clock.now(), house().entropy)));
    }
    return id;
  }

  void make_key(const std::string& column, const std::string& project, identity::KeyRole role) {
    const auto made =
        house().engine->run(core::CreateKey{.project = project, .role = role, .name = column});
    keys_[column] = {.id = made->id, .text = std::string(made->key.reveal())};
  }
  void make_keys() {
    using identity::KeyRole;
    const std::string& own = house().project;
    make_key("agent_key", own, KeyRole::agent);
    make_key("other_agent_key", own, KeyRole::agent);
    make_key("executor_key", own, KeyRole::executor);
    make_key("auditor_key", own, KeyRole::auditor);
    make_key("admin_key", own, KeyRole::admin);
    make_key("foreign_agent_key", other_project, KeyRole::agent);
    make_key("foreign_auditor_key", other_project, KeyRole::auditor);
    make_key("revoked_key", own, KeyRole::agent);
    EXPECT_TRUE(
        house().engine->run(core::RevokeKey{.project = own, .id = keys_.at("revoked_key").id}));
  }

  // One more entry of somebody who has come with their device.
  void add_entry(std::vector<evidence::RosterEntry>& entries, const std::string& column,
                 std::vector<std::string> roles) {
    evidence::RosterEntry entry;
    entry.salt = house().entropy.bytes(32);
    entry.member = members_.try_emplace(column, new_id("mem", house().clock.now(), house().entropy))
                       .first->second;
    entry.roles = std::move(roles);
    entry.key_class = "device";
    entry.spki = devices_.try_emplace(column, crypto::P256Key::generate()).first->second.spki();
    entries.push_back(std::move(entry));
  }
  core::ChangeRosters::Change change_of(const std::string& project,
                                        const std::vector<evidence::RosterEntry>& entries) {
    const auto& before = *house().engine->directory()->project(project)->roster;
    evidence::RosterDocument document{
        .head = core::next_roster_head(before, entries, house().clock.now()).bytes(),
        .entries = {},
        .signatures = {}};
    for (const auto& entry : entries) document.entries.push_back(entry.bytes());
    const auto& owner = house().approver;
    document.signatures = evidence::signatures_text(
        {{owner.spki(), owner.sign(evidence::roster_signing_bytes(document.head))}});
    return {.project = project, .document = std::move(document)};
  }
  std::vector<evidence::RosterEntry> entries_of(const std::string& project) {
    return house().engine->directory()->project(project)->entries;
  }

  // The founder has set the server up; the others have one role each, in the first project alone
  // but for those whom changes of all rosters concern.
  void enrol() {
    devices_.emplace("founder", *crypto::P256Key::from_pkcs8(house().approver.pkcs8().reveal()));
    auto own = entries_of(house().project), other = entries_of(other_project);
    add_entry(own, "owner", {"owner"});
    for (const char* role : {"admin", "policy_author", "reviewer", "auditor", "developer"}) {
      add_entry(own, role, {role});
    }
    add_entry(own, "removed_member", {"admin", "auditor", "reviewer"});
    add_entry(own, "ended_session", {"admin", "auditor", "reviewer"});
    add_entry(other, "owner", {"owner"});
    add_entry(other, "admin", {"admin"});
    add_entry(other, "foreign_member",
              {"admin", "auditor", "developer", "policy_author", "reviewer"});
    core::ChangeRosters command;
    command.changes = {change_of(house().project, own), change_of(other_project, other)};
    for (const auto& [column, id] : members_) command.names.push_back({id, column});
    const auto done = house().engine->run(std::move(command));
    EXPECT_TRUE(done.has_value());
  }

  // Whose cookies are good for nothing any more: the member is gone, or the session is.
  void remove_one() {
    for (const char* column : {"removed_member", "ended_session"}) {
      cookies_[column] = log_in(devices_.at(column));
    }
    auto left = entries_of(house().project);
    std::erase_if(left,
                  [&](const auto& entry) { return entry.member == members_.at("removed_member"); });
    EXPECT_TRUE(
        house().engine->run(core::ChangeRosters{.changes = {change_of(house().project, left)}}));
    EXPECT_TRUE(house().engine->run(core::EndSessions{.member = members_.at("ended_session")}));
  }

  void make_things() {
    agent = house().agent_called("bot");
    auto checkpoint = json::Value::object();
    checkpoint.add("thread_id", thread).add("checkpoint_id", "c-1").add("checkpoint", envelope());
    EXPECT_EQ(post_as_agent("/api/langgraph/checkpoints", checkpoint).status, 200);
    auto handed = json::Value::object();
    handed.add("request_id", asked()).add("downstream_agent_id", agent);
    handoff = text_at(body_of(post_as_agent("/api/agents/handoff", handed)), "delivery_id");
    kept_channel = channel();
    erased_request = asked();
    EXPECT_TRUE(house().decide(house().consider(erased_request, evidence::Verdict::reject)));
    // The root log has an entry once a round of it has passed.
    house().clock.advance_ms(1'000);
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(house().engine->run(core::AcceptClock{}));
  }
  net::Reply post_as_agent(const std::string& path, const json::Value& body) {
    net::Request request = page_call(net::Method::post, path, json::compact(body));
    request.headers = {{"content-type", "application/json"}};
    request.headers.push_back(*credential("agent_key"));
    return server.send(std::move(request));
  }

  std::string log_in(const crypto::P256Key& key) {
    Browser browser{server};
    EXPECT_EQ(browser.login_as(key).status, 200);
    return browser.cookie;
  }
  std::string session_id_of(const std::string& cookie) {
    Browser browser{server, cookie};
    const json::Value listed = body_of(browser.get("/api/sessions"));
    for (const auto& session : listed.find("sessions")->items()) {
      if (session.find("current")->as_boolean()) return text_at(session, "id");
    }
    ADD_FAILURE() << "the session of the cookie is not listed";
    return {};
  }

  std::map<std::string, Key> keys_;                 // by column
  std::map<std::string, crypto::P256Key> devices_;  // likewise
  std::map<std::string, std::string> members_;      // likewise: ids
  std::map<std::string, std::string> cookies_;      // likewise
  int subjects_ = 0;
};

}  // namespace lp::api
