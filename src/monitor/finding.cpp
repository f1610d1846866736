#include "monitor/finding.h"

#include "base/assert.h"

namespace lp::monitor {

std::string_view to_string(Alarm alarm) {
  switch (alarm) {
    case Alarm::bad_signature:
      return "bad_signature";
    case Alarm::rollback:
      return "rollback";
    case Alarm::fork:
      return "fork";
    case Alarm::inconsistent:
      return "inconsistent";
    case Alarm::wrong_leaf:
      return "wrong_leaf";
    case Alarm::wrong_tile:
      return "wrong_tile";
    case Alarm::split_view:
      return "split_view";
    case Alarm::evidence_kept:
      return "evidence_kept";
    case Alarm::unknown_issuer:
      return "unknown_issuer";
    case Alarm::stale:
      return "stale";
    case Alarm::witness_missing:
      return "witness_missing";
    case Alarm::not_anchored:
      return "not_anchored";
    case Alarm::withheld:
      return "withheld";
    case Alarm::unreachable:
      return "unreachable";
    case Alarm::not_kept:
      return "not_kept";
    case Alarm::interrupted:
      return "interrupted";
  }
  assertion_failed("an Alarm", __FILE__, __LINE__);
}

bool proves_wrong(Alarm alarm) {
  switch (alarm) {
    case Alarm::bad_signature:
    case Alarm::rollback:
    case Alarm::fork:
    case Alarm::inconsistent:
    case Alarm::wrong_leaf:
    case Alarm::wrong_tile:
    case Alarm::split_view:
    case Alarm::evidence_kept:
      return true;
    case Alarm::unknown_issuer:
    case Alarm::stale:
    case Alarm::witness_missing:
    case Alarm::not_anchored:
    case Alarm::withheld:
    case Alarm::unreachable:
    case Alarm::not_kept:
    case Alarm::interrupted:
      return false;
  }
  assertion_failed("an Alarm", __FILE__, __LINE__);
}

}  // namespace lp::monitor
