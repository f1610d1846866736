// Content keys as the core knows them: by their ids, and as what devices wrap for each other. It
// sees no key and can make none; it keeps who holds which, and refuses what no device would take.
//
// A key is handed over between devices of people who read payloads, both in the roster in force;
// what was wrapped for a device goes when the device does (rosters.cpp).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/directory.h"
#include "seal/wrapped_key.h"
#include "store/content_key_rows.h"

namespace lp::core {

// The entry of a device that may hold the project's content keys; null for any other.
const evidence::RosterEntry* reading_device(const Directory& directory, const ProjectView& project,
                                            std::string_view device);

// That a device is there, and with which key a content key is wrapped for it. What was wrapped for
// another key of it is gone: the device cannot open it any more.
struct KeepWrapKey {
  std::string device;
  std::string spki, signature;
  struct Result {};
};

// A content key for one or more devices. An id that the project does not know yet is its next
// epoch, and from then on the key to encrypt with.
struct HandOverKey {
  struct Wrap {
    seal::WrappedKey key;
    std::string document, signature;
  };
  std::string project, kid;
  std::string from;  // the device that wraps
  std::vector<Wrap> wraps;
  struct Result {
    std::uint64_t epoch;
  };
};

// The device holds it no more, as its person has said.
struct DropContentKey {
  std::string project, kid, device;
  struct Result {};
};
// It stays readable and is handed on only to look back.
struct RetireContentKey {
  std::string project, kid;
  struct Result {};
};
// Somebody has typed back what a printed sheet says.
struct NoteRecoverySheet {
  std::string project, kid;
  struct Result {};
};

struct KeepKeyCopy {
  std::string member, kind, document;
  struct Result {
    std::string id;
  };
};
struct RemoveKeyCopy {
  std::string member, id;
  struct Result {};
};

Applied<KeepWrapKey> apply(Work& work, KeepWrapKey& command);
Applied<HandOverKey> apply(Work& work, HandOverKey& command);
Applied<DropContentKey> apply(Work& work, DropContentKey& command);
Applied<RetireContentKey> apply(Work& work, RetireContentKey& command);
Applied<NoteRecoverySheet> apply(Work& work, NoteRecoverySheet& command);
Applied<KeepKeyCopy> apply(Work& work, KeepKeyCopy& command);
Applied<RemoveKeyCopy> apply(Work& work, RemoveKeyCopy& command);

}  // namespace lp::core
