#include "seal/note.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace lp::seal {
namespace {

NotePlace somewhere() {
  return {.kind = "comment",
          .id = "c-1",
          .origin = "lp.example/p/00112233445566778899aabbccddeeff",
          .request_id = "req_1",
          .version = 1,
          .author = "mem_a"};
}

struct Device {
  SeededEntropy entropy{7};
  ContentKey key{Secret(std::string(32, 'k'))};
};

TEST(Note, OpensInItsPlaceUnderItsKey) {
  Device device;
  const auto note = seal_note(device.key, "too much", somewhere(), device.entropy);
  EXPECT_TRUE(is_note_of(note, somewhere()));
  EXPECT_EQ(open_note(device.key, note, somewhere()), "too much");
  EXPECT_EQ(open_note(ContentKey{Secret(std::string(32, 'x'))}, note, somewhere()), std::nullopt);
}

TEST(Note, OpensInNoOtherPlace) {
  Device device;
  auto note = seal_note(device.key, "too much", somewhere(), device.entropy);
  for (const auto& move : {+[](NotePlace& place) { place.kind = "changes"; },
                           +[](NotePlace& place) { place.id = "c-2"; },
                           +[](NotePlace& place) { place.origin = "other"; },
                           +[](NotePlace& place) { place.request_id = "req_2"; },
                           +[](NotePlace& place) { place.version = 2; },
                           +[](NotePlace& place) { place.author = "mem_b"; }}) {
    NotePlace elsewhere = somewhere();
    move(elsewhere);
    EXPECT_FALSE(is_note_of(note, elsewhere));
    // Also when the server writes the other place into it.
    json::Value forged = note;
    for (auto& [name, value] : forged.members()) {
      if (name == "ctx") value = elsewhere.to_json();
    }
    EXPECT_TRUE(is_note_of(forged, elsewhere));
    EXPECT_EQ(open_note(device.key, forged, elsewhere), std::nullopt);
  }
}

TEST(Note, IsNoPayload) {
  Device device;
  auto note = seal_note(device.key, R"({"amount":1})", somewhere(), device.entropy);
  note.add("_lp_enc", true);
  for (auto& [name, value] : note.members()) {
    if (name == "v") value = json::Value(2);
  }
  const auto envelope = read_envelope(note);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(device.key.open(*envelope), std::nullopt);
}

TEST(Note, HasExactlyItsMembers) {
  Device device;
  const auto note = seal_note(device.key, "x", somewhere(), device.entropy);
  json::Value more = note;
  more.add("extra", true);
  EXPECT_FALSE(is_note_of(more, somewhere()));
  EXPECT_FALSE(is_note_of(json::Value("text"), somewhere()));
  for (const auto& [name, wrong] :
       {std::pair{"v", json::Value(2)}, std::pair{"kid", json::Value("0123456789ABCDEF")},
        std::pair{"salt", json::Value("AAAA")}, std::pair{"iv", json::Value("AAAA")},
        std::pair{"ct", json::Value("AAAA")}, std::pair{"ctx", json::Value("{}")}}) {
    json::Value changed = note;
    for (auto& [member, value] : changed.members()) {
      if (member == name) value = wrong;
    }
    EXPECT_FALSE(is_note_of(changed, somewhere())) << name;
  }
}

}  // namespace
}  // namespace lp::seal
