#include "core/seen_nonces.h"

namespace lp::core {

SeenNonces::Answer SeenNonces::look(std::string_view agent, const Digest& nonce, Instant now) {
  const auto found = agents_.find(agent);
  if (found == agents_.end()) return Answer::fresh;
  Used& used = found->second;
  while (!used.by_expiry.empty() && used.by_expiry.begin()->first <= now.ms) {
    used.nonces.erase(used.by_expiry.begin()->second);
    used.by_expiry.erase(used.by_expiry.begin());
  }
  if (used.nonces.contains(nonce)) return Answer::used;
  return used.nonces.size() < per_agent_max ? Answer::fresh : Answer::full;
}

void SeenNonces::keep(const store::AgentNonce& nonce) {
  Used& used = agents_[nonce.agent];
  if (used.nonces.insert(nonce.nonce).second) {
    used.by_expiry.emplace(nonce.expires.ms, nonce.nonce);
  }
}

}  // namespace lp::core
