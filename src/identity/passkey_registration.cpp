#include "identity/passkey_registration.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/assertion.h"
#include "identity/authenticator_flags.h"
#include "identity/cbor_reader.h"

namespace lp::identity {
namespace {

using namespace std::string_view_literals;
using Kind = CborItem::Kind;
using Fault = RegistrationFault;

constexpr std::size_t object_bytes_max = 4'096;
constexpr std::size_t credential_bytes_max = 1'023;  // WebAuthn Level 3 §4, credential id
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t aaguid_bytes = 16;
constexpr std::size_t coordinate_bytes = 32;
// DER of a SubjectPublicKeyInfo on P-256 up to the uncompressed point.
constexpr std::string_view spki_prefix =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
    "\x03\x42\x00\x04"sv;

// Takes bytes off the front; nothing when there are fewer.
std::optional<std::string_view> take(std::string_view& rest, std::size_t count) {
  if (rest.size() < count) return std::nullopt;
  const std::string_view front = rest.substr(0, count);
  rest.remove_prefix(count);
  return front;
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::string aaguid_text(std::string_view bytes) {
  const std::string digits = hex(bytes);
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20);
}

// --- the key (RFC 9053 §7.1.1, COSE) ----------------------------------------------------------

struct CoseKey {
  std::optional<std::int64_t> type, algorithm, curve;
  std::string_view x, y;
};

// One pair of the key's map. False for a label twice, unknown, or with another kind of value.
bool read_pair(CborReader& reader, CoseKey& key) {
  const auto label = reader.next(Kind::integer);
  if (!label) return false;
  const auto number = [&](std::optional<std::int64_t>& slot) {
    const auto value = reader.next(Kind::integer);
    if (!value || slot) return false;
    slot = value->number;
    return true;
  };
  const auto coordinate = [&](std::string_view& slot) {
    const auto value = reader.next(Kind::bytes);
    if (!value || !slot.empty() || value->content.size() != coordinate_bytes) return false;
    slot = value->content;
    return true;
  };
  switch (label->number) {
    case 1:
      return number(key.type);
    case 3:
      return number(key.algorithm);
    case -1:
      return number(key.curve);
    case -2:
      return coordinate(key.x);
    case -3:
      return coordinate(key.y);
    default:
      return false;
  }
}

// Whether what can be read of a map that is no such key names another algorithm: then that is why.
Fault why_no_key(std::string_view bytes) {
  CborReader reader(bytes);
  const auto map = reader.next(Kind::map);
  for (std::uint64_t i = 0; map && i < map->size; ++i) {
    const auto label = reader.next(Kind::integer);
    if (!label) return Fault::key_form;
    if (label->number != 3) {
      if (!reader.skip()) return Fault::key_form;
      continue;
    }
    const auto algorithm = reader.next(Kind::integer);
    constexpr std::int64_t es256 = -7;
    return algorithm && algorithm->number != es256 ? Fault::key_algorithm : Fault::key_form;
  }
  return Fault::key_form;
}

// The SPKI of the key at the front of `rest`, which is taken off.
std::expected<std::string, Fault> take_key(std::string_view& rest) {
  constexpr std::int64_t ec2 = 2, es256 = -7, p256 = 1;
  constexpr std::uint64_t pairs = 5;
  CborReader reader(rest);
  const auto map = reader.next(Kind::map);
  if (!map || map->size != pairs) return std::unexpected(why_no_key(rest));
  CoseKey key;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    if (!read_pair(reader, key)) return std::unexpected(why_no_key(rest));
  }
  if (key.type != ec2 || key.algorithm != es256 || key.curve != p256) {
    return std::unexpected(Fault::key_algorithm);
  }
  std::string spki(spki_prefix);
  spki.append(key.x).append(key.y);
  if (!crypto::P256PublicKey::from_spki(spki)) return std::unexpected(Fault::key_point);
  rest = reader.rest();
  return spki;
}

// --- the authenticator's part -----------------------------------------------------------------

// Outputs that nobody asked for and that mean nothing here, such as credProtect, which some
// browsers add by themselves: text names, each once, and well-formed values.
bool take_extensions(std::string_view& rest) {
  CborReader reader(rest);
  const auto map = reader.next(Kind::map);
  if (!map) return false;
  std::set<std::string_view> names;
  for (std::uint64_t i = 0; i < map->size; ++i) {
    const auto name = reader.next(Kind::text);
    if (!name || !names.insert(name->content).second || !reader.skip()) return false;
  }
  rest = reader.rest();
  return true;
}

std::expected<void, Fault> read_credential(std::string_view& rest, Attestation& attestation) {
  const auto aaguid = take(rest, aaguid_bytes);
  const auto length = take(rest, 2);
  if (!aaguid || !length) return std::unexpected(Fault::malformed);
  const std::size_t size = big_endian(*length);
  if (size == 0) return std::unexpected(Fault::no_credential);
  if (size > credential_bytes_max) return std::unexpected(Fault::credential_too_long);
  const auto credential = take(rest, size);
  if (!credential) return std::unexpected(Fault::malformed);
  auto spki = take_key(rest);
  if (!spki) return std::unexpected(spki.error());
  attestation.aaguid = aaguid_text(*aaguid);
  attestation.credential = *credential;
  attestation.spki = *std::move(spki);
  return {};
}

std::expected<void, Fault> read_authenticator(Attestation& attestation) {
  std::string_view rest = attestation.authenticator;
  const auto hash = take(rest, hash_bytes);
  const auto flags = take(rest, 1);
  const auto counter = take(rest, 4);
  if (!hash || !flags || !counter) return std::unexpected(Fault::malformed);
  attestation.rp_id_hash = *Digest::from_bytes(*hash);
  attestation.flags = big_endian(*flags);
  attestation.counter = big_endian(*counter);
  if ((attestation.flags & attested_data) == 0) return std::unexpected(Fault::no_credential);
  if (auto fine = read_credential(rest, attestation); !fine) return fine;
  const bool extends = (attestation.flags & extension_data) != 0;
  if (extends && !take_extensions(rest)) return std::unexpected(Fault::malformed);
  if (!rest.empty()) return std::unexpected(Fault::trailing_bytes);
  return {};
}

// --- the attestation object -------------------------------------------------------------------

struct Parts {
  std::optional<std::string_view> format, statement, authenticator;
};

// {"fmt", "attStmt", "authData"}, in any order, each once; the statement as exact bytes.
std::expected<Parts, Fault> read_object(std::string_view object) {
  CborReader reader(object);
  const auto map = reader.next(Kind::map);
  if (!map || map->size != 3) return std::unexpected(Fault::malformed);
  Parts parts;
  for (std::uint64_t i = 0; i < map->size; ++i) {
    const auto name = reader.next(Kind::text);
    if (!name) return std::unexpected(Fault::malformed);
    if (name->content == "attStmt" && !parts.statement) {
      const std::string_view before = reader.rest();
      if (!reader.skip()) return std::unexpected(Fault::malformed);
      parts.statement = before.substr(0, before.size() - reader.rest().size());
      continue;
    }
    const bool format = name->content == "fmt" && !parts.format;
    const bool authenticator = name->content == "authData" && !parts.authenticator;
    if (!format && !authenticator) return std::unexpected(Fault::malformed);
    const auto value = reader.next(format ? Kind::text : Kind::bytes);
    if (!value) return std::unexpected(Fault::malformed);
    (format ? parts.format : parts.authenticator) = value->content;
  }
  if (!reader.rest().empty()) return std::unexpected(Fault::trailing_bytes);
  return parts;
}

// The signature of {"alg": -7, "sig": bytes}: what `packed` says where nobody else vouches.
std::expected<std::string, Fault> self_signature(std::string_view statement) {
  constexpr std::int64_t es256 = -7;
  CborReader reader(statement);
  const auto map = reader.next(Kind::map);
  std::optional<std::int64_t> algorithm;
  std::string signature;
  for (std::uint64_t i = 0; map && i < map->size; ++i) {
    const auto name = reader.next(Kind::text);
    if (!name) return std::unexpected(Fault::attestation_invalid);
    // Somebody else's certificates: not asked for, and not looked at.
    if (name->content == "x5c") return std::unexpected(Fault::unknown_attestation);
    if (name->content == "alg" && !algorithm) {
      const auto value = reader.next(Kind::integer);
      if (!value) return std::unexpected(Fault::attestation_invalid);
      algorithm = value->number;
    } else if (name->content == "sig" && signature.empty()) {
      const auto value = reader.next(Kind::bytes);
      if (!value) return std::unexpected(Fault::attestation_invalid);
      signature = value->content;
    } else {
      return std::unexpected(Fault::attestation_invalid);
    }
  }
  if (algorithm != es256 || signature.empty()) return std::unexpected(Fault::attestation_invalid);
  return signature;
}

std::expected<void, Fault> read_statement(std::string_view statement, Attestation& attestation) {
  if (attestation.format == "none") {
    CborReader reader(statement);
    const auto map = reader.next(Kind::map);
    if (map && map->size == 0) return {};
    return std::unexpected(Fault::attestation_invalid);
  }
  if (attestation.format != "packed") return std::unexpected(Fault::unknown_attestation);
  auto signature = self_signature(statement);
  if (!signature) return std::unexpected(signature.error());
  attestation.signature = *std::move(signature);
  return {};
}

// --- what is asked of it ----------------------------------------------------------------------

std::optional<Fault> refuse(const Attestation& attestation, const RegistrationClaim& claim) {
  if (attestation.rp_id_hash != crypto::sha256(claim.rp_id)) return Fault::relying_party;
  const unsigned flags = attestation.flags;
  if ((flags & user_present) == 0) return Fault::not_present;
  if ((flags & user_verified) == 0) return Fault::not_verified;
  if ((flags & backed_up) != 0 && (flags & backup_eligible) == 0) return Fault::backup_flags;
  if (attestation.signature.empty()) return std::nullopt;
  std::string message(attestation.authenticator);
  message += crypto::sha256(claim.client_data).view();
  const bool holds = crypto::p256_verify(attestation.spki, message, attestation.signature, false);
  return holds ? std::nullopt : std::optional(Fault::attestation_signature);
}

}  // namespace

