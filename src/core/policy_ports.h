// What policies are read with: the rules of approval, and the machine's time zones.

#pragma once

#include "policy/document.h"

namespace lp::core {

policy::Ports policy_ports();

}  // namespace lp::core
