// Erasing a request, end to end over one data directory: what goes, what stays, what refuses.

#include "core/erasing.h"

#include <gtest/gtest.h>

#include "core/erasing_testing.h"
#include "core/tombstones.h"

namespace lp::core {
namespace {

using evidence::Finding;

struct Erasing : House {
  // `payload` in clear: the server seals it.
  std::string decided(const std::string& payload) {
    Ingest command = ask();
    command.payload = payload;
    command.envelope.reset();
    command.facts = R"({"subject":"jane.doe@example.org"})";
    const std::string request = engine->run(std::move(command))->id;
    Considered considered = consider(request, evidence::Verdict::reject);
    considered.reason = "not for jane.doe";
    EXPECT_TRUE(decide(considered).has_value());
    return request;
  }
  std::expected<evidence::ErasureDocument, Refused> offer(const std::string& request) {
    return offer_erasure(engine->reader(), *engine->directory()->project(project),
                         {.request = request, .basis = "Art. 17 GDPR", .operator_name = "ops"},
                         engine->options().backup_horizon_ms, entropy);
  }
  Erase signed_erase(const std::string& document, const crypto::P256Key& key) {
    return {
        .project = project,
        .record = {.document = document,
                   .owners = {{.spki = key.spki(),
                               .signature = key.sign(evidence::erasure_signing_bytes(document))}}}};
  }
  std::expected<Erase::Result, Refused> erase(const std::string& request) {
    const auto document = offer(request);
    if (!document) return std::unexpected(document.error());
    return engine->run(signed_erase(document->bytes(), approver));
  }
  Fault gone(const std::string& request) {
    const auto view = engine->request(request, project);
    return view ? Fault::refused : view.error().fault;
  }
  std::expected<evidence::Receipt, NoReceipt> receipt(std::uint64_t index) {
    return receipt_at(*this, index);
  }
  Finding verdict(std::uint64_t index) { return report_on(*this, index).verdict; }
};

// Rows of a state grow when somebody decides. A page that is full is split then, and SQLite leaves
// copies of the rows that moved in the part of it that is unused; `spread` rows may have such a
// copy of their sealed reason, whose key is gone (docs/security/limits.md).
enum class Rows : std::uint8_t { few, spread };

// What must not be found any more: each long and random enough to stand nowhere by chance.
std::vector<std::string> traces_of(Erasing& house, const std::string& request,
                                   Rows rows_are = Rows::few) {
  std::vector<std::string> traces;
  const auto add = [&](const std::string& bytes) {
    // The beginning, which a page holds, and the end, which may be on another.
    if (bytes.size() >= 24) {
      traces.push_back(bytes.substr(0, 24));
      traces.push_back(bytes.substr(bytes.size() - 24));
    }
  };
  const auto rows = house.engine->reader().request(request);
  add((*rows)->request.dek_wrapped.substr(7));
  add((*rows)->request.payload);
  add((*rows)->request.details_sealed);
  add((*rows)->request.commit_key_sealed);
  if (rows_are == Rows::few) add((*rows)->state.reason_sealed);
  add(std::string((*rows)->request.request_sha256.view()));
  const auto document = house.offer(request);
  for (const std::uint64_t index : document->indices) {
    const auto leaf = house.engine->reader().leaf(house.project, index);
    add((*leaf)->statement.substr((*leaf)->statement.find("\"salt\"")));
    // Its beginning is that of every decision of this approver; its end is a signature.
    if (!(*leaf)->evidence.empty()) {
      traces.push_back((*leaf)->evidence.substr((*leaf)->evidence.size() - 64));
    }
  }
  return traces;
}

std::size_t found_of(const std::vector<std::string>& traces, const std::string& bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(
      traces, [&](const std::string& trace) { return bytes.find(trace) != std::string::npos; }));
}

TEST(Erasing, LeavesNoByteOfTheRequestInTheDataDirectory) {
  Erasing house;
  const std::string kept = house.decided(R"({"iban":"DE00 the one that stays"})");
  const std::string request = house.decided(R"({"iban":"DE89 3704 0044 0532 0130 00"})");
  const auto traces = traces_of(house, request);
  const auto others = traces_of(house, kept);
  EXPECT_EQ(found_of(traces, bytes_under(house.root)), traces.size());
  ASSERT_TRUE(house.erase(request).has_value());
  EXPECT_FALSE(house.engine->scrub_due());
  const std::string bytes = bytes_under(house.root);
  EXPECT_EQ(found_of(traces, bytes), 0u);
  EXPECT_EQ(bytes.find("jane.doe@"), std::string::npos);
  EXPECT_EQ(bytes.find("DE89 3704"), std::string::npos);
  EXPECT_EQ(found_of(others, bytes), others.size());
  EXPECT_EQ(house.gone(request), Fault::erased);
  EXPECT_EQ(house.engine->request(kept, {})->payload, R"({"iban":"DE00 the one that stays"})");
}

// Pages split and fill up while rows of all sizes come and go; nothing may stay behind in a gap.
TEST(Erasing, LeavesNothingBetweenTheRowsOfManyOthers) {
  Erasing house;
  std::vector<std::string> requests;
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t length = (i * 7'919) % 9'000;
    requests.push_back(
        house.decided("{\"n\":\"" + std::string(length, 'a' + char(i % 26)) + "\"}"));
  }
  std::vector<std::string> traces;
  for (std::size_t i = 0; i < requests.size(); i += 3) {
    for (auto& trace : traces_of(house, requests[i], Rows::spread))
      traces.push_back(std::move(trace));
    ASSERT_TRUE(house.erase(requests[i]).has_value());
  }
  EXPECT_EQ(found_of(traces, bytes_under(house.root)), 0u);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(house.gone(requests[i]), i % 3 == 0 ? Fault::erased : Fault::refused);
  }
}

