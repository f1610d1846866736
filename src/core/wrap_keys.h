// The end of wrap keys. A month's key is destroyed when the month has been over for as long as
// backups are kept: then no copy of the data opens any more what was erased before.
//
// What still stands is wrapped anew first, a few requests with each batch, so that nobody waits for
// it; a crash in between loses nothing, because the old key goes last. lp-core only.

#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "core/work.h"

namespace lp::core {

class WrapKeys {
 public:
  // The next few steps, in this batch.
  void step(Work& work);
  // After the batch is durable: destroys the keys under which nothing stands any more. The months
  // that are gone; the caller scrubs the write-ahead log then. A key whose file cannot be removed
  // stays for the next time.
  std::vector<std::string> destroy(World& world);

 private:
  // False: the key of this month cannot be written, and so no old one may go.
  bool wrap_directory(Work& work);
  bool wrap_requests(Work& work);
  void give_up();
  [[nodiscard]] bool retired(std::string_view wrapped) const;

  std::vector<std::string> months_;  // whose keys go
  std::string after_;                // the request that was looked at last
  bool all_wrapped_ = false;
  Instant looked_;
};

}  // namespace lp::core
