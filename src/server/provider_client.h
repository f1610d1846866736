// Speaks with the identity provider of auth.oidc: one thread (lp-oidc) that fetches its description
// and keys, redeems codes and reads its tokens. All of it goes through outbound's guard.
//
// Description and keys are kept for ten minutes. A token of an unknown key has them fetched anew,
// at most once a minute, so that nobody can have the provider asked at will. While it does not
// answer, keys of the last hour still serve to end sessions; nobody is signed in by them.

#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/identity_provider.h"
#include "base/secret.h"
#include "base/time.h"
#include "outbound/transfers.h"

namespace lp::server {

struct ProviderOptions {
  api::SignOnSettings settings;
  std::string client_id;
  Secret client_secret;
  std::string scopes = "openid";
  std::string groups_claim, member_claim;  // "" = none
  std::vector<std::string> allow;          // hosts that the guard lets by beside public ones
  outbound::TransferOptions transfer;
};

class ProviderClient final : public api::IdentityProvider {
 public:
  // The error is a sentence that names the setting. `clock` outlives the client.
  static std::expected<std::unique_ptr<ProviderClient>, std::string> make(ProviderOptions options,
                                                                          Clock& clock);
  ~ProviderClient() override;  // stops
  ProviderClient(const ProviderClient&) = delete;
  ProviderClient& operator=(const ProviderClient&) = delete;

  void start();
  // Whoever still waits is told that the provider cannot be reached.
  void stop();

  [[nodiscard]] const api::SignOnSettings& settings() const override;
  [[nodiscard]] bool begin(api::SignOnWish wish, Done<std::string> done) override;
  [[nodiscard]] bool finish(api::SignOnAnswer answer, Done<identity::ProvenAccount> done) override;
  [[nodiscard]] bool read_logout(std::string token, Done<identity::ProvenLogout> done) override;

 private:
  struct Impl;
  explicit ProviderClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lp::server