TEST(Erasing, TakesSnapshotsHandoffsAndQueuedWebhooksToo) {
  Erasing house;
  const std::string agent = house.agent_called("down");
  const std::string request = house.decided(R"({"n":1})");
  const auto handoff = house.engine->run(CreateHandoff{.project = house.project,
                                                       .request = request,
                                                       .api_key = house.api_key,
                                                       .downstream = agent,
                                                       .commitment = R"({"to":"jane.doe"})",
                                                       .proof = {}});
  ASSERT_TRUE(handoff.has_value());
  ASSERT_TRUE(house.engine->run(PutSnapshot{.project = house.project,
                                            .request = request,
                                            .content_type = "application/json",
                                            .bytes = std::string(2 << 20, 's'),
                                            .sealing = "plain"}));
  EXPECT_FALSE(std::filesystem::is_empty(house.root / "blobs"));
  const auto document = house.offer(request);
  ASSERT_TRUE(document.has_value());
  EXPECT_TRUE(std::ranges::binary_search(document->indices, handoff->leaf_index));
  ASSERT_TRUE(house.erase(request).has_value());
  EXPECT_TRUE(std::filesystem::is_empty(house.root / "blobs"));
  EXPECT_FALSE((*house.engine->reader().handoff(handoff->delivery_id)).has_value());
  EXPECT_EQ(house.verdict(handoff->leaf_index), Finding::erased);
}

TEST(Erasing, GivesReceiptsThatSayErasedAndLeavesTheOthersValid) {
  Erasing house;
  const std::string kept = house.decided(R"({"n":1})");
  const std::string request = house.decided(R"({"n":2})");
  const auto document = house.offer(request);
  ASSERT_TRUE(document.has_value());
  const auto before = house.receipt(document->indices.back());
  const auto done = house.erase(request);
  ASSERT_TRUE(done.has_value());
  for (const std::uint64_t index : document->indices) {
    EXPECT_EQ(house.verdict(index), Finding::erased) << index;
  }
  EXPECT_EQ(house.verdict(done->index), Finding::valid);
  EXPECT_EQ(house.verdict(house.engine->request(kept, {})->rows.state.leaf_index), Finding::valid);
  // Whoever kept a receipt from before still holds a proof.
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(before->logged.leaf, house.receipt(document->indices.back())->logged.leaf);
}

