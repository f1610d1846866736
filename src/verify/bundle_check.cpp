// What stands before the entries: what the bundle claims to be, and whose keys say so.

#include "verify/bundle_check.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/hash.h"
#include "evidence/receipt.h"
#include "evidence/roster_document.h"
#include "json/parse.h"
#include "json/write.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::verify {
namespace {

using evidence::Finding;

constexpr std::size_t small_bytes_max = 1 << 16;
constexpr std::size_t sums_bytes_max = 1 << 24;
constexpr std::size_t roster_bytes_max = 1 << 24;
constexpr std::size_t page_bytes_max = 1 << 24;

std::optional<json::Value> read_json(const std::string& text) {
  auto document = json::parse(text);
  if (!document) return std::nullopt;
  return std::move(document->root);
}

}  // namespace

BundleCheck::BundleCheck(BundleReader& reader, const std::vector<evidence::Trust>& trusts,
                         const evidence::Demands& demands, Progress progress)
    : reader_(reader),
      given_(trusts),
      demands_(demands),
      wanted_(demands.log),
      progress_(std::move(progress)) {
  demands_.log = evidence::LogLevel::none;
}

BundleReport BundleCheck::run() {
  const auto done = all();
  if (!done) {
    report_.fault = done.error();
    report_.verdict = suspicion_ ? Finding::invalid : done.error().verdict;
  } else if (suspicion_) {
    report_.fault = suspicion_;
    report_.verdict = Finding::invalid;
  } else if (!confirmed_) {
    report_.fault = BundleFault{.why = "self-consistent, keys unconfirmed: bring a trust file",
                                .member = {},
                                .index = {},
                                .verdict = Finding::indeterminate};
    report_.verdict = Finding::indeterminate;
  } else if (doubt_) {
    report_.fault = doubt_;
    report_.verdict = doubt_->verdict;
  } else {
    report_.verdict = report_.erased > 0 ? Finding::erased : Finding::valid;
  }
  return std::move(report_);
}

Read<void> BundleCheck::all() {
  using Step = Read<void> (BundleCheck::*)();
  for (const Step step : {&BundleCheck::manifest, &BundleCheck::rosters, &BundleCheck::choose_trust,
                          &BundleCheck::event, &BundleCheck::sums, &BundleCheck::texts,
                          &BundleCheck::checkpoint, &BundleCheck::anchor, &BundleCheck::edge}) {
    if (auto done = (this->*step)(); !done) return done;
  }
  for (std::uint64_t number = plan_.first_tile(); number < plan_.end_tile(); ++number) {
    if (auto done = tile(number); !done) return done;
    if (progress_) progress_(reader_.bytes(), reader_.bytes_in_all());
  }
  const auto rest = reader_.next();
  if (!rest) return std::unexpected(rest.error());
  if (!rest->empty()) return std::unexpected(wrong(*rest + " behind it belongs to no bundle"));
  if (summed_ == sums_.size() || suspicion_) return level();
  return std::unexpected(wrong("SHA256SUMS names more than there is: " + sums_[summed_]));
}

Read<void> BundleCheck::manifest() {
  if (auto in = reader_.enter(evidence::member::manifest); !in) return in;
  auto text = reader_.content(small_bytes_max);
  if (!text) return std::unexpected(text.error());
  manifest_text_ = evidence::without_line_feed(*text);
  const auto value = read_json(manifest_text_);
  report_.manifest = value ? evidence::ExportManifest::from_json(*value) : std::nullopt;
  if (!report_.manifest || json::canonical(*value) + "\n" != *text) {
    return std::unexpected(wrong("it is no manifest"));
  }
  if (report_.manifest->format != evidence::ExportFormat::bundle) {
    return std::unexpected(wrong("it is the manifest of another form of export"));
  }
  plan_ = {.first = report_.manifest->first,
           .end = report_.manifest->end,
           .size = report_.manifest->size};
  chains_.emplace(plan_.first == 0);
  const auto left = reader_.leave();
  if (!left) return std::unexpected(left.error());
  return {};
}

