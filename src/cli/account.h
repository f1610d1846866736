// Who is at this machine, for what the log says of operators.

#pragma once

#include <string>

namespace lp::cli {

// The name of the account that runs this program, as the machine knows it.
std::string account_name();

}  // namespace lp::cli
