#include "cli/account.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

namespace lp::cli {

std::string account_name() {
  const passwd* account = getpwuid(geteuid());
  return account == nullptr ? fmt::format("uid {}", geteuid()) : std::string(account->pw_name);
}

}  // namespace lp::cli
