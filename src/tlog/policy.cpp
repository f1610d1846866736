#include "tlog/policy.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tlog/cosignature.h"
#include "tlog/lines.h"

namespace lp::tlog {

// The largest policies that the specification wants read, and some.
constexpr std::size_t lines_max = 1'024;

namespace {

constexpr std::string_view blanks = " \t";

bool is_allowed(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet == '\t' || octet == '\n' || (octet >= 0x20 && octet != 0x7F);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t start = line.find_first_not_of(blanks);
    if (start == std::string_view::npos) return words;
    line.remove_prefix(start);
    const std::size_t end = std::min(line.find_first_of(blanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// A key that stands in the list already, under whatever name.
template <typename Entry>
bool known(const std::vector<Entry>& entries, const std::string& public_key) {
  return std::ranges::any_of(
      entries, [&](const Entry& entry) { return entry.key.public_key == public_key; });
}

}  // namespace

// Reads line after line; each `add_` says what is wrong with its line, or nothing.
class PolicyReader {
 public:
  using Problem = std::optional<std::string_view>;
  using Words = std::vector<std::string_view>;

  Problem add(const Words& words) {
    if (words.front() == "log") return add_log(words);
    if (words.front() == "witness") return add_witness(words);
    if (words.front() == "group") return add_group(words);
    if (words.front() == "quorum") return add_quorum(words);
    return "a line starts with log, witness, group or quorum";
  }
  std::expected<Policy, PolicyFault> finish() && {
    if (!has_quorum_) return std::unexpected(PolicyFault{0, "there is no quorum line"});
    return std::move(policy_);
  }

 private:
  Problem add_log(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return "a log has a vkey and may have a URL";
    const auto key = VerifierKey::parse(words[1]);
    if (!key) return "the log's vkey is not one of an Ed25519 log key";
    if (known(policy_.logs_, key->public_key)) return "the log's key is there already";
    policy_.logs_.push_back({*key, std::string(words.size() == 3 ? words[2] : "")});
    return std::nullopt;
  }
  Problem add_witness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) {
      return "a witness has a name and a vkey and may have a URL";
    }
    const auto key = CosignerKey::parse(words[2]);
    if (!key) return "the witness's vkey is not one of an Ed25519 cosigner key";
    if (known(policy_.witnesses_, key->public_key)) return "the witness's key is there already";
    const std::size_t number = policy_.witnesses_.size();
    if (!define(words[1], {.witness = number, .group = {}})) return "the name is taken";
    policy_.witnesses_.push_back(
        {std::string(words[1]), *key, std::string(words.size() == 4 ? words[3] : "")});
    return std::nullopt;
  }
  Problem add_group(const Words& words) {
    if (words.size() < 4) return "a group has a name, a threshold and members";
    const std::size_t count = words.size() - 3;
    const auto threshold = threshold_of(words[2], count);
    if (!threshold) return "a threshold is all, any, or a number from 1 to that of the members";
    Policy::Group group{.threshold = *threshold, .members = {}};
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto found = nodes_.find(words[i]);
      if (found == nodes_.end()) return "a member is not defined above";
      if (!members_.insert(found->second).second) return "a member is in a group already";
      group.members.push_back(found->second);
    }
    if (!define(words[1], {.witness = {}, .group = std::move(group)})) return "the name is taken";
    return std::nullopt;
  }
  Problem add_quorum(const Words& words) {
    if (words.size() != 2) return "the quorum is one name";
    if (std::exchange(has_quorum_, true)) return "there is a quorum already";
    if (words[1] == none) return std::nullopt;
    const auto found = nodes_.find(words[1]);
    if (found == nodes_.end()) return "the quorum's name is not defined above";
    policy_.quorum_ = found->second;
    return std::nullopt;
  }
  bool define(std::string_view name, Policy::Node node) {
    if (name == none || !nodes_.emplace(name, policy_.nodes_.size()).second) return false;
    policy_.nodes_.push_back(std::move(node));
    return true;
  }
  static std::optional<std::size_t> threshold_of(std::string_view word, std::size_t members) {
    if (word == "all") return members;
    if (word == "any") return 1;
    const auto number = read_decimal(word);
    if (!number || *number < 1 || *number > members) return std::nullopt;
    return *number;
  }

  static constexpr std::string_view none = "none";
  Policy policy_;
  bool has_quorum_ = false;
  std::map<std::string_view, std::size_t> nodes_;  // by name
  std::set<std::size_t> members_;                  // of any group
};

std::expected<Policy, PolicyFault> Policy::parse(std::string_view text) {
  if (!std::ranges::all_of(text, is_allowed)) {
    return std::unexpected(PolicyFault{0, "there is a control character"});
  }
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > lines_max) return std::unexpected(PolicyFault{0, "there are too many lines"});
    // Written by people: the last line may lack its newline.
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty() || words.front().starts_with('#')) continue;
    if (const auto problem = reader.add(words)) {
      return std::unexpected(PolicyFault{number, *problem});
    }
  }
  return std::move(reader).finish();
}

std::optional<Policy::Threshold> Policy::threshold() const {
  if (!quorum_) return std::nullopt;
  const Node& node = nodes_[*quorum_];
  if (node.witness) return Threshold{.quorum = 1, .witnesses = {witnesses_[*node.witness].key}};
  Threshold answer{.quorum = node.group.threshold, .witnesses = {}};
  for (const std::size_t member : node.group.members) {
    const auto& witness = nodes_[member].witness;
    if (!witness) return std::nullopt;
    answer.witnesses.push_back(witnesses_[*witness].key);
  }
  return answer;
}

std::expected<Witnessed, NoteFault> Policy::witnessed(const Note& note) const {
  Witnessed answer;
  for (const PolicyWitness& witness : witnesses_) {
    const auto time_s = open_cosignature(note, witness.key);
    if (!time_s && time_s.error() != NoteFault::unknown_key) {
      return std::unexpected(time_s.error());
    }
    answer.times_s.push_back(time_s ? std::optional(*time_s) : std::nullopt);
  }
  std::vector<bool> holds;
  for (const Node& node : nodes_) {
    if (node.witness) {
      holds.push_back(answer.times_s[*node.witness].has_value());
      continue;
    }
    const auto count = std::ranges::count_if(node.group.members,
                                             [&](std::size_t member) { return holds[member]; });
    holds.push_back(static_cast<std::size_t>(count) >= node.group.threshold);
  }
  answer.quorum = !quorum_ || holds[*quorum_];
  return answer;
}

}  // namespace lp::tlog
