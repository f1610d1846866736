// A person decides at the terminal with their sealed device key or their security key: they read
// the request here, say yes, and type the passphrase, or the PIN and touch the key. What is signed
// is what was on the screen; the server's word counts for nothing that can be checked here.

#pragma once

#include "cli/administer.h"
#include "cli/decision.h"
#include "cli/own_key.h"
#include "cli/own_security_key.h"

namespace lp::cli {

// The exit status.
int decide_by_hand(const AdminFlags& flags, const KeyFlags& key,
                   const SecurityKeyFlags& security_key, Wish wish);

}  // namespace lp::cli
