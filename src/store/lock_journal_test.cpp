// What a crash may leave is dropped, what it cannot leave is refused: at every byte.

#include "store/lock_journal.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace lp::store {
namespace {

using lock_journal::Contents;
using lock_journal::sector_bytes;
using Notes = std::map<std::string, std::string>;

// Bytes without a zero, as notes are.
std::string text(std::uint64_t seed, std::size_t size) {
  return hex(sample_bytes(seed, size)).substr(0, size);
}

// Three records; the last is 5 sectors long.
struct Journal {
  std::string first = lock_journal::record({{"a", text(1, 300)}});
  std::string second = lock_journal::record({{"a", text(2, 300)}, {"b", text(3, 500)}});
  std::string third = lock_journal::record({{"b", text(4, 2'200)}});
  std::string bytes = lock_journal::head() + first + second + third + std::string(3'000, '\0');
  std::size_t third_at = sector_bytes + first.size() + second.size();
  Notes before_third{{"a", text(2, 300)}, {"b", text(3, 500)}};
  Notes all{{"a", text(2, 300)}, {"b", text(4, 2'200)}};
};

std::optional<Notes> notes_of(const std::string& bytes) {
  const auto contents = lock_journal::read(bytes);
  if (!contents) return std::nullopt;
  return contents->notes;
}

TEST(LockJournal, ReadsBackWhatItWrote) {
  const Journal journal;
  const auto contents = lock_journal::read(journal.bytes);
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->notes, journal.all);
  EXPECT_EQ(contents->records, 3u);
  EXPECT_EQ(contents->end, journal.third_at + journal.third.size());
  EXPECT_FALSE(contents->torn);
}

TEST(LockJournal, BeginsEachRecordAtASector) {
  const Journal journal;
  EXPECT_EQ(journal.first.size(), sector_bytes);
  EXPECT_EQ(journal.second.size(), 2 * sector_bytes);
  EXPECT_EQ(journal.third.size(), 5 * sector_bytes);
}

TEST(LockJournal, DropsALastRecordCutAtAnyByte) {
  const Journal journal;
  const std::size_t written = journal.third.find_last_not_of('\0') + 1;
  for (std::size_t count = 0; count < journal.third.size(); ++count) {
    std::string bytes = journal.bytes.substr(0, journal.third_at + count);
    const Notes& expected = count < written ? journal.before_third : journal.all;
    EXPECT_EQ(notes_of(bytes), expected) << "file ends after " << count;
    bytes.resize(journal.bytes.size(), '\0');
    EXPECT_EQ(notes_of(bytes), expected) << "zeros after " << count;
  }
}

TEST(LockJournal, ReadsAFileCutAnywhereAsSomeEarlierState) {
  const Journal journal;
  for (std::size_t count = sector_bytes; count < journal.third_at; ++count) {
    const auto contents = lock_journal::read(journal.bytes.substr(0, count));
    ASSERT_TRUE(contents) << count;
    EXPECT_LE(contents->records, 2u);
  }
  EXPECT_FALSE(lock_journal::read(journal.bytes.substr(0, sector_bytes - 1)));
  EXPECT_FALSE(lock_journal::read(""));
}

TEST(LockJournal, DropsALastRecordOfWhichAnySectorsWereNotWritten) {
  const Journal journal;
  const std::size_t sectors = journal.third.size() / sector_bytes;
  for (std::size_t missing = 1; missing < std::size_t{1} << sectors; ++missing) {
    std::string bytes = journal.bytes;
    for (std::size_t sector = 0; sector < sectors; ++sector) {
      if ((missing >> sector & 1) == 0) continue;
      bytes.replace(journal.third_at + sector * sector_bytes, sector_bytes, sector_bytes, '\0');
    }
    const auto contents = lock_journal::read(bytes);
    ASSERT_TRUE(contents) << missing;
    EXPECT_EQ(contents->notes, journal.before_third) << missing;
    EXPECT_EQ(contents->end, journal.third_at);
  }
}

TEST(LockJournal, RefusesAFlippedBitAnywhere) {
  const Journal journal;
  const std::size_t end = journal.bytes.find_last_not_of('\0') + 1;
  for (std::size_t at = 0; at < end; ++at) {
    std::string bytes = journal.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const auto contents = lock_journal::read(bytes);
    // The zeros between a record and its sector's end say nothing: there a flip changes nothing.
    if (contents) EXPECT_EQ(contents->notes, journal.all) << "accepted a flip at " << at;
    if (contents) EXPECT_EQ(journal.bytes[at], '\0') << "accepted a flip at " << at;
  }
}

TEST(LockJournal, RefusesAnEmptiedSectorBeforeTheLastRecord) {
  const Journal journal;
  for (std::size_t at = 0; at < journal.third_at; at += sector_bytes) {
    std::string bytes = journal.bytes;
    bytes.replace(at, sector_bytes, sector_bytes, '\0');
    EXPECT_FALSE(lock_journal::read(bytes)) << at;
  }
}

TEST(LockJournal, RefusesABodyThatIsNoListOfNotes) {
  // A record whose hash is right and whose content is not: origin and note with no room for both.
  std::string odd = lock_journal::record({{std::string(4, '\xff'), ""}});
  EXPECT_TRUE(lock_journal::read(lock_journal::head() + odd));
  EXPECT_FALSE(lock_journal::read(std::string(sector_bytes, 'x') + odd));
}

TEST(LockJournal, HoldsBytesOfAnyKind) {
  const std::string note = sample_bytes(1, 5'000) + std::string(2'000, '\0');
  const auto contents =
      lock_journal::read(lock_journal::head() + lock_journal::record({{"", note}, {note, ""}}));
  ASSERT_TRUE(contents);
  EXPECT_EQ(contents->notes, (Notes{{"", note}, {note, ""}}));
}

}  // namespace
}  // namespace lp::store