TEST(Erasing, NeedsTheSignatureOfAnOwner) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const std::string document = house.offer(request)->bytes();
  const auto stranger = crypto::P256Key::generate();
  const auto refused = house.engine->run(house.signed_erase(document, stranger));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::not_permitted);
  Erase unsigned_one{.project = house.project, .record = {.document = document, .owners = {}}};
  EXPECT_EQ(house.engine->run(unsigned_one).error().fault, Fault::not_permitted);
  EXPECT_EQ(house.gone(request), Fault::refused);
}

TEST(Erasing, RefusesADocumentThatIsNotTheOneItOffers) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const std::string other = house.decided(R"({"n":2})");
  const auto offered = *house.offer(request);
  const auto refused = [&](const evidence::ErasureDocument& document) {
    const auto done = house.engine->run(house.signed_erase(document.bytes(), house.approver));
    return done ? Fault::refused : done.error().fault;
  };
  auto changed = offered;
  changed.indices.pop_back();
  EXPECT_EQ(refused(changed), Fault::stale);
  changed = offered;
  changed.indices = house.offer(other)->indices;
  EXPECT_EQ(refused(changed), Fault::stale);
  changed = offered;
  changed.complete_by = changed.complete_by + -1;
  EXPECT_EQ(refused(changed), Fault::stale);
  changed = offered;
  changed.exports.emplace_back();
  EXPECT_EQ(refused(changed), Fault::stale);
  changed = offered;
  changed.request_id.reset();
  EXPECT_EQ(refused(changed), Fault::stale);
  EXPECT_EQ(house.gone(request), Fault::refused);
}

TEST(Erasing, RefusesWhatIsOpenUnknownOrErasedAlready) {
  Erasing house;
  EXPECT_EQ(house.erase(house.asked()).error().fault, Fault::not_decided);
  EXPECT_EQ(house.erase("req_00000000000000000000000000").error().fault, Fault::unknown);
  const std::string request = house.decided(R"({"n":1})");
  const std::string document = house.offer(request)->bytes();
  ASSERT_TRUE(house.engine->run(house.signed_erase(document, house.approver)));
  EXPECT_EQ(house.erase(request).error().fault, Fault::erased);
  const auto again = house.engine->run(house.signed_erase(document, house.approver));
  EXPECT_EQ(again.error().fault, Fault::erased);
}

TEST(Erasing, IsBlockedByALegalHoldUntilItEnds) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const std::string document = house.offer(request)->bytes();
  for (const std::string& over : {request, std::string()}) {
    const auto added = house.engine->run(
        AddHold{.project = house.project, .request = over, .reason = "case 4711"});
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(house.erase(request).error().fault, Fault::legal_hold);
    // Signed before the hold was.
    const auto done = house.engine->run(house.signed_erase(document, house.approver));
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().fault, Fault::legal_hold);
    EXPECT_EQ(done.error().detail, added->hold.id);
    house.close();
    house.open();
    EXPECT_EQ(house.erase(request).error().fault, Fault::legal_hold);
    ASSERT_TRUE(house.engine->run(EndHold{.id = added->hold.id, .reason = "settled"}));
  }
  EXPECT_EQ(house.engine->run(EndHold{.id = "hold_x", .reason = "r"}).error().fault,
            Fault::unknown);
  EXPECT_TRUE(house.erase(request).has_value());
}

TEST(Erasing, NamesTheExportsThatHandedItOut) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const auto& project = *house.engine->directory()->project(house.project);
  evidence::ExportManifest manifest;
  manifest.origin = project.row.origin;
  manifest.size = manifest.end = project.live->signed_size;
  const auto made = house.engine->run(RecordExport{.project = house.project, .manifest = manifest});
  ASSERT_TRUE(made.has_value());
  manifest.end = 1;  // another one, of what came before
  ASSERT_TRUE(house.engine->run(RecordExport{.project = house.project, .manifest = manifest}));
  const auto leaf = house.engine->reader().leaf(house.project, made->index);
  const auto document = house.offer(request);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->exports, std::vector{evidence::statement_sha256((*leaf)->statement)});
}

