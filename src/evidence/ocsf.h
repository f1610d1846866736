// Entries of the log as events of the Open Cybersecurity Schema Framework 1.9 (ocsf.io), class API
// Activity, with the profile `record_integrity`: for the tools of a security operations centre.
//
// A view, like CSV: it says again what the statements say, each of which it carries in `raw_data`.
// Every event has the SHA-256 of its own canonical form and names that of the event before, so that
// none is lost or changed on the way through a pipeline. docs/reference/export.md describes it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/time.h"
#include "evidence/export.h"
#include "evidence/statement.h"
#include "json/value.h"

namespace lp::evidence {

struct ErasedEntry {
  std::string_view origin;
  std::uint64_t index = 0;
  Instant erased;
  std::string_view leaf;
  Digest leaf_hash;
};

class OcsfWriter {
 public:
  // `chain` names this export and no other.
  explicit OcsfWriter(std::string chain) : chain_(std::move(chain)) {}

  // The next event, a line in JCS with its line feed. `more` is put into `unmapped`.
  std::string line(const ExportEntry& entry, const Statement& said,
                   const json::Value& more = json::Value::object());
  // The next event for an entry whose statement was erased: its place, and when that happened.
  std::string erased_line(const ErasedEntry& entry);

 private:
  std::string chained(const std::string& uid, std::string_view origin, json::Value event);

  struct Previous {
    std::string uid;
    std::int64_t type = 0;
    Digest fingerprint;
  };
  std::string chain_;
  std::optional<Previous> previous_;
};

}  // namespace lp::evidence
