// Commits and puts, and says so after each: flush_test.py runs this one test under strace and sees
// whether the disk was flushed before the word.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string_view>

#include "store/lock_store.h"
#include "store/testing.h"

namespace lp::store {
namespace {

// A system call that a tracer sees, and nobody else.
void say(std::string_view word) {
  const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::write(file, word.data(), word.size()), static_cast<ssize_t>(word.size()));
  ::close(file);
}

TEST(FlushProbe, CommitsAndPuts) {
  OpenedStore opened;
  const auto lock_store = taken(open_lock_store(opened.directory.file("signer")));
  for (std::uint64_t number = 0; number < 5; ++number) {
    Batch batch;
    add_ingest(batch, "proj_a", number);
    opened.commit(batch);
    say("committed\n");
    ASSERT_TRUE(lock_store->put({{"origin", std::to_string(number)}}));
    say("signed\n");
  }
}

}  // namespace
}  // namespace lp::store
