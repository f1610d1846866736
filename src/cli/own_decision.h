// A person decides at the terminal with their sealed device key: they read the request here, say
// yes in a word, and type the passphrase. What is signed is what was on the screen; the server's
// word counts for nothing that can be checked here.

#pragma once

#include "cli/administer.h"
#include "cli/decision.h"
#include "cli/own_key.h"

namespace lp::cli {

// The exit status.
int decide_by_hand(const AdminFlags& flags, const KeyFlags& key, const Wish& wish);

}  // namespace lp::cli
