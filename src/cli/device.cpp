#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/roster_change.h"
#include "cli/security_key_enrolment.h"
#include "crypto/hash.h"

namespace lp::cli {
namespace {

struct DeviceFlags : AdminFlags, KeyFlags, SecurityKeyFlags {
  std::string member, out, id;
};

int list(const DeviceFlags& flags) {
  return get_and_print(flags, "/admin/devices", "devices",
                       {"id", "member", "class", "rp_id", "created_at", "revoked_at"});
}

// Where the new key goes: beside the owner's, with the member in its name.
std::expected<std::string, std::string> new_key_path(const DeviceFlags& flags,
                                                     const Rosters& rosters) {
  const auto path = flags.out.empty() ? default_key_path(rosters.log_name, flags.member)
                                      : std::optional(flags.out);
  if (!path) return std::unexpected(std::string("Name a file for the new key with --out."));
  struct stat status{};
  if (stat(path->c_str(), &status) == 0) {
    return std::unexpected(*path + " is there already: name another file with --out.");
  }
  return *path;
}

int enroll(const DeviceFlags& flags) {
  if (flags.fido2) return enroll_security_key(flags, flags, flags, flags.member);
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  if (!rosters->lists(flags.member)) {
    return fail(no_such_member);
  }
  auto owner = owner_at(flags, *rosters);
  if (!owner && owner.error().status) return *owner.error().status;
  auto terminal = Terminal::open();
  if (!terminal) return fail(terminal.error(), exit_not_authorised);
  const auto path = new_key_path(flags, *rosters);
  if (!path) return fail(path.error(), exit_conflict);
  const std::string name = visible(rosters->name_of(flags.member));
  terminal->say(fmt::format("{} sets a passphrase for the new key.\n", name));
  const auto passphrase = new_passphrase(*terminal, fmt::format("the key of {}", name));
  if (!passphrase) return fail(passphrase.error(), exit_not_authorised);

  crypto::SystemEntropy entropy;
  const auto key = crypto::P256Key::generate();
  const auto file = seal_device_key(key, rosters->log_name, passphrase->reveal(), entropy);
  auto said = json::Value::object();
  said.add("id", evidence::key_id(key.spki())).add("spki", base64(key.spki()));
  const RosterChange change{
      .wish = {.act = evidence::RosterAct::add_device,
               .member = flags.member,
               .name = {},
               .roles = {},
               .groups = {},
               .spki = key.spki()},
      .result = std::move(said),
      // Written before it counts: a key that counts must not be lost.
      .before_sending = [&]() -> std::expected<void, std::string> {
        auto written = create_key_file(*path, file);
        if (written) terminal->say(fmt::format("The key is sealed in {}.\n", visible(*path)));
        return written;
      },
      .when_refused =
          [&] {
            unlink(path->c_str());
            terminal->say("It was not taken; the file is gone again.\n");
          }};
  return carry_out(flags, client, owner, *rosters, change);
}

int revoke(const DeviceFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  const auto* entry = rosters->entry_of_key(flags.id);
  if (entry == nullptr) {
    return fail("There is no such device that could decide. `letsping device list` names them.");
  }
  auto owner = owner_at(flags, *rosters);
  return carry_out(flags, client, owner, *rosters,
                   {.wish = {.act = evidence::RosterAct::revoke_device,
                             .member = entry->member,
                             .name = {},
                             .roles = {},
                             .groups = {},
                             .spki = entry->spki},
                    .result = json::Value::object().add("id", flags.id)});
}

int cosign(const DeviceFlags& flags) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  const auto* entry = rosters->entry_of_key(flags.id);
  if (entry == nullptr) {
    return fail("There is no such device that could decide. `letsping device list` names them.");
  }
  auto owner = owner_at(flags, *rosters);
  const auto* own = owner ? rosters->entry_of_key(evidence::key_id(owner->file.spki)) : nullptr;
  if (own != nullptr && own->member == entry->member) {
    return fail("This key is your own: another owner cosigns it.", exit_conflict);
  }
  return carry_out(flags, client, owner, *rosters,
                   {.wish = {.act = evidence::RosterAct::add_device,
                             .member = entry->member,
                             .name = {},
                             .roles = {},
                             .groups = {},
                             .spki = entry->spki},
                    .cosigned = entry->spki,
                    .result = json::Value::object().add("id", flags.id)});
}

void add_command(Command& group, const std::shared_ptr<DeviceFlags>& flags, Chosen& chosen,
                 const char* name, const char* help, int (*run)(const DeviceFlags&)) {
  auto* command = add_admin_command(group, name, help, flags, chosen, run);
  add_key_file(*command, *flags);
  if (run == enroll) {
    command->add_option("--member", flags->member, "mem_…")->required();
    add_security_key(*command, *flags, chosen,
                     "On a security key that is plugged in, instead of in a file");
    command
        ->add_option("--out", flags->out,
                     "Where the new key goes (default: beside the owner's, named after the member)")
        ->excludes("--fido2");
  } else {
    command->add_option("id", flags->id, "The id of its key")->required();
  }
}

}  // namespace

void add_device(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<DeviceFlags>();
  auto* group = app.add_subcommand("device", "The devices that people decide with");
  group->require_subcommand(1);
  add_command(*group, flags, chosen, "enroll",
              "Make a key for a member, in a sealed file or on a security key; an owner signs that",
              enroll);
  add_command(*group, flags, chosen, "cosign",
              "Vouch for another member's new key as a second owner, so that it counts at once",
              cosign);
  add_admin_command(*group, "list", "List devices, revoked ones too", flags, chosen, list);
  add_command(*group, flags, chosen, "revoke",
              "Take a device its right to decide; an owner signs that", revoke);
}

}  // namespace lp::cli
