// The HMAC secrets of a project, one purpose each, so that a signature made for one can never pass
// for another (wire.md D-06): "claims" and "escrow". Webhooks have theirs by themselves.

#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/secret.h"
#include "core/directory.h"
#include "core/keys.h"

namespace lp::core {

class Work;
struct World;

inline constexpr const char* claims_purpose = "claims";
inline constexpr const char* escrow_purpose = "escrow";

// Makes those of a project that is being made; false when the wrap key cannot be kept.
[[nodiscard]] bool make_secrets(Work& work, const std::string& project);
// Makes what projects of earlier versions lack, before anything else happens.
std::expected<void, std::string> make_missing_secrets(World& world);

// Nothing when the month that it was sealed in is gone.
std::optional<Secret> open_secret(const Keys& keys, const Directory& directory,
                                  const std::string& project, const std::string& purpose);

}  // namespace lp::core
