// What a browser brings when somebody has made a passkey (WebAuthn Level 3 §7.1): its key, and that
// it was made for this page, this challenge and by a person whom the authenticator has verified.
//
// Only P-256 keys are taken, because class A is ES256 (evidence.md 8), and only the attestations
// `none` and `packed` by the key itself: who made the authenticator is not asked, and an answer
// that nobody checks would look like one that somebody did. Pure; the bytes come from anybody.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace lp::identity {

// Why a registration is refused; each has a sentence.
enum class RegistrationFault : std::uint8_t {
  client_data,  // of another type, challenge or page, or malformed; the text says which
  malformed,    // the attestation object is not CBOR of its one form
  too_large,
  trailing_bytes,       // after the attestation object, or inside after the authenticator's part
  unknown_attestation,  // a format that is not asked for
  attestation_invalid,  // of a known format, and not what that format says
  attestation_signature,
  relying_party,  // made for another host
  not_present,
  not_verified,   // the authenticator did not verify who is there
  backup_flags,   // backed up, and not of the kind that can be
  no_credential,  // without a credential, or with an empty id
  credential_too_long,
  key_form,       // no COSE key of its one form
  key_algorithm,  // not ES256 on P-256
  key_point,      // not on the curve
};
std::string_view describe(RegistrationFault fault);

// What stands in an attestation object; parsed, and judged by nobody.
struct Attestation {
  std::string format;
  std::string signature;      // `packed`: by the key itself; else ""
  std::string authenticator;  // exact bytes: what such a signature is over
  Digest rp_id_hash;
  unsigned flags = 0;
  std::uint32_t counter = 0;
  std::string aaguid;      // as text: 8-4-4-4-12 hex digits
  std::string credential;  // its id
  std::string spki;        // DER
};
std::expected<Attestation, RegistrationFault> read_attestation(std::string_view object);

struct Registration {
  std::string credential, spki, aaguid;
  std::uint32_t counter = 0;
  bool backup_eligible = false, backed_up = false;
};

struct RegistrationClaim {
  std::string_view client_data;  // clientDataJSON
  std::string_view attestation;  // attestationObject
  Digest challenge;
  std::string_view rp_id;
  std::string origin;  // of the one page it may have been made on
};

struct RefusedRegistration {
  RegistrationFault fault;
  std::string text;  // a sentence
};

std::expected<Registration, RefusedRegistration> check_registration(const RegistrationClaim& claim);

}  // namespace lp::identity