// It holds hashes of checkpoints. The receipt of an erased entry stands on a checkpoint that covers
// the erasure, and without its anchor, for which that kind of receipt has no place.
TEST(Erasing, LeavesTheRootLogAsItWas) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const auto let_a_round_pass = [&] {
    house.clock.advance_ms(1'000);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  };
  let_a_round_pass();
  const auto anchors = [&] { return *house.engine->reader().anchors(0, 1'000); };
  const auto before = anchors();
  ASSERT_FALSE(before.empty());
  const std::uint64_t index = house.offer(request)->indices.front();
  ASSERT_TRUE(house.erase(request).has_value());
  const auto made = house.receipt(index);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->anchor, std::nullopt);
  let_a_round_pass();
  auto after = anchors();
  ASSERT_EQ(after.size(), before.size() + 1);
  after.pop_back();
  EXPECT_EQ(after, before);
  EXPECT_EQ(house.receipt(index)->anchor, std::nullopt);
  EXPECT_EQ(house.verdict(index), Finding::erased);
  house.close();
  house.open();
  EXPECT_EQ(house.gone(request), Fault::erased);
}

TEST(Erasing, SaysThatTheLastKeyGoesAfterItsMonthAndTheBackups) {
  Erasing house;
  house.clock.set(*parse_instant("2026-11-23T12:00:00.000Z"));
  ASSERT_TRUE(house.engine->run(AcceptClock{}));
  const std::string request = house.decided(R"({"n":1})");
  EXPECT_EQ(to_string(house.offer(request)->complete_by), "2027-01-05T00:00:00.000Z");
}

TEST(Erasing, IsRepeatedOverACopyFromBefore) {
  Erasing house;
  const std::string request = house.decided(R"({"iban":"DE89 3704 0044 0532 0130 00"})");
  const auto traces = traces_of(house, request);
  house.close();
  const std::string database = (house.root / "letsping.db").string();
  const std::string copy = house.root.string() + ".copy";
  std::filesystem::copy_file(database, copy);
  house.open();
  ASSERT_TRUE(house.erase(request).has_value());
  house.close();
  std::filesystem::copy_file(copy, database, std::filesystem::copy_options::overwrite_existing);
  EXPECT_GT(found_of(traces, bytes_under(house.root)), 0u);
  house.open();
  EXPECT_EQ(house.gone(request), Fault::erased);
  EXPECT_EQ(found_of(traces, bytes_under(house.root)), 0u);
  // The copy is behind what was signed: read, not written.
  EXPECT_EQ(house.engine->run(house.ask()).error().fault, Fault::log_frozen);
  std::filesystem::remove(copy);
}

TEST(Erasing, PutsUpATombstoneThatIsMissing) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  const auto document = *house.offer(request);
  ASSERT_TRUE(house.erase(request).has_value());
  house.close();
  std::filesystem::remove_all(house.root / "signer");
  house.open();
  const auto all = Tombstones(*house.locks).all();
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().erasure.request, request);
  EXPECT_EQ(all->front().indices, document.indices);
  // Erased statements do not stand in the way of a signer that is adopted.
  EXPECT_TRUE(house.engine->run(AdoptSigner{.reason = "lost"}).has_value());
}

TEST(Erasing, DoesNotStartOverAnErasureThatNoEventNames) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  house.close();
  house.edit_database("INSERT INTO erasure VALUES ('" + request + "', 1, 0, 5, x'')");
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("no event says so"), std::string::npos) << started.error();
}

TEST(Erasing, KeepsALateWebhookFromComingBack) {
  Erasing house;
  const std::string request = house.decided(R"({"n":1})");
  ASSERT_TRUE(house.erase(request).has_value());
  store::OutboxItem item;
  item.id = 7;
  item.project = house.project;
  item.request = request;
  item.event = "request.rejected";
  item.state = "sent";
  ASSERT_TRUE(house.engine->run(OutboxAttempt{.item = item}).has_value());
  ASSERT_TRUE(house.engine->run(
      NoteDelivery{.project = house.project, .request = request, .how = "status"}));
  house.close();
  EXPECT_EQ(bytes_under(house.root).find("request.rejected"), std::string::npos);
}

}  // namespace
}  // namespace lp::core
