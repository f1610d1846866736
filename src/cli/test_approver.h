// The test approver of a directory made with `init --test`: signs in place of a person, in test
// data that says so for ever.

#pragma once

#include <expected>
#include <string>

#include "cli/admin_client.h"
#include "crypto/p256.h"

namespace lp::cli {

struct TestApprover {
  crypto::P256Key key;
  std::string member;  // whoever owns the key, which init wrote
};
// The error is a sentence for people.
std::expected<TestApprover, std::string> test_approver(AdminClient& client);

}  // namespace lp::cli
