#include "asks.h"

#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/content_key.h"

namespace lp::bench {
namespace {

constexpr std::size_t iv_characters = 16;             // 12 bytes
constexpr std::size_t ciphertext_characters = 2'752;  // 2,048 bytes and the tag
constexpr unsigned asking_connections = 32;
constexpr double asking_s_max = 120;

constexpr std::string_view before_iv =
    R"({"service":"payments","action":"transfer","priority":"medium","payload":{"_lp_enc":true,)"
    R"("iv":")";
constexpr std::string_view before_ciphertext = R"(","ct":")";
constexpr std::string_view behind_ciphertext = R"("},"metadata":{"role":"finance","sdk":"node",)"
                                               R"("trace_id":"0af7651916cd43dd8448eb211c80319c"}})";

std::string head_of(std::uint16_t port, const std::string& fields) {
  const std::size_t body_bytes = before_iv.size() + iv_characters + before_ciphertext.size() +
                                 ciphertext_characters + behind_ciphertext.size();
  const std::string whole =
      request_bytes("POST", "/api/ingest", port, fields, std::string(body_bytes, 'x'));
  return whole.substr(0, whole.size() - body_bytes);
}

}  // namespace

// splitmix64: good enough that no disk or compressor finds a pattern.
std::uint64_t Noise::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

void Noise::append_base64(std::string& text, std::size_t characters) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < characters; ++i) {
    if (i % 10 == 0) bits = next();
    text += alphabet[bits & 63];
    bits >>= 6;
  }
}

BigAsks::BigAsks(std::uint16_t port, std::string fields, std::uint64_t seed)
    : head_(head_of(port, fields)), noise_(seed) {}

std::int64_t BigAsks::next(std::string& request) {
  request = head_;
  request += before_iv;
  noise_.append_base64(request, iv_characters);
  request += before_ciphertext;
  noise_.append_base64(request, ciphertext_characters);
  request += behind_ciphertext;
  return asked_++;
}

SmallAsks::SmallAsks(std::uint16_t port, std::string fields)
    : port_(port), fields_(std::move(fields)) {}

std::int64_t SmallAsks::next(std::string& request) {
  static const auto key = seal::ContentKey::from_base64(content_key);
  crypto::SystemEntropy entropy;
  auto payload = json::Value::object();
  payload.add("amount", 50).add("to", std::to_string(asked_));
  auto body = json::Value::object();
  body.add("service", "payments")
      .add("action", "transfer")
      .add("payload", key->seal_v1(json::compact(payload), entropy));
  request = request_bytes("POST", "/api/ingest", port_, fields_, json::compact(body));
  return asked_++;
}

void SmallAsks::answered(std::int64_t, std::string_view body) {
  constexpr std::string_view mark = R"("id":")";
  const std::size_t at = body.find(mark);
  if (at == std::string_view::npos) return;
  const std::string_view rest = body.substr(at + mark.size());
  ids_.emplace_back(rest.substr(0, rest.find('"')));
}

std::expected<std::vector<std::string>, std::string> make_asks(const Subject& subject,
                                                               std::uint64_t count,
                                                               std::size_t project) {
  SmallAsks script(subject.port(), subject.agent_fields(project));
  const auto done = drive(subject.port(), asking_connections, script,
                          {.seconds = asking_s_max, .requests = count});
  if (!done.clean()) return std::unexpected("asking failed: " + done.first_refusal);
  if (script.ids().size() != count) return std::unexpected("asking took too long");
  return script.ids();
}

}  // namespace lp::bench
