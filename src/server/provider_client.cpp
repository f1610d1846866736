#include "server/provider_client.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/bounded_queue.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "identity/key_set.h"
#include "identity/provider_metadata.h"
#include "json/parse.h"

namespace lp::server {
namespace {

using api::SignOnTrouble;
using identity::JsonWebToken;
using identity::KeySet;
using identity::ProviderMetadata;
using identity::TokenFault;

constexpr std::size_t waiting_max = 256;
constexpr std::int64_t fresh_for_ms = 600'000;
constexpr std::int64_t usable_for_ms = 3'600'000;
constexpr std::int64_t refetch_after_ms = 60'000;
constexpr std::size_t answer_bytes_max = 512 * 1'024;
constexpr std::int64_t idle_wait_ms = 60'000;

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

// What stands between the scheme and the path: the form that the guard reads.
std::string authority_of(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  return std::string(url.substr(0, url.find('/')));
}

SignOnTrouble unreachable(std::string why) {
  return {.unreachable = true, .why = std::move(why)};
}
SignOnTrouble refused(std::string why) {
  return {.unreachable = false, .why = std::move(why)};
}
SignOnTrouble refused(std::string_view what, TokenFault fault) {
  return refused(fmt::format("{} is not taken: {}", what, identity::to_string(fault)));
}

using Pairs = std::vector<std::pair<std::string_view, std::string>>;

std::string form_of(const Pairs& pairs) {
  std::string form;
  for (const auto& [name, value] : pairs) {
    form += fmt::format("{}{}={}", form.empty() ? "" : "&", name, percent_encoded(value));
  }
  return form;
}

// What the token endpoint answered, as far as it is looked at.
struct TokenAnswer {
  std::string id_token, access_token;
};

std::expected<TokenAnswer, SignOnTrouble> read_tokens(std::string body) {
  const auto answer = json::parse(std::move(body));
  if (!answer || !answer->root.is_object()) {
    return std::unexpected(refused("The provider's answer to the code is not a JSON object"));
  }
  const auto id_token = answer->root.find_string("id_token");
  const auto access_token = answer->root.find_string("access_token");
  if (!id_token) {
    return std::unexpected(refused("The provider answered to the code without an ID token"));
  }
  return TokenAnswer{.id_token = std::string(*id_token),
                     .access_token = std::string(access_token.value_or(""))};
}

}  // namespace

// All but the queue is lp-oidc's own.
struct ProviderClient::Impl {
  using Task = std::move_only_function<void()>;
  using Fetched = std::move_only_function<void(outbound::Answer answer, std::string body)>;
  using Ready = std::move_only_function<void(std::optional<SignOnTrouble> trouble)>;

  Impl(ProviderOptions given, outbound::Guard guard, Clock& used)
      : options(std::move(given)),
        clock(used),
        tasks(waiting_max),
        transfers(std::move(guard), options.transfer) {}

  // --- from any thread ---

  [[nodiscard]] bool push(Task task) {
    if (!tasks.push(std::move(task))) return false;
    transfers.wake();
    return true;
  }

  // --- lp-oidc ---

  void loop() {
    while (!ending) {
      for (Task& task : tasks.drain(std::chrono::milliseconds(0))) task();
      for (auto& done : transfers.wait(idle_wait_ms)) {
        auto found = fetches.extract(done.id);
        if (found) found.mapped()(std::move(done.answer), std::move(done.body));
      }
    }
    tasks.close();
    for (Task& task : tasks.drain(std::chrono::milliseconds(0))) task();
    // Each of these may ask for something more, which then is refused at once.
    while (!fetches.empty()) {
      auto fetch = fetches.extract(fetches.begin());
      fetch.mapped()({.error = "The server is stopping"}, {});
    }
  }

  void fetch(outbound::Delivery delivery, Fetched then) {
    if (ending) return then({.error = "The server is stopping"}, {});
    const std::int64_t id = ++last_id;
    fetches.emplace(id, std::move(then));
    transfers.begin(id, std::move(delivery));
  }

