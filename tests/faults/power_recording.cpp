#include "power_recording.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "json/parse.h"

namespace lp::faults {
namespace {

namespace fs = std::filesystem;

constexpr int answers_ms_max = 60'000;
// The server puts its write-ahead log back into the database after a second without work.
constexpr int tidy_ms_max = 10'000;
constexpr int look_again_ms = 50;
// From 1 MiB on a snapshot is a file.
constexpr std::size_t snapshot_text_bytes = 1 << 20;
// How a message to the Receiver begins.
constexpr std::string_view webhook = "POST /hook ";

// The body of a message that begins so, when it is JSON.
std::optional<json::Document> body_of(std::string_view message, std::string_view beginning) {
  const std::size_t end = message.find("\r\n\r\n");
  if (!message.starts_with(beginning) || end == std::string_view::npos) return std::nullopt;
  auto document = json::parse(std::string(message.substr(end + 4)));
  if (!document) return std::nullopt;
  return *std::move(document);
}

void read_disclosures(Recording& recording) {
  const auto& happenings = recording.journal.happenings();
  for (Moment moment = 0; moment < happenings.size(); ++moment) {
    if (happenings[moment].what != Happened::sent) continue;
    if (const auto hook = body_of(happenings[moment].first, webhook)) {
      const json::Value* data = hook->root.find("data");
      const auto state = data == nullptr ? std::nullopt : data->find_string("state");
      recording.disclosures.push_back({.moment = moment + 1,
                                       .id = std::string(hook->root.find_string("id").value_or("")),
                                       .shown = shown_of(state.value_or("pending"))});
      continue;
    }
    const auto body = body_of(happenings[moment].first, "HTTP/1.1 200 ");
    const auto id = body ? body->root.find_string("id") : std::nullopt;
    if (!id) continue;
    recording.disclosures.push_back(
        {.moment = moment + 1,
         .id = std::string(*id),
         .shown = shown_of(body->root.find_string("state").value_or("pending"))});
    const json::Value* decision = body->root.find("decision");
    const json::Value* log = decision == nullptr ? nullptr : decision->find("log");
    if (log == nullptr) continue;
    recording.promises.push_back(
        {.moment = moment + 1,
         .promise = {.note = std::string(log->find_string("checkpoint").value_or("")),
                     .index = static_cast<std::uint64_t>(log->find_integer("index").value_or(0))}});
  }
}

class Stage {
 public:
  Stage(const Plan& plan, const Receiver& receiver, std::uint64_t seed, std::uint64_t answers)
      : plan_(plan),
        receiver_(receiver),
        seed_(seed),
        answers_(answers),
        journal_(notes_.path() + "/journal") {
    std::ofstream(journal_, std::ios::binary).flush();
  }

  std::optional<std::string> play();
  std::expected<Recording, std::string> result();

 private:
  enum class End : std::uint8_t { killed, asked };

  std::optional<std::string> make();
  std::optional<std::string> live(const std::string& name, End end);
  std::optional<std::string> stretch(const std::string& name, bool until_end);
  std::optional<std::string> leave_snapshot(const std::string& name);
  std::optional<std::string> wait_until_tidy();
  std::optional<std::string> take_snapshot();

