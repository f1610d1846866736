#include "identity/passkey_use.h"

#include "identity/authenticator_flags.h"

namespace lp::identity {
namespace {

constexpr std::size_t flags_at = 32;  // behind the hash of the relying party
constexpr std::size_t counter_at = 33;

std::uint32_t counter_of(std::string_view authenticator_data) {
  std::uint32_t value = 0;
  for (const char byte : authenticator_data.substr(counter_at, 4)) {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

}  // namespace

std::expected<PasskeyUse, std::string> check_passkey_use(const evidence::Assertion& assertion,
                                                         const Digest& challenge,
                                                         const EnrolledPasskey& passkey,
                                                         const std::vector<std::string>& origins) {
  if (auto fine =
          evidence::check_assertion(assertion, challenge, passkey.spki, passkey.rp_id, &origins);
      !fine) {
    return std::unexpected(fine.error());
  }
  // 37 bytes from here on.
  const auto flags = static_cast<unsigned char>(assertion.authenticator_data[flags_at]);
  const bool eligible = (flags & backup_eligible) != 0;
  const bool backed = (flags & backed_up) != 0;
  if (eligible != passkey.backup_eligible) {
    return std::unexpected("the passkey is of another kind than the one that was enrolled");
  }
  if (backed && !eligible) {
    return std::unexpected("the passkey says that it is backed up and cannot be");
  }
  PasskeyUse use{.counter = counter_of(assertion.authenticator_data), .backed_up = backed};
  const bool counts = use.counter != 0 || passkey.counter != 0;
  use.counter_regressed = counts && use.counter <= passkey.counter;
  return use;
}

}  // namespace lp::identity