  void get(std::string url, Fetched then) {
    fetch({.url = std::move(url),
           .headers = {{"Accept", "application/json"}, {"User-Agent", "LetsPing-SignOn/1"}},
           .body = {},
           .method = outbound::Method::get},
          std::move(then));
  }

  // Description and keys that are fresh; they are fetched once for all who wait.
  void with_keys(Ready then) {
    const std::int64_t age = clock.monotonic_ms() - fetched_ms;
    if (keys && age < fresh_for_ms) return then(std::nullopt);
    refetch(std::move(then));
  }

  void refetch(Ready then) {
    waiting.push_back(std::move(then));
    if (waiting.size() > 1) return;
    tried_ms = clock.monotonic_ms();
    get(identity::discovery_url(options.settings.issuer),
        [this](const outbound::Answer& answer, std::string body) {
          take_description(answer, std::move(body));
        });
  }

  void take_description(const outbound::Answer& answer, std::string body) {
    if (auto trouble = trouble_of("description", answer)) return tell(std::move(trouble));
    auto read = ProviderMetadata::parse(std::move(body), options.settings.issuer);
    if (!read) return tell(unreachable("The provider cannot be used: " + read.error()));
    get(read->jwks_uri, [this, read = *std::move(read)](const outbound::Answer& keys_answer,
                                                        std::string keys_body) mutable {
      if (auto trouble = trouble_of("keys", keys_answer)) return tell(std::move(trouble));
      auto set = KeySet::parse(std::move(keys_body));
      if (!set) return tell(unreachable("The provider's keys cannot be read"));
      metadata = std::move(read);
      keys = *std::move(set);
      fetched_ms = clock.monotonic_ms();
      tell(std::nullopt);
    });
  }

  void tell(std::optional<SignOnTrouble> trouble) {
    if (trouble) log::warning("oidc.unreachable", trouble->why);
    for (Ready& then : std::exchange(waiting, {})) then(trouble);
  }

  static std::optional<SignOnTrouble> trouble_of(std::string_view what,
                                                 const outbound::Answer& answer) {
    if (answer.accepted()) return std::nullopt;
    return unreachable(
        answer.status == 0
            ? fmt::format("The provider's {} could not be fetched: {}", what, answer.error)
            : fmt::format("The provider answered {} when asked for its {}", answer.status, what));
  }

  // Whether keys that are unknown here may be asked for now.
  [[nodiscard]] bool may_refetch() const {
    return clock.monotonic_ms() - tried_ms >= refetch_after_ms;
  }

  // Verifies with the keys at hand, and once more with newer ones where that may help.
  void verify(
      JsonWebToken token,
      std::move_only_function<void(const JsonWebToken&, std::expected<void, TokenFault>)> then) {
    const auto verdict = keys->verify(token);
    if (verdict || verdict.error() != TokenFault::unknown_key || !may_refetch()) {
      return then(token, verdict);
    }
    refetch([this, token = std::move(token),
             then = std::move(then)](const std::optional<SignOnTrouble>& trouble) mutable {
      if (trouble) return then(token, std::unexpected(TokenFault::unknown_key));
      then(token, keys->verify(token));
    });
  }

  [[nodiscard]] identity::TokenTerms terms() const {
    return {.issuer = options.settings.issuer, .client_id = options.client_id, .now = clock.now()};
  }

  void send_code(api::SignOnAnswer answer, Done<identity::ProvenAccount> done);
  void take_tokens(const api::SignOnAnswer& answer, TokenAnswer tokens,
                   Done<identity::ProvenAccount> done);
  void take_logout(JsonWebToken token, Done<identity::ProvenLogout> done);
  [[nodiscard]] std::string address_for(const api::SignOnWish& wish) const;

  const ProviderOptions options;
  Clock& clock;
  BoundedQueue<Task> tasks;
  outbound::Transfers transfers;
  std::atomic<bool> ending = false;
  std::thread thread;

