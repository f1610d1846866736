// What is there after a power cut, held against what the server had told by then.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "history.h"
#include "power_disk.h"
#include "power_image.h"
#include "power_recording.h"

namespace lp::faults {

struct PowerVerdict {
  std::vector<std::string> broken;  // no start, no answer
  std::vector<Fault> faults;
  std::vector<std::string> log_faults;
  std::vector<std::string> undelivered;  // webhooks of decisions that somebody was told
  std::vector<std::string> forgotten;    // checkpoints given away that the signer does not remember
  Figures figures;

  [[nodiscard]] bool clean() const {
    return broken.empty() && faults.empty() && log_faults.empty() && undelivered.empty() &&
           forgotten.empty();
  }
};

struct Cut {
  Moment moment = 0;  // of the recording: what was told until then must be there
  Survival survival = Survival::mixed;
  std::uint64_t seed = 0;
};

// Starts the server on `image`, a disk after `cut`, and looks at everything; then asks and decides
// again what had been asked and decided, and some of what had not. `delivered` are the requests
// whose webhooks had been sent.
PowerVerdict judge(const Plan& plan, const Recording& recording, Receiver& receiver,
                   const Image& image, const Cut& cut, const std::set<std::string>& delivered);

}  // namespace lp::faults
