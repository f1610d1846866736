// What every verifying subcommand shares: its exit statuses (evidence.md 9) and two sentences.

#pragma once

#include <string_view>

namespace lp::cli {

inline constexpr int exit_invalid = 40;
inline constexpr int exit_indeterminate = 30;

inline constexpr std::string_view keys_unconfirmed =
    "self-consistent, keys unconfirmed: pin them with --trust";
inline constexpr std::string_view not_signed =
    "The signer does not stand behind this log: it was rolled back, as by restoring an older copy, "
    "or the signer's state is gone. Nothing is signed. See \"When the signer's state is lost\" in "
    "docs/operations/data-directory.md.";

}  // namespace lp::cli
