#include "base/secret.h"

#include <cstring>

namespace lp {

void wipe(std::string& bytes) {
  // The whole capacity: an earlier, longer value may still stand behind the current one.
  bytes.resize(bytes.capacity());
  ::explicit_bzero(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace lp