// From the first one on, each signed by enough owners of the one before.
Read<void> BundleCheck::rosters() {
  if (auto in = reader_.enter(evidence::member::rosters); !in) return in;
  for (;;) {
    const auto line = reader_.line(roster_bytes_max);
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    const std::string number = std::to_string(heads_.size() + 1);
    const auto document = evidence::read_roster_line(**line);
    if (!document) return std::unexpected(wrong("line " + number + " is no roster"));
    auto version = evidence::read_roster(*document, heads_.empty() ? nullptr : &heads_.back());
    if (!version) {
      return std::unexpected(wrong("version " + number + " does not verify: " +
                                   std::string(evidence::to_string(version.error()))));
    }
    if (version->head.origin != report_.manifest->origin) {
      return std::unexpected(wrong("version " + number + " is of another log"));
    }
    if (!owners_.follow(version->head, version->entries)) {
      return std::unexpected(wrong("version " + number + " is cosigned by no owner"));
    }
    head_at_.emplace(version->head.sha256(), heads_.size());
    heads_.push_back(std::move(version->head));
  }
  const auto sha256 = reader_.leave();
  if (!sha256) return std::unexpected(sha256.error());
  before_sums_.emplace_back(evidence::member::rosters, *sha256);
  return {};
}

// What was brought along for this log. Without it what the bundle says of itself, which is never
// enough for VALID.
Read<void> BundleCheck::choose_trust() {
  const auto* given = evidence::trust_of(given_, report_.manifest->origin);
  confirmed_ = given != nullptr;
  if (heads_.empty()) {
    BundleFault none = wrong("there is no roster, so that nobody says whose keys count");
    if (!confirmed_) none.verdict = Finding::indeterminate;
    return std::unexpected(std::move(none));
  }
  evidence::Trust trust;
  if (confirmed_) {
    trust = *given;
    if (heads_.front().sha256() != trust.roster_genesis) {
      return std::unexpected(wrong("its first roster is not the one that the trust file names"));
    }
  } else {
    trust.origin = report_.manifest->origin;
    trust.roster_genesis = heads_.front().sha256();
    for (const evidence::LogKeyRange& range : heads_.back().log) {
      auto key = tlog::VerifierKey::parse(range.vkey);
      if (key && key->name == trust.origin) trust.log_vkeys.push_back(*std::move(key));
    }
  }
  wanted_ = std::max(wanted_, std::exchange(trust.min_log, evidence::LogLevel::none));
  // They follow from the first, so a receipt may begin at each.
  for (const auto& [sha256, at] : head_at_) trust.rosters.push_back(sha256);
  trusts_ = {std::move(trust)};
  return {};
}

// That the export is in the log, and of this manifest.
Read<void> BundleCheck::event() {
  if (auto in = reader_.enter(evidence::member::event); !in) return in;
  const auto text = reader_.content(evidence::receipt_bytes_max + 1);
  if (!text) return std::unexpected(text.error());
  const std::string_view bytes = evidence::without_line_feed(*text);
  if (bytes.size() == text->size()) return std::unexpected(wrong("it does not end with its line"));
  const auto report = evidence::verify_receipt(bytes, trusts_, demands_);
  if (report.verdict == Finding::indeterminate) {
    doubt(Finding::indeterminate, report.index.value_or(plan_.size), report.why);
  } else if (report.verdict != Finding::valid) {
    return std::unexpected(wrong("the receipt of the export is not VALID: " + report.why));
  }
  const auto receipt = evidence::Receipt::parse(bytes);
  if (!receipt || !report.statement || report.statement->type != evidence::EventType::export_made) {
    return std::unexpected(wrong("it is not the receipt of an export"));
  }
  if (receipt->document != manifest_text_) {
    suspect(wrong("the log knows of an export with another manifest"));
  }
  if (*report.index < plan_.size) {
    return std::unexpected(wrong("the export would have been of entries after it"));
  }
  report_.event = report.index;
  // Whoever stands behind its checkpoint stands behind these entries, from which that goes on.
  report_.log = report.log;
  const auto left = reader_.leave();
  if (!left) return std::unexpected(left.error());
  return consistency(receipt->logged.proof.checkpoint);
}

