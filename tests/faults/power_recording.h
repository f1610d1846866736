// Some lives of the server: all that they did to their disk, and what they had told whom when.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors.h"
#include "errands.h"
#include "load.h"
#include "power_image.h"
#include "power_journal.h"
#include "receiver.h"
#include "rigs.h"
#include "server.h"

namespace lp::faults {

// Moments are counts of happenings: what has moment N happened before the cut at N, and not before
// any earlier cut.
using Moment = std::size_t;

// The server let somebody know that a request is there, or how it is closed.
struct Disclosure {
  Moment moment = 0;
  std::string id;
  Shown shown = Shown::pending;
};
struct GivenPromise {
  Moment moment = 0;
  Promises::Promise promise;
};

// A state snapshot that was acknowledged by then; large enough to be a file of its own.
struct KeptSnapshot {
  Moment moment = 0;
  Errands::Left left;
};

// The disk as the kernel showed it when so much had happened.
struct Snapshot {
  Moment moment = 0;
  Image image;
};

struct Recording {
  PowerJournal journal;
  std::string agent_key;
  Moment made = 0;  // `init` and `key create` were through
  std::vector<Snapshot> snapshots;
  std::vector<Disclosure> disclosures;  // by moment
  std::vector<GivenPromise> promises;   // by moment
  std::vector<KeptSnapshot> kept;
  std::vector<History::Asked> asks;
  std::vector<History::Wanted> wishes;
  std::vector<Ask> repeatable;

  // Whether everything that a client had heard is among the disclosures: what is missing.
  [[nodiscard]] std::vector<std::string> unheard() const;
};

// The requests whose webhooks were sent by then.
std::set<std::string> delivered(const PowerJournal& journal, Moment moment);

// Settings of a server that may send to `receiver`.
Server::Settings with_webhooks(const Receiver& receiver);
// And whose disk below `root` is recorded in `journal`, which must exist.
Server::Settings recorded_with_webhooks(const std::string& root, const std::string& journal,
                                        const Receiver& receiver);
// What `kill -9` leaves agrees with the journal to the last call. What went wrong, or nothing.
std::optional<std::string> kill_recorded(Server& server, const std::string& journal);

// Makes a server whose decisions go to `receiver`, and loads it through several lives that end in
// several ways; with `answers` acknowledgements in each stretch of load.
std::expected<Recording, std::string> record(const Plan& plan, const Receiver& receiver,
                                             std::uint64_t seed, std::uint64_t answers);

}  // namespace lp::faults
