#include "api/review/pairings.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"

namespace lp::api {
namespace {

constexpr std::size_t id_bytes = 16;
constexpr std::size_t token_bytes = 32;
constexpr std::size_t code_bytes = 5;  // 40 bits, for two minutes, behind a limit of attempts
constexpr std::size_t code_characters = 8;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// What reads like another character is written as that one (Crockford's base32).
char unmistaken(char c) {
  if (c == 'O') return '0';
  return c == 'I' || c == 'L' ? '1' : c;
}

}  // namespace

std::string plain_pairing_code(std::string_view text) {
  std::string code;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    const char plain = unmistaken(upper(c));
    const bool known =
        (plain >= '0' && plain <= '9') || (plain >= 'A' && plain <= 'Z' && plain != 'U');
    if (!known || code.size() == code_characters) return {};
    code.push_back(plain);
  }
  return code.size() == code_characters ? code : std::string();
}

std::optional<Pairings::Begun> Pairings::begin(std::string_view member, std::string_view key,
                                               std::int64_t now_ms, Entropy& entropy) {
  Begun begun{.id = "pair_" + base32(entropy.bytes(id_bytes)), .code = {}};
  for (const char c : base32(entropy.bytes(code_bytes))) begun.code.push_back(upper(c));
  const std::lock_guard lock(mutex_);
  forget_over(now_ms);
  std::erase_if(rows_, [&](const auto& item) { return item.second.pairing.key == key; });
  if (rows_.size() >= pairings_max_) return std::nullopt;
  Row row;
  row.pairing.id = begun.id;
  row.pairing.member = member;
  row.pairing.key = key;
  row.pairing.ends_ms = now_ms + pairing_code_ms;
  row.code = crypto::sha256(begun.code);
  rows_.emplace(begun.id, std::move(row));
  return begun;
}

std::optional<std::string> Pairings::claim(std::string_view code, std::string_view commitment,
                                           std::int64_t now_ms, Entropy& entropy) {
  const Digest digest = crypto::sha256(code);
  const std::lock_guard lock(mutex_);
  forget_over(now_ms);
  const auto found = std::ranges::find_if(rows_, [&](const auto& item) {
    return item.second.pairing.state == State::open &&
           crypto::equal_constant_time(item.second.code.view(), digest.view());
  });
  if (found == rows_.end()) return std::nullopt;
  const std::string token = base64url(entropy.bytes(token_bytes));
  Row& row = found->second;
  row.token = crypto::sha256(token);
  row.pairing.state = State::claimed;
  row.pairing.commitment = commitment;
  row.pairing.ends_ms = now_ms + pairing_words_ms;
  return token;
}

bool Pairings::answer(std::string_view id, std::string_view key, std::string_view nonce,
                      std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Row* row = live(id, key, now_ms);
  if (row == nullptr || row->pairing.state != State::claimed) return false;
  row->pairing.state = State::answered;
  row->pairing.nonce = nonce;
  return true;
}

bool Pairings::reveal(std::string_view token, std::string_view text, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Row* row = live_by_token(token, now_ms);
  if (row == nullptr || row->pairing.state != State::answered) return false;
  row->pairing.state = State::revealed;
  row->pairing.reveal = text;
  return true;
}

bool Pairings::agree(std::string_view id, std::string_view key, std::string_view proposal,
                     std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  Row* row = live(id, key, now_ms);
  if (row == nullptr || row->pairing.state != State::revealed) return false;
  row->pairing.state = State::agreed;
  row->pairing.proposal = proposal;
  row->pairing.ends_ms = now_ms + pairing_wait_ms;
  return true;
}

void Pairings::end(std::string_view id, std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  if (found != rows_.end() && found->second.pairing.key == key) rows_.erase(found);
}

void Pairings::end_by_device(std::string_view token) {
  const Digest digest = crypto::sha256(token);
  const std::lock_guard lock(mutex_);
  std::erase_if(rows_, [&](const auto& item) {
    const Row& row = item.second;
    return row.pairing.state != State::open && row.pairing.state != State::agreed &&
           crypto::equal_constant_time(row.token.view(), digest.view());
  });
}

std::optional<Pairings::Pairing> Pairings::of_browser(std::string_view id, std::string_view key,
                                                      std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end() || found->second.pairing.key != key) return std::nullopt;
  const Pairing& pairing = found->second.pairing;
  return now_ms < pairing.ends_ms ? std::optional(pairing) : std::nullopt;
}

std::optional<Pairings::Pairing> Pairings::of_device(std::string_view token,
                                                     std::int64_t now_ms) const {
  const Digest digest = crypto::sha256(token);
  const std::lock_guard lock(mutex_);
  for (const auto& [id, row] : rows_) {
    const bool theirs = row.pairing.state != State::open && now_ms < row.pairing.ends_ms &&
                        crypto::equal_constant_time(row.token.view(), digest.view());
    if (theirs) return row.pairing;
  }
  return std::nullopt;
}

Pairings::Row* Pairings::live(std::string_view id, std::string_view key, std::int64_t now_ms) {
  const auto found = rows_.find(id);
  const bool theirs = found != rows_.end() && found->second.pairing.key == key &&
                      now_ms < found->second.pairing.ends_ms;
  return theirs ? &found->second : nullptr;
}

Pairings::Row* Pairings::live_by_token(std::string_view token, std::int64_t now_ms) {
  const Digest digest = crypto::sha256(token);
  for (auto& [id, row] : rows_) {
    const bool theirs = row.pairing.state != State::open && now_ms < row.pairing.ends_ms &&
                        crypto::equal_constant_time(row.token.view(), digest.view());
    if (theirs) return &row;
  }
  return nullptr;
}

void Pairings::forget_over(std::int64_t now_ms) {
  std::erase_if(rows_, [&](const auto& item) { return now_ms >= item.second.pairing.ends_ms; });
}

}  // namespace lp::api
