#include "monitor/contradiction.h"

#include <utility>

#include "base/text.h"
#include "evidence/members.h"
#include "json/write.h"
#include "monitor/finding.h"
#include "tlog/tree.h"

namespace lp::monitor {
namespace {

constexpr std::uint64_t format_version = 1;

json::Value file_of(Alarm alarm) {
  auto file = json::Value::object();
  file.add("v", format_version).add("alarm", to_string(alarm));
  return file;
}

std::string text_of(const json::Value& file) {
  return json::canonical(file) + "\n";
}

json::Value hashes_value(const std::vector<Digest>& hashes) {
  json::Array items;
  for (const Digest& hash : hashes) items.emplace_back(base64(hash.view()));
  return json::Value::array(std::move(items));
}

std::optional<Digest> read_hash(std::string_view text) {
  const auto bytes = from_base64(text);
  return bytes ? Digest::from_bytes(*bytes) : std::nullopt;
}

}  // namespace

std::string Contradiction::to_text() const {
  auto file = file_of(Alarm::fork);
  file.add("first", first).add("second", second);
  if (prefix) file.add("prefix", base64(prefix->view())).add("proof", hashes_value(proof));
  return text_of(file);
}

std::optional<Contradiction> Contradiction::parse(std::string_view text) {
  const auto root = evidence::read_json(text);
  if (!root) return std::nullopt;
  evidence::Members members(*root);
  if (members.integer("v") != format_version) return std::nullopt;
  if (members.text("alarm") != to_string(Alarm::fork)) return std::nullopt;
  Contradiction read;
  read.first = members.text("first");
  read.second = members.text("second");
  if (members.has("prefix")) {
    read.prefix = read_hash(members.text("prefix"));
    for (const std::string& item : members.texts("proof")) {
      const auto hash = read_hash(item);
      if (!hash) return std::nullopt;
      read.proof.push_back(*hash);
    }
  }
  if (!members.complete() || read.to_text() != text) return std::nullopt;
  return read;
}

bool Contradiction::holds(const std::vector<tlog::VerifierKey>& keys) const {
  const auto before = open_signed(first, keys), after = open_signed(second, keys);
  if (!before || !after || before->size == 0) return false;
  if (before->size == after->size) return before->root != after->root;
  return before->size < after->size && prefix && *prefix != before->root &&
         tlog::verify_consistency(before->size, *prefix, after->size, after->root, proof);
}

std::string rollback_evidence(std::string_view before, std::string_view after) {
  auto file = file_of(Alarm::rollback);
  file.add("first", before).add("second", after);
  return text_of(file);
}

std::string unsigned_head_evidence(std::string_view shown) {
  auto file = file_of(Alarm::bad_signature);
  file.add("shown", base64(shown));
  return text_of(file);
}

std::string split_view_evidence(const StrayEntry& stray) {
  auto file = file_of(Alarm::split_view);
  file.add("head", stray.head)
      .add("root_head", stray.root_head)
      .add("index", stray.index)
      .add("entry", base64(stray.entry))
      .add("path", hashes_value(stray.path));
  return text_of(file);
}

std::expected<tlog::Checkpoint, tlog::NoteFault> open_signed(
    std::string_view note, const std::vector<tlog::VerifierKey>& keys) {
  std::optional<tlog::NoteFault> worst;
  for (const tlog::VerifierKey& key : keys) {
    auto checkpoint = tlog::open_checkpoint(note, key);
    if (checkpoint) return *std::move(checkpoint);
    // That another key did not sign says nothing where this one did badly.
    if (!worst || checkpoint.error() != tlog::NoteFault::unknown_key) worst = checkpoint.error();
  }
  return std::unexpected(worst.value_or(tlog::NoteFault::unknown_key));
}

}  // namespace lp::monitor
