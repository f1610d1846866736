#include "flush_trace.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace lp::faults {
namespace {

constexpr const char* ask =
    R"(9 recvfrom(23<socket:[7]>, "POST /api/ingest HTTP/1.1"..., 4096, 0) = 467)";
constexpr const char* decision =
    R"(9 recvfrom(23<socket:[7]>, "POST /admin/requests/r/decision H"..., 4096, 0) = 467)";
constexpr const char* commit = R"(8 pwrite64(5</d/letsping.db-wal>, "\0"..., 24, 32) = 24)";
constexpr const char* flush = "8 fdatasync(5</d/letsping.db-wal>) = 0";
constexpr const char* sign = R"(8 pwrite64(8</d.signer/checkpoints>, "\0"..., 512, 0) = 512)";
constexpr const char* seal = "8 fdatasync(8</d.signer/checkpoints>) = 0";
constexpr const char* reply =
    R"(9 sendmsg(23<socket:[7]>, {msg_iov=[{iov_base="HTTP/1.1 200 OK"...}]}, 0) = 1769)";
constexpr const char* refusal =
    R"(9 sendmsg(23<socket:[7]>, {msg_iov=[{iov_base="HTTP/1.1 503 "...}]}, 0) = 300)";

FlushTrace trace(std::initializer_list<const char*> lines) {
  FlushTrace trace;
  for (const char* line : lines) trace.line(line);
  return trace;
}

TEST(FlushTrace, CountsAcknowledgementsThatCameAfterBothFlushes) {
  const auto read = trace({ask, commit, flush, sign, seal, reply,  //
                           decision, commit, commit, flush, sign, seal, reply});
  EXPECT_TRUE(read.wrong().empty());
  EXPECT_EQ(read.asks(), 1U);
  EXPECT_EQ(read.decisions(), 1U);
}

TEST(FlushTrace, ReportsAReplyBeforeTheFlush) {
  EXPECT_EQ(trace({ask, reply}).wrong().size(), 1U);
  EXPECT_EQ(trace({ask, commit, reply, flush, sign, seal}).wrong().size(), 1U);
  EXPECT_EQ(trace({ask, commit, sign, seal, reply}).wrong().size(), 1U);
}

TEST(FlushTrace, ReportsAReplyBeforeItsCheckpointIsFlushed) {
  EXPECT_EQ(trace({ask, commit, flush, reply}).wrong().size(), 1U);
  EXPECT_EQ(trace({decision, commit, flush, sign, reply, seal}).wrong().size(), 1U);
}

TEST(FlushTrace, ReportsAWriteAfterTheFlush) {
  EXPECT_EQ(trace({ask, commit, flush, commit, sign, seal, reply}).wrong().size(), 1U);
}

TEST(FlushTrace, ReportsAFlushThatFailed) {
  const auto read = trace(
      {ask, commit, "8 fdatasync(5</d/letsping.db-wal>) = -1 EIO (Input/output error) (INJECTED)",
       sign, seal, reply});
  EXPECT_EQ(read.wrong().size(), 1U);
}

TEST(FlushTrace, ReportsAFlushThatHadNotEnded) {
  const auto read = trace({ask, commit, "8 fdatasync(5</d/letsping.db-wal> <unfinished ...>", reply,
                           "8 <... fdatasync resumed>) = 0"});
  EXPECT_EQ(read.wrong().size(), 1U);
}

TEST(FlushTrace, DoesNotCountTheFlushOfAnEarlierRequest) {
  EXPECT_EQ(trace({commit, flush, sign, seal, ask, reply}).wrong().size(), 1U);
}

TEST(FlushTrace, JoinsCallsThatOtherThreadsInterrupt) {
  const auto read = trace({"9 recvfrom(23<socket:[7]>,  <unfinished ...>",
                           R"(9 <... recvfrom resumed>"POST /api/ingest HTTP/1.1"..., 4096) = 9)",
                           commit, "8 fdatasync(5</d/letsping.db-wal> <unfinished ...>",
                           "9 epoll_wait(15<anon_inode:[eventpoll]>,  <unfinished ...>",
                           "8 <... fdatasync resumed>) = 0", sign, seal, reply});
  EXPECT_TRUE(read.wrong().empty());
  EXPECT_EQ(read.asks(), 1U);
}

TEST(FlushTrace, LetsARefusalNeedNoFlush) {
  const auto read = trace({ask, refusal});
  EXPECT_TRUE(read.wrong().empty());
  EXPECT_EQ(read.asks(), 0U);
}

}  // namespace
}  // namespace lp::faults