// That the tree of the event goes on from the tree of the entries.
Read<void> BundleCheck::consistency(const std::string& note) {
  if (auto in = reader_.enter(evidence::member::consistency); !in) return in;
  std::vector<Digest> path;
  for (;;) {
    const auto line = reader_.line(small_bytes_max);
    if (!line) return std::unexpected(line.error());
    if (!*line) break;
    const auto hash = Digest::from_bytes(from_base64(**line).value_or(""));
    if (!hash || path.size() == 2 * 64) return std::unexpected(wrong("it is no list of hashes"));
    path.push_back(*hash);
  }
  const auto parsed = tlog::Note::parse(note);
  const auto later = parsed ? tlog::Checkpoint::parse_body(parsed->body) : std::nullopt;
  if (!later || !tlog::verify_consistency(plan_.size, report_.manifest->root, later->size,
                                          later->root, path)) {
    return std::unexpected(wrong("the log of the export does not go on from these entries"));
  }
  const auto left = reader_.leave();
  if (!left) return std::unexpected(left.error());
  return {};
}

Read<void> BundleCheck::sums() {
  if (auto in = reader_.enter(evidence::member::sums); !in) return in;
  auto text = reader_.content(sums_bytes_max);
  if (!text) return std::unexpected(text.error());
  const auto sha256 = reader_.leave();
  if (!sha256) return std::unexpected(sha256.error());
  if (*sha256 != report_.manifest->sums) suspect(wrong("it is not the one in the manifest"));
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = text->find('\n', at);
    if (end == std::string::npos) return std::unexpected(wrong("its last line has no end"));
    sums_.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  for (const auto& [name, digest] : before_sums_) compare_sum(name, digest);
  return {};
}

// What is for people to read, then what the statements name.
Read<void> BundleCheck::texts() {
  for (const std::string_view name : {evidence::member::readme, evidence::member::page}) {
    if (name == evidence::member::page) {
      const auto next = reader_.next();
      if (!next) return std::unexpected(next.error());
      if (*next != name) continue;  // a server that was built without pages; SHA256SUMS knows
    }
    if (auto in = reader_.enter(name); !in) return in;
    if (const auto text = reader_.content(page_bytes_max); !text) {
      return std::unexpected(text.error());
    }
    if (auto left = leave_summed(); !left) return left;
  }
  if (auto done = documents(evidence::member::policies, policies_); !done) return done;
  return documents(evidence::member::rules, rules_);
}

Read<void> BundleCheck::documents(std::string_view name, std::set<Digest>& known) {
  if (auto in = reader_.enter(name); !in) return in;
  for (;;) {
    const auto line = reader_.line(page_bytes_max);
    if (!line) return std::unexpected(line.error());
    if (!*line) return leave_summed();
    const auto document = evidence::read_document_line(**line);
    if (!document) return std::unexpected(wrong("a line of it is no document"));
    known.insert(crypto::sha256(*document));
  }
}

Read<void> BundleCheck::checkpoint() {
  if (auto in = reader_.enter(evidence::member::checkpoint); !in) return in;
  auto note = reader_.content(small_bytes_max);
  if (!note) return std::unexpected(note.error());
  const auto found = evidence::verify_checkpoint(*note, trusts_.front(), heads_);
  if (!found) return std::unexpected(wrong(found.error()));
  if (found->size != plan_.size || found->root != report_.manifest->root) {
    return std::unexpected(wrong("it is not the checkpoint that the manifest names"));
  }
  checkpoint_ = *std::move(note);
  if (auto stands = standing(std::nullopt); !stands) return stands;
  return leave_summed();
}

