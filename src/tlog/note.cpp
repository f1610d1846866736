#include "tlog/note.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace lp::tlog {
namespace {

constexpr char algorithm_ed25519 = '\x01';
constexpr std::size_t key_id_bytes = 4;
constexpr std::string_view em_dash = "\xE2\x80\x94 ";

// Nobody signs so often; a longer note is a way to make verifiers work. The limit of Go's reader.
constexpr std::size_t signatures_max = 100;

std::uint32_t read_key_id(std::string_view bytes) {
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < key_id_bytes; ++i) {
    id = (id << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return id;
}

std::string key_id_to_bytes(std::uint32_t id) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>((id >> shift) & 0xFFU);
  return bytes;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Plus and the Unicode spaces above U+0020.
constexpr std::array<std::string_view, 21> refused_in_names = {
    "+",      " ",      "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001",
    "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

bool is_key_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && !has_control(name) &&
         std::none_of(refused_in_names.begin(), refused_in_names.end(), [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

// The line up to the next newline, which `rest` then stands behind; nothing without a newline.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<SignatureLine> parse_signature_line(std::string_view line) {
  if (!line.starts_with(em_dash)) return std::nullopt;
  line.remove_prefix(em_dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view name = line.substr(0, space);
  const auto bytes = from_base64(line.substr(space + 1));
  if (!is_key_name(name) || !bytes || bytes->size() <= key_id_bytes) return std::nullopt;
  return SignatureLine{std::string(name), read_key_id(*bytes), bytes->substr(key_id_bytes)};
}

// Canonical decimal of a 64-bit size.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t size = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc() || stop != end) return std::nullopt;
  return size;
}

}  // namespace

VerifierKey VerifierKey::make(std::string_view name, std::string_view public_key) {
  LP_ASSERT(is_key_name(name));
  LP_ASSERT(public_key.size() == 32);
  const Digest digest =
      crypto::sha256({name, "\n", std::string_view(&algorithm_ed25519, 1), public_key});
  return {std::string(name), read_key_id(digest.view()), std::string(public_key)};
}

std::optional<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  // Base64 may hold a plus, a name may not.
  const std::size_t first = vkey.find('+');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view name = vkey.substr(0, first);
  const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  const auto key = from_base64(vkey.substr(second + 1));
  if (!is_key_name(name) || !id || id->size() != key_id_bytes) return std::nullopt;
  if (!key || key->size() != 33 || key->front() != algorithm_ed25519) return std::nullopt;
  VerifierKey made = make(name, std::string_view(*key).substr(1));
  if (made.id != read_key_id(*id)) return std::nullopt;
  if (!crypto::ed25519_acceptable(made.public_key)) return std::nullopt;
  return made;
}

std::string VerifierKey::to_string() const {
  return name + "+" + hex(key_id_to_bytes(id)) + "+" + base64(algorithm_ed25519 + public_key);
}

std::string Checkpoint::body() const {
  return origin + "\n" + std::to_string(size) + "\n" + base64(root.view()) + "\n";
}

std::optional<Checkpoint> Checkpoint::parse_body(std::string_view body) {
  const auto origin = take_line(body);
  const auto size_text = take_line(body);
  const auto root_text = take_line(body);
  if (!root_text || !body.empty()) return std::nullopt;
  if (origin->empty() || !is_utf8(*origin) || has_control(*origin)) return std::nullopt;
  const auto size = parse_size(*size_text);
  const auto root_bytes = from_base64(*root_text);
  if (!size || !root_bytes) return std::nullopt;
  const auto root = Digest::from_bytes(*root_bytes);
  if (!root) return std::nullopt;
  return Checkpoint{std::string(*origin), *size, *root};
}

std::optional<Note> Note::parse(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (!is_utf8(text) || std::any_of(text.begin(), text.end(), control)) return std::nullopt;
  const std::size_t blank = text.rfind("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  Note note;
  note.body = text.substr(0, blank + 1);
  std::string_view rest = text.substr(blank + 2);
  if (rest.empty()) return std::nullopt;
  while (!rest.empty()) {
    if (note.signatures.size() == signatures_max) return std::nullopt;
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    auto signature = parse_signature_line(*line);
    if (!signature) return std::nullopt;
    note.signatures.push_back(std::move(*signature));
  }
  return note;
}

std::string Note::to_string() const {
  std::string text = body + "\n";
  for (const SignatureLine& line : signatures) {
    text += em_dash;
    text += line.name + " " + base64(key_id_to_bytes(line.key_id) + line.signature) + "\n";
  }
  return text;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& key) {
  const VerifierKey verifier = VerifierKey::make(checkpoint.origin, key.public_key());
  Note note;
  note.body = checkpoint.body();
  note.signatures.push_back({verifier.name, verifier.id, key.sign(note.body)});
  return note.to_string();
}

std::expected<Checkpoint, NoteFault> open_checkpoint(std::string_view text,
                                                     const VerifierKey& key) {
  const auto note = Note::parse(text);
  if (!note) return std::unexpected(NoteFault::malformed);
  bool known = false;
  for (const SignatureLine& line : note->signatures) {
    if (line.name != key.name || line.key_id != key.id) continue;
    known = true;
    if (!crypto::ed25519_verify(key.public_key, note->body, line.signature)) {
      return std::unexpected(NoteFault::bad_signature);
    }
  }
  if (!known) return std::unexpected(NoteFault::unknown_key);
  auto checkpoint = Checkpoint::parse_body(note->body);
  if (!checkpoint) return std::unexpected(NoteFault::malformed);
  if (checkpoint->origin != key.name) return std::unexpected(NoteFault::wrong_origin);
  return *std::move(checkpoint);
}

}  // namespace lp::tlog
