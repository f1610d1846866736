// A member's security key comes to decide at terminals: a credential is made on it, the server
// checks the registration as it does a browser's, and an owner signs the rosters that list it.

#pragma once

#include <string>

#include "cli/administer.h"
#include "cli/own_key.h"
#include "cli/own_security_key.h"

namespace lp::cli {

// The exit status. `key` is the owner's, who may be somebody else.
int enroll_security_key(const AdminFlags& flags, const KeyFlags& key,
                        const SecurityKeyFlags& security_key, const std::string& member);

}  // namespace lp::cli
