#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>

#include "power_disk.h"
#include "power_recording.h"
#include "power_verdict.h"
#include "rigs.h"

namespace lp::faults {
namespace {

// Acknowledgements in each of the six stretches of load of a recording, and cuts made from it.
constexpr std::uint64_t answers_per_stretch = 40;
constexpr unsigned cuts_per_recording = 100;
constexpr unsigned control_cuts = 10;
// Every so many cuts are followed by another one in the start after them.
constexpr unsigned again_every = 5;

std::string text(const Cut& cut) {
  const char* what = cut.survival == Survival::nothing      ? "nothing"
                     : cut.survival == Survival::everything ? "everything"
                                                            : "a part";
  return "cut at " + std::to_string(cut.moment) + ", " + what +
         " of the unflushed survives, seed " + std::to_string(cut.seed) + ": ";
}

// Around flushes and right after what left the server, mostly: there a missing flush shows.
class Moments {
 public:
  Moments(const std::vector<Happening>& happenings, Moment made) : all_(happenings.size()) {
    for (Moment i = 0; i < happenings.size(); ++i) {
      if (happenings[i].what == Happened::synced) flushes_.push_back(i);
      if (happenings[i].what == Happened::sent && i >= made) sends_.push_back(i);
    }
  }

  Cut draw(std::mt19937_64& random) const {
    Cut cut{.moment = 0, .survival = Survival::mixed, .seed = random()};
    switch (random() % 8) {
      case 0:
        cut.moment = random() % (all_ + 1);
        break;
      case 1:
      case 2:
        cut.moment = one_of(flushes_, random) + 1;
        break;
      case 3:
      case 4:
        cut.moment = one_of(sends_, random) + 1;
        break;
      default:
        cut.moment = one_of(flushes_, random);
        break;
    }
    const auto fate = random() % 10;
    if (fate < 3) cut.survival = Survival::nothing;
    if (fate == 3) cut.survival = Survival::everything;
    return cut;
  }
  // Right after something was told later than at `after`, and nothing unflushed survives. No cut:
  // nothing was told then.
  std::optional<Cut> draw_told(std::mt19937_64& random, Moment after) const {
    const auto first = std::ranges::upper_bound(sends_, after);
    const auto later = static_cast<std::uint64_t>(sends_.end() - first);
    if (later == 0) return std::nullopt;
    const Moment told = first[static_cast<std::ptrdiff_t>(random() % later)];
    return Cut{.moment = told + 1, .survival = Survival::nothing, .seed = random()};
  }
  [[nodiscard]] std::size_t flushes() const { return flushes_.size(); }

 private:
  static Moment one_of(const std::vector<Moment>& moments, std::mt19937_64& random) {
    return moments.empty() ? 0 : moments[random() % moments.size()];
  }

  const std::size_t all_;
  std::vector<Moment> flushes_, sends_;
};

struct Totals {
  PowerVerdict all;
  std::vector<std::string> untrue;  // where the journal does not agree with the disk
  unsigned cuts = 0, cuts_of_starts = 0;
  std::size_t happenings = 0, flushes = 0, told = 0;
};

void add(PowerVerdict& all, PowerVerdict one, const std::string& where) {
  const auto append = [&](std::vector<std::string>& into, const std::vector<std::string>& from) {
    for (const auto& what : from) into.push_back(where + what);
  };
  append(all.broken, one.broken);
  append(all.log_faults, one.log_faults);
  append(all.undelivered, one.undelivered);
  append(all.forgotten, one.forgotten);
  for (auto& fault : one.faults) all.faults.push_back({fault.wrong, where + fault.what});
  all.figures += one.figures;
}

// A recording, played back onto a disk up to one moment after the other.
class Playback {
 public:
  explicit Playback(const Recording& recording, PowerDisk::Lie lie = {})
      : recording_(recording), disk_({}, std::move(lie)) {}

  // What makes no sense, or nothing.
  std::optional<std::string> reach(Moment moment) {
    const auto& happenings = recording_.journal.happenings();
    for (; at_ < moment; ++at_) {
      compare();
      if (auto wrong = disk_.apply(happenings[at_])) return wrong;
    }
    compare();
    return std::nullopt;
  }
  [[nodiscard]] Image after(const Cut& cut) const {
    PowerDisk::Random random(cut.seed);
    return disk_.after_cut(cut.survival, random);
  }
  // Where the disk did not look as the kernel had shown it.
  [[nodiscard]] const std::vector<std::string>& untrue() const { return untrue_; }

