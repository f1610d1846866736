#include "api/review/challenge_body.h"

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t client_nonce_min = 16;
constexpr std::size_t client_nonce_max = 64;

}  // namespace

std::optional<std::string> server_nonce_of(const std::string& body, const std::string& origin) {
  const auto claims = json::parse(body);
  if (!claims || !claims->root.is_object() || claims->root.members().size() != 3) return {};
  const auto named = claims->root.find_string("origin");
  const auto server_nonce = claims->root.find_string("server_nonce");
  const auto client_nonce = claims->root.find_string("client_nonce");
  if (named != origin || !server_nonce || !client_nonce) return {};
  const auto random = from_base64(*client_nonce);
  const bool fresh =
      random && random->size() >= client_nonce_min && random->size() <= client_nonce_max;
  if (!fresh || json::canonical(claims->root) != body) return {};
  return std::string(*server_nonce);
}

}  // namespace lp::api
