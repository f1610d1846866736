// What is kept of content keys: which there are, who holds them, and wrapped copies that this
// server cannot open (spec/encryption.md §10). No row has anything from which a key could be had
// without a device, a passkey or a passphrase.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace lp::store {

// One content key of a project, by its id.
struct ContentKey {
  std::string project;
  std::string kid;          // 16 hex characters
  std::uint64_t epoch = 1;  // the newest of a project is the one to encrypt with
  std::string made_by;      // member
  Instant created;
  std::optional<Instant> retired;
  std::optional<Instant> sheet_checked;  // when somebody last typed back a recovery sheet

  friend bool operator==(const ContentKey&, const ContentKey&) = default;
};

// The key-agreement key of a device, for which content keys are wrapped.
struct WrapKey {
  std::string device;  // evidence::key_id of the key that signs for it
  std::string member;
  std::string spki;
  std::string signature;  // by the device's own key
  Instant created;
  Instant seen;  // when it last said that it is there, to the day

  friend bool operator==(const WrapKey&, const WrapKey&) = default;
};

// A content key, wrapped by one device for another or for itself: that this device holds it.
struct WrappedKey {
  std::string project;
  std::string kid;
  std::string device;     // for whom
  std::string member;     // whose device that is
  std::string from;       // the device that wrapped it
  std::string document;   // exact bytes (seal/wrapped_key.h)
  std::string signature;  // by `from`
  Instant created;

  friend bool operator==(const WrappedKey&, const WrappedKey&) = default;
};

// A member's copy of their content keys, under what a passkey or a passphrase gives.
struct KeyCopy {
  std::string id;  // kcp_…
  std::string member;
  std::string kind;      // "passkey" | "passphrase"
  std::string document;  // exact bytes; the browser reads it, nobody else does
  Instant created;

  friend bool operator==(const KeyCopy&, const KeyCopy&) = default;
};

}  // namespace lp::store
