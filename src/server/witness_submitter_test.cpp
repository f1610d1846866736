#include "server/witness_submitter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/file.h"
#include "core/testing.h"
#include "core/witness.h"
#include "net/server.h"
#include "server/witness_service.h"
#include "store/testing.h"
#include "tlog/cosignature.h"

namespace lp::server {
namespace {

// A witness of its own on a port of its own, that knows all logs of a house.
struct RunningWitness {
  store::TemporaryDirectory directory;
  std::unique_ptr<store::LockStore> state = *store::open_lock_store(directory.file("state"));
  SystemClock clock;
  core::Witness witness;
  net::Server server;

  explicit RunningWitness(core::WitnessedLogs logs)
      : witness(core::WitnessKey::from_seed("w.example", std::string(32, 'w')), std::move(logs),
                *state, clock),
        server({.endpoint = {.port = 0}, .unix_socket = {}, .threads = 1, .import_map_hash = ""},
               answer(), answer()) {
    server.start();
  }
  ~RunningWitness() { server.stop(0); }
  net::Handler answer() {
    return [this](net::Request&& request) { return answer_as_witness(witness, request); };
  }
  std::string policy() const {
    return "witness w " +
           core::WitnessKey::from_seed("w.example", std::string(32, 'w')).verifier().to_string() +
           " http://127.0.0.1:" + std::to_string(server.port()) + "/\nquorum w\n";
  }
};

core::WitnessedLogs logs_of(core::House& house) {
  const auto directory = house.engine->directory();
  core::WitnessedLogs logs;
  for (const std::string& vkey :
       {directory->project(house.project)->log_vkey, directory->root_vkey}) {
    const auto key = tlog::VerifierKey::parse(vkey);
    logs[key->name].push_back(*key);
  }
  return logs;
}

// The house's clock moves while a test waits for another thread.
bool comes_true(core::House& house, const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    house.clock.advance_ms(100);
    static_cast<void>(house.engine->run(core::AcceptClock{}));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(WitnessSubmitter, HasTheHeadsOfAllLogsCosigned) {
  core::House house;
  house.asked();
  RunningWitness witness(logs_of(house));
  const auto policy = tlog::Policy::parse(witness.policy());
  auto submitter =
      WitnessSubmitter::make(*house.engine, *policy, [](const std::vector<std::string>&) {});
  ASSERT_TRUE(submitter.has_value()) << submitter.error();
  (*submitter)->start();
  const auto directory = house.engine->directory();
  const auto& project = directory->project(house.project)->live;
  const auto cosigned = [&](const core::LiveLog& log) {
    const auto note = core::newest_note(log);
    const auto parsed = note ? tlog::Note::parse(*note) : std::nullopt;
    return parsed && policy->witnessed(*parsed)->quorum;
  };
  EXPECT_TRUE(comes_true(house, [&] { return cosigned(*project) && cosigned(*directory->root); }));
  const std::uint64_t before = project->signed_size;
  house.asked();
  EXPECT_GT(project->signed_size, before);
  EXPECT_TRUE(comes_true(house, [&] { return cosigned(*project); }));
  (*submitter)->stop();

  const std::string note = *project->cosigned.load();
  house.close();
  house.open();
  EXPECT_EQ(*house.engine->directory()->project(house.project)->live->cosigned.load(), note);
}

TEST(WitnessSubmitter, AChangedPolicyIsAnEventOfEveryLog) {
  core::House house;
  const auto change = [&](const std::string& policy) {
    return house.engine->run(core::SetWitnessPolicy{.policy = policy})->changed;
  };
  EXPECT_FALSE(change(""));
  EXPECT_TRUE(change("quorum none\n"));
  EXPECT_FALSE(change("quorum none\n"));
  EXPECT_TRUE(change(""));
  const auto size = house.engine->directory()->project(house.project)->live->signed_size.load();
  for (const std::uint64_t index : {size - 2, size - 1}) {
    const auto leaf = *house.engine->reader().leaf(house.project, index);
    EXPECT_EQ(leaf->type, evidence::EventType::witness_changed);
  }
}

TEST(WitnessPolicy, IsReadFromAFileThatNamesWhereToSend) {
  const store::TemporaryDirectory directory;
  const std::string path = directory.file("policy");
  const std::string vkey =
      core::WitnessKey::from_seed("w.example", std::string(32, 'w')).verifier().to_string();
  const auto read = [&](const std::string& text) {
    EXPECT_TRUE(write_file_durably(path, text, 0600).has_value());
    return read_witness_policy(path);
  };
  EXPECT_EQ(read_witness_policy("")->text, "");
  const std::string good = "witness w " + vkey + " https://w.example/\nquorum w\n";
  EXPECT_EQ(read(good)->text, good);
  EXPECT_NE(read("witness w " + vkey + "\nquorum w\n").error().find("witness w has no URL"),
            std::string::npos);
  EXPECT_NE(read("quorum w\n").error().find("line 1"), std::string::npos);
  EXPECT_FALSE(read_witness_policy(directory.file("none")).has_value());
}

}  // namespace
}  // namespace lp::server