  const Plan& plan_;
  const Receiver& receiver_;
  const std::uint64_t seed_, answers_;
  const Home home_, notes_;
  const std::string journal_;
  std::unique_ptr<Server> server_;
  History history_;
  Promises promises_;
  Backlog backlog_;
  std::uint64_t made_bytes_ = 0;
  std::vector<std::pair<std::uint64_t, Image>> snapshots_;     // by bytes of the journal
  std::vector<std::pair<std::uint64_t, Errands::Left>> kept_;  // by bytes of the journal
  std::vector<Ask> repeatable_;
};

std::optional<std::string> Stage::make() {
  auto made = Server::make(plan_.binary, home_.path(),
                           recorded_with_webhooks(home_.path(), journal_, receiver_));
  if (!made) return made.error();
  server_ = *std::move(made);
  made_bytes_ = fs::file_size(journal_);
  if (made_bytes_ == 0) return "the shim writes no journal";
  return take_snapshot();
}

std::optional<std::string> Stage::take_snapshot() {
  auto image = read_image(home_.path());
  if (!image) return image.error();
  image->erase("log");  // not the server's: its standard error
  snapshots_.emplace_back(fs::file_size(journal_), *std::move(image));
  return std::nullopt;
}

// Without work the pages go back into the database; the next work begins the log anew.
std::optional<std::string> Stage::wait_until_tidy() {
  const auto changed = [this] { return fs::last_write_time(server_->place().database()); };
  const auto before = changed();
  for (int waited = 0; waited < tidy_ms_max && changed() == before; waited += look_again_ms) {
    if (const auto ending = server_->wait(look_again_ms)) return "it ended: " + ending->text();
  }
  return std::nullopt;
}

std::optional<std::string> Stage::stretch(const std::string& name, bool until_end) {
  Load load(*server_, history_, promises_, backlog_, {}, name, seed_);
  if (auto wrong = load.start()) return wrong;
  if (!load.wait_for_answers(answers_, answers_ms_max)) {
    return "too little was acknowledged: " + server_->last_words();
  }
  const auto wrong_end = until_end ? kill_recorded(*server_, journal_) : std::nullopt;
  const auto unanswered = load.stop();
  if (wrong_end) return wrong_end;
  repeatable_.insert(repeatable_.end(), load.repeatable().begin(), load.repeatable().end());
  for (const auto& ask : unanswered.asks) {
    if (ask.keyed) repeatable_.push_back(ask);
  }
  return std::nullopt;
}

std::optional<std::string> Stage::leave_snapshot(const std::string& name) {
  Errands::Counts counts;
  Errands errands(*server_, history_, receiver_, counts, {});
  auto left = errands.leave_snapshot(name, snapshot_text_bytes, {});
  if (!left) return "a snapshot could not be left: " + server_->last_words();
  kept_.emplace_back(fs::file_size(journal_), *std::move(left));
  return std::nullopt;
}

std::optional<std::string> Stage::live(const std::string& name, End end) {
  history_.restarted();
  if (auto started = server_->start(); !started) return started.error();
  if (name == "first") {
    if (auto wrong = receiver_.subscribe(*server_)) return wrong;
  }
  if (auto wrong = stretch(name + "-a", false)) return wrong;
  if (auto wrong = leave_snapshot(name + "-snapshot")) return wrong;
  if (auto wrong = wait_until_tidy()) return wrong;
  if (auto wrong = stretch(name + "-b", end == End::killed)) return wrong;
  if (end == End::asked) {
    const auto ending = server_->end();
    if (!ending || ending->signalled || ending->value != 0) return "it does not end in order";
  }
  return take_snapshot();
}

std::optional<std::string> Stage::play() {
  if (auto wrong = make()) return wrong;
  if (auto wrong = live("first", End::killed)) return wrong;
  if (auto wrong = live("second", End::asked)) return wrong;
  return live("third", End::killed);
}

std::expected<Recording, std::string> Stage::result() {
  auto journal = PowerJournal::read(journal_);
  if (!journal) return std::unexpected(journal.error());
  Recording recording{.journal = *std::move(journal), .agent_key = server_->agent_key()};
  recording.made = recording.journal.count_at(made_bytes_);
  for (auto& [bytes, image] : snapshots_) {
    recording.snapshots.push_back({recording.journal.count_at(bytes), std::move(image)});
  }
  for (auto& [bytes, left] : kept_) {
    recording.kept.push_back({recording.journal.count_at(bytes), std::move(left)});
  }
  read_disclosures(recording);
  recording.asks = history_.asks();
  recording.wishes = history_.wishes();
  recording.repeatable = std::move(repeatable_);
  return recording;
}

}  // namespace

std::vector<std::string> Recording::unheard() const {
  std::set<std::string> known, closed;
  for (const auto& disclosure : disclosures) {
    known.insert(disclosure.id);
    if (disclosure.shown != Shown::pending) closed.insert(disclosure.id);
  }
  std::vector<std::string> missing;
  for (const auto& ask : asks) {
    if (!ask.id.empty() && !known.contains(ask.id)) missing.push_back(ask.name);
  }
  for (const auto& wish : wishes) {
    if (wish.granted && !closed.contains(wish.id)) missing.push_back(wish.id);
  }
  return missing;
}

std::set<std::string> delivered(const PowerJournal& journal, Moment moment) {
  std::set<std::string> ids;
  for (Moment i = 0; i < moment; ++i) {
    const Happening& happening = journal.happenings()[i];
    if (happening.what != Happened::sent) continue;
    const auto body = body_of(happening.first, webhook);
    if (body) ids.insert(std::string(body->root.find_string("id").value_or("")));
  }
  return ids;
}

Server::Settings with_webhooks(const Receiver& receiver) {
  return {{"LETSPING_WEBHOOKS__ALLOW", receiver.address()}};
}

Server::Settings recorded_with_webhooks(const std::string& root, const std::string& journal,
                                        const Receiver& receiver) {
  const fs::path shim = fs::read_symlink("/proc/self/exe").parent_path() / "power_shim.so";
  Server::Settings settings = with_webhooks(receiver);
  settings.emplace_back("LD_PRELOAD", shim.string());
  settings.emplace_back(journal_variable, journal);
  settings.emplace_back(root_variable, root);
  return settings;
}

std::optional<std::string> kill_recorded(Server& server, const std::string& journal) {
  const JournalHold hold(journal);
  const bool alive = server.running();
  server.kill();
  if (!hold.held()) return "the journal could not be held";
  if (!alive) return "the server ended by itself: " + server.last_words();
  return std::nullopt;
}

std::expected<Recording, std::string> record(const Plan& plan, const Receiver& receiver,
                                             std::uint64_t seed, std::uint64_t answers) {
  Stage stage(plan, receiver, seed, answers);
  if (auto wrong = stage.play()) return std::unexpected(*wrong);
  return stage.result();
}

}  // namespace lp::faults