 private:
  void compare() {
    if (compared_ == recording_.snapshots.size()) return;
    const Snapshot& snapshot = recording_.snapshots[compared_];
    if (snapshot.moment != at_) return;
    ++compared_;
    if (const auto differs = difference(snapshot.image, disk_.now())) {
      untrue_.push_back("after " + std::to_string(at_) + ": " + *differs);
    }
  }

  const Recording& recording_;
  PowerDisk disk_;
  Moment at_ = 0;
  std::size_t compared_ = 0;
  std::vector<std::string> untrue_;
};

class Rig {
 public:
  Rig(const Plan& plan, std::uint64_t seed) : plan_(plan), random_(seed) {}

  std::optional<std::string> record_and_cut(unsigned cuts, Totals& totals);
  // How many of the cuts are noticed when flushes of some files do nothing.
  std::expected<unsigned, std::string> noticed(const PowerDisk::Lie& lie);

 private:
  std::vector<Cut> draw(unsigned count, const Moments& moments);
  std::optional<std::string> cut_start(const Image& image, const Cut& cut, Totals& totals);
  std::optional<std::string> judge_cut(const Image& image, const Cut& cut,
                                       const std::set<std::string>& sent, const std::string& where,
                                       Totals& totals);

  const Plan& plan_;
  std::mt19937_64 random_;
  Receiver receiver_;
  std::optional<Recording> recording_;
};

std::vector<Cut> Rig::draw(unsigned count, const Moments& moments) {
  std::vector<Cut> cuts(count);
  for (auto& cut : cuts) cut = moments.draw(random_);
  std::ranges::sort(cuts, {}, &Cut::moment);
  return cuts;
}

std::optional<std::string> Rig::judge_cut(const Image& image, const Cut& cut,
                                          const std::set<std::string>& sent,
                                          const std::string& where, Totals& totals) {
  auto verdict = judge(plan_, *recording_, receiver_, image, cut, sent);
  const bool clean = verdict.clean();
  add(totals.all, std::move(verdict), where + text(cut));
  if (clean || plan_.keep.empty()) return std::nullopt;
  const std::string kept = plan_.keep + "/cut-" + std::to_string(cut.seed);
  std::filesystem::create_directory(kept);
  return write_image(image, kept);
}

// The power fails again, while the server starts on what the first cut left.
std::optional<std::string> Rig::cut_start(const Image& image, const Cut& cut, Totals& totals) {
  const Home home, notes;
  const std::string journal_file = notes.path() + "/journal";
  std::ofstream(journal_file, std::ios::binary).flush();
  if (auto wrong = write_image(image, home.path())) return wrong;
  const auto server = Server::on_copy(plan_.binary, home.path(), recording_->agent_key,
                                      recorded_with_webhooks(home.path(), journal_file, receiver_));
  // One that cannot start is told by judge().
  if (!server->start()) return std::nullopt;
  if (auto wrong = kill_recorded(*server, journal_file)) return wrong;
  const auto journal = PowerJournal::read(journal_file);
  if (!journal) return journal.error();
  const Moments moments(journal->happenings(), 0);
  Cut again = moments.draw(random_);
  PowerDisk disk(image);
  for (Moment i = 0; i < again.moment; ++i) {
    if (auto wrong = disk.apply(journal->happenings()[i])) return wrong;
  }
  PowerDisk::Random random(again.seed);
  ++totals.cuts_of_starts;
  auto sent = delivered(recording_->journal, cut.moment);
  sent.merge(delivered(*journal, again.moment));
  return judge_cut(disk.after_cut(again.survival, random),
                   {.moment = cut.moment, .survival = again.survival, .seed = again.seed}, sent,
                   "again after " + std::to_string(again.moment) + " of the start, ", totals);
}

std::optional<std::string> Rig::record_and_cut(unsigned count, Totals& totals) {
  auto recorded_lives = record(plan_, receiver_, random_(), answers_per_stretch);
  if (!recorded_lives) return recorded_lives.error();
  recording_ = *std::move(recorded_lives);
  for (const auto& missing : recording_->unheard()) {
    totals.untrue.push_back(missing + " was acknowledged and is not in the journal");
  }
  const auto& happenings = recording_->journal.happenings();
  const Moments moments(happenings, recording_->made);
  totals.happenings += happenings.size();
  totals.flushes += moments.flushes();
  totals.told += recording_->disclosures.size();

  Playback playback(*recording_);
  for (const auto& cut : draw(count, moments)) {
    if (auto wrong = playback.reach(cut.moment)) return wrong;
    const Image image = playback.after(cut);
    const auto sent = delivered(recording_->journal, cut.moment);
    if (auto wrong = judge_cut(image, cut, sent, {}, totals)) return wrong;
    if (++totals.cuts % again_every != 0 || cut.moment < recording_->made) continue;
    if (auto wrong = cut_start(image, cut, totals)) return wrong;
  }
  auto wrong = playback.reach(happenings.size());
  totals.untrue.insert(totals.untrue.end(), playback.untrue().begin(), playback.untrue().end());
  return wrong;
}

std::expected<unsigned, std::string> Rig::noticed(const PowerDisk::Lie& lie) {
  const Moments moments(recording_->journal.happenings(), recording_->made);
  // From then on there is something of each kind to lose.
  if (recording_->kept.empty() || recording_->promises.empty()) {
    return std::unexpected("no snapshot was kept, or no checkpoint given away");
  }
  const Moment rich =
      std::max(recording_->kept.front().moment, recording_->promises.front().moment);
  std::vector<Cut> cuts;
  while (cuts.size() < control_cuts) {
    const auto cut = moments.draw_told(random_, rich);
    if (!cut) return std::unexpected("nothing was told after that");
    cuts.push_back(*cut);
  }
  std::ranges::sort(cuts, {}, &Cut::moment);
  unsigned count = 0;
  Playback playback(*recording_, lie);
  for (const auto& cut : cuts) {
    if (auto wrong = playback.reach(cut.moment)) return std::unexpected(*wrong);
    const auto verdict = judge(plan_, *recording_, receiver_, playback.after(cut), cut,
                               delivered(recording_->journal, cut.moment));
    count += verdict.clean() ? 0U : 1U;
  }
  return count;
}

// Flushes that do nothing, of everything that the recording has by then. Each cut comes right after
// something was told, so that the flush before it has something to lose: at least half of the cuts
// must show it (R-COR-03).
void controls(Rig& rig, Report& report) {
  const std::pair<const char*, PowerDisk::Lie> lies[] = {
      {"the database and its log",
       [](std::string_view path) { return path.starts_with("data/letsping.db"); }},
      {"the signer's journal",
       [](std::string_view path) { return path == "data.signer/checkpoints"; }},
      {"directories",
       [](std::string_view path) {
         return path.empty() || path == "data" || path == "data.signer";
       }},
      {"large snapshots", [](std::string_view path) { return path.starts_with("data/blobs"); }},
  };
  for (const auto& [what, lie] : lies) {
    const auto count = rig.noticed(lie);
    report.test(std::string("power: control: flushes of ") + what + " that do nothing are noticed",
                count && *count * 2 >= control_cuts, count ? "the rig is blind" : count.error());
    if (count) {
      report.note("by " + std::to_string(*count) + " of " + std::to_string(control_cuts) + " cuts");
    }
  }
}

void tell(const Plan& plan, const Totals& totals, Report& report) {
  report.test("power: the journal tells all that was written and acknowledged", totals.untrue);
  report.test("power: the server starts and answers after each of " + std::to_string(plan.cuts) +
                  " power cuts, and of " + std::to_string(totals.cuts_of_starts) +
                  " more during the starts after them (R-COR-03)",
              totals.all.broken);
  report.history("power", totals.all.faults, totals.all.figures);
  report.test("power: the whole log verifies and only grows", totals.all.log_faults);
  report.test("power: every decision that was told is delivered to the webhook",
              totals.all.undelivered);
  report.test("power: the signer remembers every checkpoint that was given away",
              totals.all.forgotten);
  report.note(std::to_string(totals.happenings) + " calls recorded, of these " +
              std::to_string(totals.flushes) + " flushes; " + std::to_string(totals.told) +
              " replies that tell of a request");
}

}  // namespace

void power_cuts(const Plan& plan, Report& report) {
  Rig rig(plan, plan.seed);
  Totals totals;
  while (totals.cuts < plan.cuts) {
    const unsigned count = std::min(cuts_per_recording, plan.cuts - totals.cuts);
    if (auto wrong = rig.record_and_cut(count, totals)) {
      return report.test("power: lives are recorded and cut", false, *wrong);
    }
  }
  tell(plan, totals, report);
  controls(rig, report);
}

}  // namespace lp::faults