  std::int64_t last_id = 0;
  std::map<std::int64_t, Fetched> fetches;
  std::vector<Ready> waiting;  // for description and keys that are on their way
  std::optional<ProviderMetadata> metadata;
  std::optional<KeySet> keys;
  std::int64_t fetched_ms = 0;
  std::int64_t tried_ms = -refetch_after_ms;
};

std::string ProviderClient::Impl::address_for(const api::SignOnWish& wish) const {
  const std::string challenge = base64url(crypto::sha256(wish.verifier.reveal()).view());
  Pairs pairs{{"response_type", "code"},
              {"client_id", options.client_id},
              {"redirect_uri", wish.redirect_uri},
              {"scope", options.scopes},
              {"state", wish.state},
              {"nonce", wish.nonce},
              {"code_challenge", challenge},
              {"code_challenge_method", "S256"}};
  if (wish.fresh) {
    // `prompt` has the person asked, `max_age` has the token say when that was.
    pairs.emplace_back("prompt", "login");
    pairs.emplace_back("max_age", std::to_string(options.settings.fresh_ms / 1'000));
  }
  const std::string& endpoint = metadata->authorization_endpoint;
  return fmt::format("{}{}{}", endpoint, endpoint.contains('?') ? '&' : '?', form_of(pairs));
}

void ProviderClient::Impl::send_code(api::SignOnAnswer answer, Done<identity::ProvenAccount> done) {
  // RFC 9207 §2.4: a code of another provider must not be shown to this one, nor the reverse.
  const bool other =
      answer.issuer.empty() ? metadata->names_itself : answer.issuer != options.settings.issuer;
  if (other) return done(std::unexpected(refused("The answer is that of another provider")));
  Pairs pairs{{"grant_type", "authorization_code"},
              {"code", answer.code},
              {"redirect_uri", answer.wish.redirect_uri},
              {"code_verifier", std::string(answer.wish.verifier.reveal())}};
  outbound::Headers headers{{"Content-Type", "application/x-www-form-urlencoded"},
                            {"Accept", "application/json"},
                            {"User-Agent", "LetsPing-SignOn/1"}};
  if (metadata->secret_in_body) {
    pairs.emplace_back("client_id", options.client_id);
    pairs.emplace_back("client_secret", std::string(options.client_secret.reveal()));
  } else {
    // RFC 6749 §2.3.1: both are encoded as in a form before they are joined.
    headers.emplace_back("Authorization",
                         "Basic " + base64(percent_encoded(options.client_id) + ":" +
                                           percent_encoded(options.client_secret.reveal())));
  }
  fetch({.url = metadata->token_endpoint, .headers = std::move(headers), .body = form_of(pairs)},
        [this, answer = std::move(answer), done = std::move(done)](const outbound::Answer& got,
                                                                   std::string body) mutable {
          // 400 and its like: the code is used, too old, or not for us. Anything else is trouble.
          if (got.status >= 400 && got.status < 500 && got.status != 429) {
            return done(std::unexpected(refused("The provider does not take the code")));
          }
          if (auto trouble = trouble_of("tokens", got)) return done(std::unexpected(*trouble));
          auto tokens = read_tokens(std::move(body));
          if (!tokens) return done(std::unexpected(tokens.error()));
          take_tokens(answer, *std::move(tokens), std::move(done));
        });
}

void ProviderClient::Impl::take_tokens(const api::SignOnAnswer& answer, TokenAnswer tokens,
                                       Done<identity::ProvenAccount> done) {
  auto token = JsonWebToken::parse(tokens.id_token);
  if (!token) return done(std::unexpected(refused("The ID token", token.error())));
  verify(*std::move(token), [this, answer, access_token = std::move(tokens.access_token),
                             done = std::move(done)](const JsonWebToken& read,
                                                     std::expected<void, TokenFault> good) mutable {
    if (!good) return done(std::unexpected(refused("The ID token", good.error())));
    const auto fresh = answer.wish.fresh ? std::optional(options.settings.fresh_ms) : std::nullopt;
    auto account = identity::check_id_token(read, {.terms = terms(),
                                                   .nonce = answer.wish.nonce,
                                                   .access_token = access_token,
                                                   .code = answer.code,
                                                   .max_age_ms = fresh,
                                                   .groups_claim = options.groups_claim,
                                                   .member_claim = options.member_claim});
    if (!account) return done(std::unexpected(refused("The ID token", account.error())));
    done(*std::move(account));
  });
}

void ProviderClient::Impl::take_logout(JsonWebToken token, Done<identity::ProvenLogout> done) {
  verify(std::move(token),
         [this, done = std::move(done)](const JsonWebToken& read,
                                        std::expected<void, TokenFault> good) mutable {
           if (!good) return done(std::unexpected(refused("The logout token", good.error())));
           auto logout = identity::check_logout_token(read, terms());
           if (!logout) return done(std::unexpected(refused("The logout token", logout.error())));
           done(*std::move(logout));
         });
}

std::expected<std::unique_ptr<ProviderClient>, std::string> ProviderClient::make(
    ProviderOptions options, Clock& clock) {
  // Who writes the settings says which provider it is; what that names must be public, or be named
  // in the settings too.
  std::vector<std::string> allow = options.allow;
  allow.push_back(authority_of(options.settings.issuer));
  auto guard = outbound::Guard::make(allow);
  if (!guard) return std::unexpected("auth.oidc: " + guard.error());
  options.transfer.keep_body = true;
  options.transfer.answer_bytes_max = answer_bytes_max;
  return std::unique_ptr<ProviderClient>(
      new ProviderClient(std::make_unique<Impl>(std::move(options), *std::move(guard), clock)));
}

ProviderClient::ProviderClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ProviderClient::~ProviderClient() {
  stop();
}

void ProviderClient::start() {
  impl_->thread = std::thread([impl = impl_.get()] {
    pthread_setname_np(pthread_self(), "lp-oidc");
    impl->loop();
  });
}

void ProviderClient::stop() {
  impl_->ending = true;
  impl_->transfers.wake();
  if (impl_->thread.joinable()) impl_->thread.join();
}

const api::SignOnSettings& ProviderClient::settings() const {
  return impl_->options.settings;
}

bool ProviderClient::begin(api::SignOnWish wish, Done<std::string> done) {
  return impl_->push([impl = impl_.get(), wish = std::move(wish),
                      done = std::move(done)]() mutable {
    impl->with_keys([impl, wish = std::move(wish),
                     done = std::move(done)](const std::optional<SignOnTrouble>& trouble) mutable {
      if (trouble) return done(std::unexpected(*trouble));
      done(impl->address_for(wish));
    });
  });
}

bool ProviderClient::finish(api::SignOnAnswer answer, Done<identity::ProvenAccount> done) {
  return impl_->push([impl = impl_.get(), answer = std::move(answer),
                      done = std::move(done)]() mutable {
    impl->with_keys([impl, answer = std::move(answer),
                     done = std::move(done)](const std::optional<SignOnTrouble>& trouble) mutable {
      if (trouble) return done(std::unexpected(*trouble));
      impl->send_code(std::move(answer), std::move(done));
    });
  });
}

bool ProviderClient::read_logout(std::string token, Done<identity::ProvenLogout> done) {
  return impl_->push([impl = impl_.get(), token = std::move(token),
                      done = std::move(done)]() mutable {
    auto read = JsonWebToken::parse(token);
    if (!read) return done(std::unexpected(refused("The logout token", read.error())));
    impl->with_keys([impl, read = *std::move(read),
                     done = std::move(done)](const std::optional<SignOnTrouble>& trouble) mutable {
      // A provider that is away now may have told us before who shall be signed out.
      const bool usable =
          impl->keys && impl->clock.monotonic_ms() - impl->fetched_ms < usable_for_ms;
      if (trouble && !usable) return done(std::unexpected(*trouble));
      impl->take_logout(std::move(read), std::move(done));
    });
  });
}

}  // namespace lp::server
