#include "core/log_key_file.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "tlog/note.h"

namespace lp::core {
namespace {

constexpr std::string_view title = "letsping log keys 1\n";
constexpr std::string_view destroyed = "-";

// --- writing ---

// Grows without leaving copies of what is secret behind in memory that is given back.
class Writer {
 public:
  explicit Writer(std::size_t bytes_max) { text_.reserve(bytes_max); }
  Writer& put(std::string_view piece) {
    text_.append(piece);
    return *this;
  }
  Writer& put(const Secret& secret) {
    std::string encoded = base64(secret.reveal());
    text_.append(encoded);
    wipe(encoded);
    return *this;
  }
  Secret take() && { return Secret(std::move(text_)); }

 private:
  std::string text_;
};

std::size_t bytes_of(const LogKeyFile::Key& key) {
  constexpr std::size_t rest = 128;  // the words, the number and the seed
  return key.vkey.size() + rest;
}

std::size_t bytes_at_most(const LogKeyFile& file) {
  std::size_t bytes = 256;
  for (const auto& [origin, log] : file.logs) {
    bytes += origin.size() + 128;
    for (const auto& key : log.keys) bytes += bytes_of(key);
  }
  return bytes;
}

// --- reading ---

// The lines of a text, of which each begins with a word.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  // What follows the word in the next line; nothing when that begins with another one.
  std::optional<std::string_view> after(std::string_view word) {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    if (!line.starts_with(word) || line.substr(word.size(), 1) != " ") return std::nullopt;
    rest_.remove_prefix(end + 1);
    return line.substr(word.size() + 1);
  }

 private:
  std::string_view rest_;
};

// Takes the text before the next blank off its front.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<Secret> read_seed(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() != LogKeyFile::secret_bytes) return std::nullopt;
  return Secret(*std::move(bytes));
}

std::optional<LogKeyFile::Key> read_key(std::string_view origin, std::string_view rest) {
  LogKeyFile::Key key;
  const std::string_view from = take_word(rest);
  const auto read = std::from_chars(from.data(), from.data() + from.size(), key.from);
  if (from.empty() || read.ec != std::errc{} || read.ptr != from.data() + from.size()) {
    return std::nullopt;
  }
  key.vkey = take_word(rest);
  const auto verifier = tlog::VerifierKey::parse(key.vkey);
  if (!verifier || verifier->name != origin) return std::nullopt;
  if (rest == destroyed) return key;
  auto seed = read_seed(rest);
  if (!seed) return std::nullopt;
  if (vkey_of(origin, crypto::Ed25519Key::from_seed(seed->reveal())) != key.vkey) {
    return std::nullopt;
  }
  key.seed = *std::move(seed);
  return key;
}

// Whoever follows another begins behind it, and only those before it may be gone.
bool in_order(const std::vector<LogKeyFile::Key>& keys) {
  if (keys.empty() || keys.front().from != 0 || keys.back().seed.empty()) return false;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].from <= keys[i - 1].from) return false;
    if (keys[i].seed.empty() && !keys[i - 1].seed.empty()) return false;
  }
  return true;
}

std::optional<LogKeyFile::Log> read_log(std::string_view origin, Lines& lines) {
  LogKeyFile::Log log;
  while (const auto line = lines.after("key")) {
    auto key = read_key(origin, *line);
    if (!key) return std::nullopt;
    log.keys.push_back(*std::move(key));
  }
  if (const auto line = lines.after("next")) {
    auto seed = read_seed(*line);
    if (!seed) return std::nullopt;
    log.next = *std::move(seed);
  }
  if (!in_order(log.keys)) return std::nullopt;
  return log;
}

}  // namespace

std::string vkey_of(std::string_view origin, const crypto::Ed25519Key& key) {
  return tlog::VerifierKey::make(origin, key.public_key()).to_string();
}

Secret LogKeyFile::bytes() const {
  if (logs.empty()) return secret;
  Writer text(bytes_at_most(*this));
  text.put(title).put("secret ").put(secret).put("\n");
  for (const auto& [origin, log] : logs) {
    text.put("log ").put(origin).put("\n");
    for (const Key& key : log.keys) {
      text.put("key ").put(std::to_string(key.from)).put(" ").put(key.vkey).put(" ");
      if (key.seed.empty()) {
        text.put(destroyed);
      } else {
        text.put(key.seed);
      }
      text.put("\n");
    }
    if (!log.next.empty()) text.put("next ").put(log.next).put("\n");
  }
  return std::move(text).take();
}

std::optional<LogKeyFile> LogKeyFile::parse(std::string_view bytes) {
  LogKeyFile file;
  if (bytes.size() == secret_bytes) {
    file.secret = Secret(std::string(bytes));
    return file;
  }
  if (!bytes.starts_with(title)) return std::nullopt;
  Lines lines(bytes.substr(title.size()));
  const auto first = lines.after("secret");
  auto secret = first ? read_seed(*first) : std::nullopt;
  if (!secret) return std::nullopt;
  file.secret = *std::move(secret);
  while (const auto origin = lines.after("log")) {
    auto log = tlog::is_key_name(*origin) ? read_log(*origin, lines) : std::nullopt;
    if (!log || !file.logs.emplace(*origin, *std::move(log)).second) return std::nullopt;
  }
  if (!lines.done() || file.bytes().reveal() != bytes) return std::nullopt;
  return file;
}

}  // namespace lp::core
