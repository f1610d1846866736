// Decisions as a reviewer's browser sends them: each from the server's offer, decrypted and signed
// by the test approver's device key before the clock starts.

#pragma once

#include <expected>
#include <string>
#include <vector>

#include "closed_loop.h"
#include "rig.h"

namespace lp::bench {

struct Decision {
  std::string id;       // of the request
  std::string request;  // the POST, head and body
};

// For each of `ids`, in turn approved, approved with an edit, and rejected. Errors are sentences.
std::expected<std::vector<Decision>, std::string> sign_decisions(
    const Subject& subject, const std::vector<std::string>& ids);

// Sends each once.
class SendDecisions final : public Script {
 public:
  explicit SendDecisions(const std::vector<Decision>& decisions) : decisions_(decisions) {}
  std::int64_t next(std::string& request) override;
  void answered(std::int64_t, std::string_view) override {}

 private:
  const std::vector<Decision>& decisions_;
  std::size_t sent_ = 0;
};

}  // namespace lp::bench