std::string_view describe(RegistrationFault fault) {
  switch (fault) {
    case Fault::client_data:
      return "the browser's part is not what was asked for";
    case Fault::malformed:
      return "the authenticator's answer is malformed";
    case Fault::too_large:
      return "the authenticator's answer is too long";
    case Fault::trailing_bytes:
      return "the authenticator's answer goes on where it should end";
    case Fault::unknown_attestation:
      return "the authenticator is attested in a way that nobody asked for";
    case Fault::attestation_invalid:
      return "the attestation is not of its form";
    case Fault::attestation_signature:
      return "the attestation's signature does not verify";
    case Fault::relying_party:
      return "the passkey was made for another host";
    case Fault::not_present:
      return "nobody was present when the passkey was made";
    case Fault::not_verified:
      return "the authenticator did not verify the person";
    case Fault::backup_flags:
      return "the passkey says that it is backed up and cannot be";
    case Fault::no_credential:
      return "the authenticator's answer has no passkey in it";
    case Fault::credential_too_long:
      return "the passkey's id is too long";
    case Fault::key_form:
      return "the passkey's key is not of its form";
    case Fault::key_algorithm:
      return "the passkey is not an ES256 key on P-256";
    case Fault::key_point:
      return "the passkey's key is not on the curve";
  }
  LP_ASSERT(false);
  return {};
}

