// Changing what rosters say, at the terminal: the rosters as the server keeps them, checked here;
// the change, shown; the owner's yes and passphrase; new versions of all rosters, signed here and
// sent as one. Where no owner's key is, the change waits for an owner instead, who opens its link.

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "cli/administer.h"
#include "cli/own_key.h"
#include "cli/roster_history.h"
#include "evidence/roster_wish.h"

namespace lp::cli {

struct ProjectRoster {
  std::string id, name;
  RosterHistory history;
};

struct Rosters {
  std::string log_name;
  std::string url;                                        // where people reach the server
  Instant time;                                           // the server's
  std::vector<ProjectRoster> projects;                    // those with a roster
  std::map<std::string, std::string, std::less<>> names;  // of members, by id

  [[nodiscard]] std::string name_of(std::string_view member) const;
  // Whether the newest roster of some project lists the member.
  [[nodiscard]] bool lists(std::string_view member) const;
  // Of a newest roster; null for a key that stands in none.
  [[nodiscard]] const evidence::RosterEntry* entry_of_key(std::string_view id) const
      [[clang::lifetimebound]];
};
// The error is the exit status, said already.
std::expected<Rosters, int> fetch_rosters(AdminClient& client);

// An owner at their terminal, with the file of their key.
struct Owner {
  Terminal terminal;
  std::string key_path;
  DeviceKeyFile file;
};
struct NoOwner {
  std::string why;            // there is no owner's key, or nobody to type its passphrase
  std::optional<int> status;  // something is wrong and was said: nothing may go on
};
std::expected<Owner, NoOwner> owner_at(const KeyFlags& flags, const Rosters& rosters);

struct RosterChange {
  evidence::RosterWish wish;
  std::string proposal = {};  // that it carries out; "" for none
  std::string cosigned = {};  // SPKI of a key whose entries the owner cosigns, instead of a wish
  std::uint64_t from = 0;     // of another key of the server: from where on it signs, as shown
  json::Value result = json::Value::object();  // printed when the change is in force
  std::function<std::expected<void, std::string>()> before_sending = {};
  std::function<void()> when_refused = {};  // the server has said no: nothing of it is in force
};

// Shows, asks, signs and sends; without an owner it proposes, prints the link where one signs, and
// ends with exit_not_authorised.
int carry_out(const AdminFlags& flags, AdminClient& client, std::expected<Owner, NoOwner>& owner,
              const Rosters& rosters, RosterChange change);

// Signs for another key of the server and sends it: nothing when it is in force, else the exit
// status. The log has grown while the owner read: where the key begins is asked once more, and
// nothing else changes of what was shown; and again when the log was faster than that.
std::optional<int> send_rotation(AdminClient& client, const crypto::P256Key& key,
                                 const Rosters& rosters, RosterChange& change);

// Where an owner signs that the server keeps waiting: prints the link, and why nobody signs here.
int print_link(const AdminFlags& flags, const Answer& proposed, json::Value link,
               std::string_view why);

// What differs between two versions, a line each; names of members through `name_of`.
std::string difference(const evidence::RosterVersion& before,
                       const std::vector<evidence::RosterEntry>& after,
                       const std::function<std::string(std::string_view)>& name_of);

}  // namespace lp::cli
