// The flags of authenticator data (WebAuthn Level 3 §6.1).

#pragma once

namespace lp::identity {

inline constexpr unsigned user_present = 0x01;
inline constexpr unsigned user_verified = 0x04;
inline constexpr unsigned backup_eligible = 0x08;
inline constexpr unsigned backed_up = 0x10;
inline constexpr unsigned attested_data = 0x40;
inline constexpr unsigned extension_data = 0x80;

}  // namespace lp::identity
