#include "tlog/note.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "tlog/lines.h"

namespace lp::tlog {
namespace {

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

std::uint32_t key_id_of(std::string_view name, char type, std::string_view public_key) {
  const std::string_view type_byte(&type, 1);
  return read_key_id(crypto::sha256({name, "\n", type_byte, public_key}).view());
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

// The key id and the public key of a vkey of the type `type`.
struct VkeyParts {
  std::string_view name;
  std::string public_key;
  std::uint32_t id;
};

std::optional<VkeyParts> parse_vkey(std::string_view vkey, char type) {
  // Base64 may hold a plus, a name may not.
  const std::size_t first = vkey.find('+');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string_view name = vkey.substr(0, first);
  const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  const auto key = from_base64(vkey.substr(second + 1));
  if (!is_key_name(name) || !id || id->size() != key_id_bytes) return std::nullopt;
  if (!key || key->size() != 33 || key->front() != type) return std::nullopt;
  const std::string_view public_key = std::string_view(*key).substr(1);
  const std::uint32_t computed = key_id_of(name, type, public_key);
  if (computed != read_key_id(*id) || !crypto::ed25519_acceptable(public_key)) return std::nullopt;
  return VkeyParts{name, std::string(public_key), computed};
}

// The three lines that every checkpoint has; `rest` then stands behind them.
std::optional<Checkpoint> take_head(std::string_view& rest) {
  const auto origin = take_line(rest);
  const auto size_text = take_line(rest);
  const auto root_text = take_line(rest);
  if (!root_text) return std::nullopt;
  if (origin->empty() || !is_utf8(*origin) || has_control(*origin)) return std::nullopt;
  const auto size = read_decimal(*size_text);
  const auto root = Digest::from_bytes(from_base64(*root_text).value_or(""));
  if (!size || !root) return std::nullopt;
  return Checkpoint{std::string(*origin), *size, *root};
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && !has_control(name) &&
         std::none_of(refused_in_names.begin(), refused_in_names.end(), [&](std::string_view part) {
           return name.find(part) != std::string_view::npos;
         });
}

template <KeyType type>
NamedKey<type> NamedKey<type>::make(std::string_view name, std::string_view public_key) {
  LP_ASSERT(is_key_name(name));
  LP_ASSERT(public_key.size() == 32);
  return {std::string(name), key_id_of(name, static_cast<char>(type), public_key),
          std::string(public_key)};
}

template <KeyType type>
std::optional<NamedKey<type>> NamedKey<type>::parse(std::string_view vkey) {
  auto parts = parse_vkey(vkey, static_cast<char>(type));
  if (!parts) return std::nullopt;
  return NamedKey{std::string(parts->name), parts->id, std::move(parts->public_key)};
}

template <KeyType type>
std::string NamedKey<type>::to_string() const {
  return name + "+" + hex(key_id_to_bytes(id)) + "+" + base64(static_cast<char>(type) + public_key);
}

template struct NamedKey<KeyType::log>;
template struct NamedKey<KeyType::cosigner>;

std::string Checkpoint::body() const {
  return origin + "\n" + std::to_string(size) + "\n" + base64(root.view()) + "\n";
}

std::optional<Checkpoint> Checkpoint::parse_body(std::string_view body) {
  auto checkpoint = take_head(body);
  if (!body.empty()) return std::nullopt;
  return checkpoint;
}

std::optional<Checkpoint> Checkpoint::parse_foreign_body(std::string_view body) {
  auto checkpoint = take_head(body);
  while (!body.empty()) {
    const auto extension = take_line(body);
    if (!extension || extension->empty() || !is_utf8(*extension) || has_control(*extension)) {
      return std::nullopt;
    }
  }
  return checkpoint;
}

std::string SignatureLine::to_string() const {
  return std::string(em_dash) + name + " " + base64(key_id_to_bytes(key_id) + signature) + "\n";
}

std::optional<std::vector<SignatureLine>> parse_signature_lines(std::string_view text) {
  std::vector<SignatureLine> lines;
  do {
    const auto line = take_line(text);
    if (!line || lines.size() == signatures_max) return std::nullopt;
    auto signature = parse_signature_line(*line);
    if (!signature) return std::nullopt;
    lines.push_back(std::move(*signature));
  } while (!text.empty());
  return lines;
}

std::optional<Note> Note::parse(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  if (!is_utf8(text) || std::any_of(text.begin(), text.end(), control)) return std::nullopt;
  const std::size_t blank = text.rfind("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  auto signatures = parse_signature_lines(text.substr(blank + 2));
  if (!signatures) return std::nullopt;
  return Note{std::string(text.substr(0, blank + 1)), *std::move(signatures)};
}

std::string Note::to_string() const {
  std::string text = body + "\n";
  for (const SignatureLine& line : signatures) text += line.to_string();
  return text;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Ed25519Key& key) {
  const VerifierKey verifier = VerifierKey::make(checkpoint.origin, key.public_key());
  Note note;
  note.body = checkpoint.body();
  note.signatures.push_back({verifier.name, verifier.id, key.sign(note.body)});
  return note.to_string();
}

std::expected<void, NoteFault> check_signature(const Note& note, const VerifierKey& key) {
  bool known = false;
  for (const SignatureLine& line : note.signatures) {
    if (line.name != key.name || line.key_id != key.id) continue;
    known = true;
    if (!crypto::ed25519_verify(key.public_key, note.body, line.signature)) {
      return std::unexpected(NoteFault::bad_signature);
    }
  }
  if (!known) return std::unexpected(NoteFault::unknown_key);
  return {};
}

std::expected<Checkpoint, NoteFault> open_checkpoint(std::string_view text,
                                                     const VerifierKey& key) {
  const auto note = Note::parse(text);
  if (!note) return std::unexpected(NoteFault::malformed);
  if (const auto signed_by_log = check_signature(*note, key); !signed_by_log) {
    return std::unexpected(signed_by_log.error());
  }
  auto checkpoint = Checkpoint::parse_body(note->body);
  if (!checkpoint) return std::unexpected(NoteFault::malformed);
  if (checkpoint->origin != key.name) return std::unexpected(NoteFault::wrong_origin);
  return *std::move(checkpoint);
}

}  // namespace lp::tlog
