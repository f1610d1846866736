// Has the heads of all logs cosigned: one thread (lp-witness) that sends them to the witnesses of
// the policy and keeps what comes back. No answer to anybody waits for it.

#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/engine.h"
#include "outbound/transfers.h"
#include "server/cosigning.h"
#include "tlog/policy.h"

namespace lp::server {

// The policy of a file, "" being the path of none. The error is a sentence that names the line.
struct WitnessPolicy {
  std::string text;
  tlog::Policy policy;
};
std::expected<WitnessPolicy, std::string> read_witness_policy(const std::string& path);

class WitnessSubmitter {
 public:
  // The engine must live, and run, until `stop` returns. `announce` gets core::witnessed_topic on
  // this thread when something new is cosigned. The error names a witness that cannot be asked.
  using Announce = std::function<void(std::vector<std::string>)>;
  static std::expected<std::unique_ptr<WitnessSubmitter>, std::string> make(core::Engine& engine,
                                                                            tlog::Policy policy,
                                                                            Announce announce);
  ~WitnessSubmitter();  // stops
  WitnessSubmitter(const WitnessSubmitter&) = delete;
  WitnessSubmitter& operator=(const WitnessSubmitter&) = delete;

  void start();
  void stop();

 private:
  WitnessSubmitter(core::Engine& engine, tlog::Policy policy, Announce announce,
                   outbound::Guard guard);
  void loop();
  void look();
  void keep(const CosignedNote& note);
  void stop_contradicted();

  core::Engine& engine_;
  const Announce announce_;
  Cosigning cosigning_;
  outbound::Transfers transfers_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace lp::server
