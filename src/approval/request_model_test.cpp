// Random histories of one request, held against a model that shares no code with it.
//
// The model keeps what a person would keep on paper: whose yes stands, whose edits are in, what was
// seen. Each step is put to both; they must agree on the refusal or on the state, every time.
// LP_SEQUENCES sets the number of histories (20,000 by default); a failure prints the seed.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "approval/request.h"
#include "approval/transition.h"
#include "base/sequences_testing.h"
#include "base/testing.h"
#include "crypto/hash.h"

namespace lp::approval {
namespace {

// Contents are numbers: 0 is none, odd ones are of the agent, and each is encrypted once.
PayloadRef payload(int content, int commit) {
  PayloadRef ref{.kind = "v1",
                 .env_sha256 = crypto::sha256("envelope " + std::to_string(content)),
                 .commit = std::nullopt,
                 .kid = std::nullopt};
  if (commit != 0) ref.commit = crypto::sha256("commit " + std::to_string(commit));
  return ref;
}

struct Step {
  enum Kind { approve, edit, reject, ask_changes, expire, cancel, revise } kind = approve;
  std::uint64_t version = 1;
  std::string member;
  std::string key;
  int seen = 0;         // the content that was looked at
  int seen_commit = 0;  // 0: not decrypted
  int proposed = 0;     // edit, revise: the new content
  bool passkey = true;
  int reason = 12;  // characters
};

// The world around the request, which changes between steps.
struct World {
  std::int64_t now = 0;
  std::int64_t decide_by = 100;
  std::map<std::string, std::set<std::string>> groups;  // of the people who are in the roster
  int heads = 1;
  bool two_groups = false;  // all(heads of a, 1 of b) instead of heads of a
  bool alone = false;
  bool takes_changes = false;
  int level = 2;
};

struct Model {
  std::string state = "pending";
  std::uint64_t version = 1;
  int agents = 1, current = 1;
  int commit = 0;
  std::map<std::string, std::string> yes;
  std::set<std::string> editors, not_so;

  // Why this person's yes would not count, apart from having been given.
  [[nodiscard]] std::string barred(const World& world, const std::string& who) const {
    const auto found = world.groups.find(who);
    if (found == world.groups.end()) return "not_a_reviewer";
    const bool placed =
        found->second.contains("a") || (world.two_groups && found->second.contains("b"));
    if (!placed) return "not_a_reviewer";
    if (!world.alone && world.level >= 3 && who == "owner") return "own_request";
    if (!world.alone && world.level == 4 && editors.contains(who)) return "own_edit";
    return "";
  }

  [[nodiscard]] bool enough(const World& world) const {
    int only_a = 0, only_b = 0, both = 0;
    for (const auto& [who, key] : yes) {
      if (!barred(world, who).empty()) continue;
      const auto& in = world.groups.at(who);
      if (in.contains("a") && in.contains("b"))
        ++both;
      else if (in.contains("a"))
        ++only_a;
      else if (in.contains("b"))
        ++only_b;
    }
    if (!world.two_groups) return only_a + both >= world.heads;
    const int for_b = only_b > 0 ? 0 : 1;
    return both >= for_b && only_a + both - for_b >= world.heads;
  }

  // What the level asks for besides the right person.
  static std::string missing(const World& world, const Step& step) {
    const int people = world.heads + (world.two_groups ? 1 : 0);
    if (world.level == 4 && !world.alone && people < 2) return "second_person_needed";
    if (world.level >= 3 && !step.passkey) return "passkey_needed";
    if (world.level == 4 && step.reason < 12) return "reason_needed";
    return "";
  }

  [[nodiscard]] std::string refusal(const World& world, const Step& step) const {
    if (state != "pending") return "already_closed";
    const bool late = world.now >= world.decide_by;
    if (step.kind == Step::expire) return late ? "" : "not_past_deadline";
    if (late) return "past_deadline";
    if (step.kind == Step::cancel) return "";
    if (step.version != version) return "stale_version";
    if (step.kind == Step::revise) return "";
    const std::string bar = barred(world, step.member);
    if (bar == "not_a_reviewer") return bar;
    if (step.kind == Step::ask_changes) {
      if (!world.takes_changes) return "not_offered";
      if (not_so.contains(step.member)) return "already_reviewed";
      if (step.seen_commit == 0) return "commit_missing";
      return sees_current(step) ? "" : "payload_mismatch";
    }
    if (step.kind != Step::reject && bar == "own_request") return bar;
    if (step.kind == Step::approve && bar == "own_edit") return bar;
    if (step.kind == Step::approve) {
      for (const auto& [who, key] : yes) {
        if (who == step.member || key == step.key) return "already_reviewed";
      }
    }
    if (step.kind != Step::reject) {
      if (const std::string lack = missing(world, step); !lack.empty()) return lack;
      if (step.seen_commit == 0) return "commit_missing";
    }
    return sees_current(step) ? "" : "payload_mismatch";
  }