std::expected<Attestation, RegistrationFault> read_attestation(std::string_view object) {
  if (object.size() > object_bytes_max) return std::unexpected(Fault::too_large);
  const auto parts = read_object(object);
  if (!parts) return std::unexpected(parts.error());
  Attestation attestation;
  attestation.format = *parts->format;
  attestation.authenticator = *parts->authenticator;
  if (auto read = read_statement(*parts->statement, attestation); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_authenticator(attestation); !read) return std::unexpected(read.error());
  return attestation;
}

std::expected<Registration, RefusedRegistration> check_registration(
    const RegistrationClaim& claim) {
  const std::vector<std::string> origins{claim.origin};
  if (const auto fine = evidence::check_client_data(claim.client_data, "webauthn.create",
                                                    claim.challenge, &origins);
      !fine) {
    return std::unexpected(RefusedRegistration{Fault::client_data, fine.error()});
  }
  const auto refused = [](Fault fault) {
    return std::unexpected(RefusedRegistration{fault, std::string(describe(fault))});
  };
  auto attestation = read_attestation(claim.attestation);
  if (!attestation) return refused(attestation.error());
  if (const auto fault = refuse(*attestation, claim)) return refused(*fault);
  return Registration{.credential = std::move(attestation->credential),
                      .spki = std::move(attestation->spki),
                      .aaguid = std::move(attestation->aaguid),
                      .counter = attestation->counter,
                      .backup_eligible = (attestation->flags & backup_eligible) != 0,
                      .backed_up = (attestation->flags & backed_up) != 0};
}

}  // namespace lp::identity