Read<void> BundleCheck::anchor() {
  const auto next = reader_.next();
  if (!next) return std::unexpected(next.error());
  if (*next != evidence::member::anchor) return {};
  if (auto in = reader_.enter(*next); !in) return in;
  const auto text = reader_.content(small_bytes_max);
  if (!text) return std::unexpected(text.error());
  const auto value = read_json(*text);
  const auto anchor = value ? evidence::AnchorProof::from_json(*value) : std::nullopt;
  if (!anchor || json::canonical(*value) + "\n" != *text) {
    return std::unexpected(wrong("it is no entry of a root log with its proof"));
  }
  if (auto stands = standing(anchor); !stands) return stands;
  return leave_summed();
}

// What others say of the checkpoint; nobody is brought along to judge them by without a trust file.
Read<void> BundleCheck::standing(const std::optional<evidence::AnchorProof>& anchor) {
  if (!confirmed_) return {};
  const auto found = evidence::verify_standing(checkpoint_, anchor, trusts_.front());
  BundleFault fault = wrong(found.why);
  fault.verdict = found.verdict;
  if (found.verdict == Finding::invalid) return std::unexpected(std::move(fault));
  if (found.verdict != Finding::valid && !doubt_) doubt_ = std::move(fault);
  report_.log = std::max(report_.log, found.log);
  witnessed_ = found.earliest;
  return {};
}

// Once the newest entry is known.
Read<void> BundleCheck::level() {
  if (witnessed_ && *witnessed_ + evidence::witness_slack_ms < last_time_) {
    BundleFault fault = wrong("a witness saw the log before the last of the entries happened");
    fault.member = evidence::member::checkpoint;
    return std::unexpected(std::move(fault));
  }
  if (report_.log < wanted_) {
    BundleFault fault =
        wrong("the log proves itself by `" + std::string(evidence::demand_name(report_.log)) +
              "`, and `" + std::string(evidence::demand_name(wanted_)) + "` is demanded");
    fault.member.clear();
    fault.verdict = Finding::indeterminate;
    if (!doubt_) doubt_ = std::move(fault);
  }
  return {};
}

void BundleCheck::compare_sum(std::string_view name, const Digest& sha256) {
  std::string line = evidence::sum_line(sha256, name);
  line.pop_back();
  const auto next = sums_.begin() + static_cast<std::ptrdiff_t>(summed_);
  if (next != sums_.end() && *next == line) {
    ++summed_;
    return;
  }
  const std::string end = "  " + std::string(name);
  const auto named =
      std::find_if(next, sums_.end(), [&](const auto& one) { return one.ends_with(end); });
  BundleFault fault =
      wrong(named == next && next != sums_.end() ? "it is not the one whose hash is in SHA256SUMS"
                                                 : "SHA256SUMS does not have it in this place");
  fault.member = name;
  suspect(std::move(fault));
  if (named != sums_.end()) summed_ = static_cast<std::size_t>(named - sums_.begin()) + 1;
}

Read<void> BundleCheck::leave_summed() {
  const auto sha256 = reader_.leave();
  if (!sha256) return std::unexpected(sha256.error());
  compare_sum(reader_.member(), *sha256);
  return {};
}

const evidence::RosterHead* BundleCheck::head(const std::optional<Digest>& named) const {
  if (!named) return &heads_.front();
  const auto found = head_at_.find(*named);
  return found == head_at_.end() ? nullptr : &heads_[found->second];
}

void BundleCheck::suspect(BundleFault fault) {
  if (!suspicion_) suspicion_ = std::move(fault);
}

void BundleCheck::doubt(Finding verdict, std::uint64_t index, std::string why) {
  BundleFault fault = wrong(index, std::move(why));
  fault.verdict = verdict;
  if (!doubt_) doubt_ = std::move(fault);
}

BundleFault BundleCheck::wrong(std::string why) const {
  return {.why = std::move(why), .member = reader_.member(), .index = {}};
}

BundleFault BundleCheck::wrong(std::uint64_t index, std::string why) const {
  BundleFault fault = wrong(std::move(why));
  fault.index = index;
  return fault;
}

}  // namespace lp::verify