  [[nodiscard]] bool sees_current(const Step& step) const {
    return step.seen == current &&
           (step.seen_commit == 0 || commit == 0 || step.seen_commit == commit);
  }

  std::string take(const World& world, const Step& step) {
    if (const std::string why = refusal(world, step); !why.empty()) return why;
    const bool reviews = step.kind != Step::expire && step.kind != Step::cancel;
    if (commit == 0 && reviews) commit = step.seen_commit;
    switch (step.kind) {
      case Step::approve:
        yes[step.member] = step.key;
        not_so.erase(step.member);
        break;
      case Step::edit:
        ++version;
        current = commit = step.proposed;
        editors.insert(step.member);
        yes.clear();
        not_so.clear();
        if (world.level < 4) yes[step.member] = step.key;
        break;
      case Step::reject:
        return state = "rejected";
      case Step::expire:
        return state = "expired";
      case Step::cancel:
        return state = "cancelled";
      case Step::ask_changes:
        yes.erase(step.member);
        not_so.insert(step.member);
        return state;
      case Step::revise:
        ++version;
        agents = current = step.proposed;
        commit = 0;
        yes.clear();
        editors.clear();
        not_so.clear();
        return state;
    }
    if (enough(world)) state = current == agents ? "approved" : "approved_with_modifications";
    return state;
  }
};

Context context_of(const World& world) {
  Context context;
  context.now = {world.now};
  context.single_operator = world.alone;
  context.takes_changes = world.takes_changes;
  context.rule = {.kind = Rule::Kind::n_of,
                  .parts = {},
                  .count = static_cast<std::uint64_t>(world.heads),
                  .group = "group:a"};
  if (world.two_groups) {
    Rule b = context.rule;
    b.count = 1;
    b.group = "group:b";
    context.rule = {.kind = Rule::Kind::all, .parts = {context.rule, b}, .count = 1, .group = {}};
  }
  for (const auto& [member, groups] : world.groups) {
    Person person{member, {}};
    for (const std::string& group : groups) person.groups.insert("group:" + group);
    context.people.push_back(std::move(person));
  }
  return context;
}

std::expected<Change, Refusal> put(const Request& request, const Step& step, const World& world) {
  switch (step.kind) {
    case Step::expire:
      return expire(request, {world.now});
    case Step::cancel:
      return cancel(request, {world.now});
    case Step::revise:
      return revise(request, step.version, payload(step.proposed, 0), {world.now});
    case Step::approve:
    case Step::edit:
    case Step::reject:
    case Step::ask_changes:
      break;
  }
  Review wish;
  wish.version = step.version;
  wish.member = step.member;
  wish.key = step.key;
  wish.payload = payload(step.seen, step.seen_commit);
  wish.verdict = step.kind == Step::reject        ? Verdict::reject
                 : step.kind == Step::ask_changes ? Verdict::request_changes
                                                  : Verdict::approve;
  wish.proof = step.passkey ? Proof::passkey : Proof::device;
  wish.reason_characters = static_cast<std::size_t>(step.reason);
  if (step.kind == Step::edit) {
    wish.edited = true;
    wish.base = wish.payload;
    wish.payload = payload(step.proposed, step.proposed);
  }
  return review(request, wish, context_of(world));
}

const char* const members[] = {"owner", "ann", "bob", "cyd", "eve"};

World arbitrary_world(SeededEntropy& random) {
  World world;
  for (const char* const member : members) {
    std::set<std::string> groups;
    if (random.next() % 4 != 0) groups.insert("a");
    if (random.next() % 3 == 0) groups.insert("b");
    world.groups[member] = groups;
  }
  world.heads = 1 + static_cast<int>(random.next() % 3);
  world.two_groups = random.next() % 3 == 0;
  world.alone = random.next() % 4 == 0;
  world.takes_changes = random.next() % 2 == 0;
  world.level = 1 + static_cast<int>(random.next() % 4);
  return world;
}

void let_time_pass(World& world, SeededEntropy& random) {
  world.now += static_cast<std::int64_t>(random.next() % 12);
  if (random.next() % 16 == 0) world.groups.erase(members[random.next() % 5]);
  if (random.next() % 24 == 0) world.groups[members[random.next() % 5]] = {"a"};
  if (random.next() % 24 == 0) world.level = std::min(world.level + 1, 4);
}

// Mostly what a client would send, now and then something stale or forged.
Step arbitrary_step(const Model& model, int fresh, SeededEntropy& random) {
  static constexpr Step::Kind kinds[] = {
      Step::approve, Step::approve, Step::approve,     Step::approve, Step::approve, Step::approve,
      Step::edit,    Step::edit,    Step::revise,      Step::reject,  Step::expire,  Step::expire,
      Step::approve, Step::cancel,  Step::ask_changes, Step::approve};
  const auto rarely = [&random] { return random.next() % 12 == 0; };
  Step step;
  step.kind = kinds[random.next() % std::size(kinds)];
  // Ends that need nobody would cut most histories short.
  if (step.kind == Step::cancel && !rarely()) step.kind = Step::approve;
  step.version = rarely() ? model.version - 1 : model.version;
  step.member = members[random.next() % 5];
  step.key = rarely() ? "shared" : "key of " + step.member;
  step.seen = rarely() ? fresh + 1 : model.current;
  step.seen_commit = rarely() ? 0 : rarely() ? fresh + 2 : model.current;
  step.proposed = fresh;
  step.passkey = !rarely();
  step.reason = rarely() ? 11 : 12;
  if (step.kind == Step::edit && random.next() % 4 == 0 && model.agents == model.commit) {
    step.proposed = model.agents;
  }
  return step;
}

struct Seen {
  std::map<std::string, std::size_t> answers;
};

void run(std::uint64_t seed, int length, Seen& seen) {
  SeededEntropy random(seed);
  World world = arbitrary_world(random);
  Model model;
  Request request;
  request.decide_by = {world.decide_by};
  request.base = request.current = payload(1, 0);
  request.agent_owner = "owner";
  int fresh = 3;
  for (int i = 0; i < length; ++i, fresh += 4) {
    let_time_pass(world, random);
    request.level = static_cast<Level>(world.level);
    const Step step = arbitrary_step(model, fresh, random);
    const auto real = put(request, step, world);
    const std::string expected = model.take(world, step);
    const std::string answer(real ? to_string(real->request.state) : to_string(real.error()));
    RC_ASSERT(answer == expected);
    ++seen.answers[answer];
    if (!real) continue;
    const auto event = static_cast<Event>(step.kind == Step::ask_changes ? 3 : step.kind);
    RC_ASSERT(transition(request.state, event).may_lead_to(real->request.state));
    request = real->request;
    RC_ASSERT(request.version == model.version);
    RC_ASSERT(request.approvals.size() == model.yes.size());
    RC_ASSERT(request.changes_asked.size() == model.not_so.size());
    RC_ASSERT(request.current.env_sha256 == payload(model.current, 0).env_sha256);
    RC_ASSERT(request.current.commit == payload(1, model.commit).commit);
    const bool decided = evidence::to_string(real->events.back()).starts_with("decision.");
    RC_ASSERT(decided == terminal(request.state));
    RC_ASSERT(real->events.size() <= 2u);
  }
}

TEST(RequestModel, AgreesWithTheRequestOnRandomHistories) {
  Seen seen;
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = static_cast<int>(sequences(20'000));
  const auto result = rc::detail::checkTestable(
      [&seen] {
        const auto seed = *rc::gen::noShrink(
            rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
        const auto length = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(1, 24));
        run(seed, length, seen);
      },
      rc::detail::TestMetadata{}, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << message.str();
  // Every answer that review, expire, cancel and revise can give was given.
  for (const char* answer : {"pending",
                             "approved",
                             "approved_with_modifications",
                             "rejected",
                             "expired",
                             "cancelled",
                             "already_closed",
                             "past_deadline",
                             "not_past_deadline",
                             "stale_version",
                             "payload_mismatch",
                             "commit_missing",
                             "not_a_reviewer",
                             "own_request",
                             "own_edit",
                             "already_reviewed",
                             "not_offered",
                             "passkey_needed",
                             "reason_needed",
                             "second_person_needed"}) {
    EXPECT_GT(seen.answers[answer], 0u) << answer;
  }
}

}  // namespace
}  // namespace lp::approval
