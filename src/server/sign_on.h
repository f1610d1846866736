// The identity provider of the settings, made ready.

#pragma once

#include <expected>
#include <memory>
#include <string>

#include "base/time.h"
#include "server/config.h"
#include "server/provider_client.h"

namespace lp::server {

// Null where none is configured. The error is a sentence that names the setting. Whether the
// provider answers is seen when somebody signs in: a server whose provider is away must start.
std::expected<std::unique_ptr<ProviderClient>, std::string> provider_of(const Config& config,
                                                                        Clock& clock);

}  // namespace lp::server
