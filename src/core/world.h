// What the core thread owns: the ports it uses and the heads of all logs. One instance an engine,
// touched by lp-core only (and by recovery before that thread exists).

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/entropy.h"
#include "base/time.h"
#include "core/clock_watch.h"
#include "core/closed_logs.h"
#include "core/directory.h"
#include "core/expiry.h"
#include "core/issuer.h"
#include "core/keys.h"
#include "core/notary.h"
#include "core/notice_ceiling.h"
#include "core/policy_book.h"
#include "core/root_log.h"
#include "core/seen_nonces.h"
#include "core/signer.h"
#include "core/tombstones.h"
#include "core/verifiers.h"
#include "store/blob_files.h"
#include "store/store.h"
#include "tlog/tree.h"

namespace lp::core {

struct EngineOptions;

// The head of one project's log and what signs its statements.
struct ProjectLog {
  store::LogHead head;
  tlog::CompactRange range;
  Issuer issuer;
  std::string origin;
  std::shared_ptr<LiveLog> live;
  bool frozen = false;              // the signer will not sign: nothing may be added
  bool witness_ahead = false;       // and that alone is why
  bool rolled_back = false;         // frozen because more was signed than is here
  std::uint64_t signed_size = 0;    // mirrors live->signed_size for this thread
  std::uint64_t anchored_size = 0;  // of its newest entry in the root log
  std::uint64_t shown_roster = 0;   // version that the notary was shown last (log_rotation.h)
};

// Shows a head that was signed just now. The note first: whoever sees the size must find a
// checkpoint that covers it.
inline void publish(LiveLog& live, const Signer::Signed& head) {
  live.checkpoint.store(std::make_shared<const std::string>(head.note));
  live.signed_size = head.size;
}

inline void freeze(ProjectLog& log, bool frozen) {
  log.frozen = frozen;
  log.live->frozen = frozen;
}

// Freezes a log of which a witness knows more than we do, and says so.
void stand_still(ProjectLog& log);

struct World {
  const EngineOptions& options;
  store::Store& store;
  store::Reader& rows;    // of the connection that commits: what commands look at
  store::Reader& reader;  // another connection: what the file says, for recovery and read-back
  store::BlobFiles& blobs;
  Keys& keys;
  Clock& clock;
  Entropy& entropy;
  Notary& notary;
  Signer signer;
  Tombstones tombstones;
  ClosedLogs closed_logs;
  Verifiers verifiers;
  ClockWatch clock_watch;
  Expiry expiry;
  Expiry permits_due;  // when an open permit expires, or its lease ends
  // By project, kind and subject (store::Epoch): those that were raised.
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> epochs;
  SeenNonces nonces;
  NoticeCeiling notice_ceiling;
  // By request, the browsers that were told of it, so that they are told when it is over. Memory
  // only: after a restart a browser finds out when it is looked at.
  std::map<std::string, std::set<std::string>, std::less<>> told_browsers;
  std::vector<store::LegalHold> holds;                  // that stand
  std::map<std::string, ProjectLog, std::less<>> logs;  // by project id
  PolicyBook policies;
  RootLog root;
  DirectoryPtr directory;  // the newest published one
};

}  // namespace lp::core
