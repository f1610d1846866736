#include "net/doorbell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lp::net {
namespace {

TEST(Doorbell, IsAnsweredOnTheThreadOfTheLoop) {
  boost::asio::io_context io(1);
  std::thread::id answered;
  Doorbell bell(io, [&] {
    answered = std::this_thread::get_id();
    io.stop();
  });
  std::thread([&] { bell.ring(); }).join();
  io.run();
  EXPECT_EQ(answered, std::this_thread::get_id());
}

TEST(Doorbell, ManyRingsBeforeAnAnswerAreOne) {
  boost::asio::io_context io(1);
  int answers = 0;
  Doorbell bell(io, [&] { ++answers; });
  for (int i = 0; i < 100; ++i) bell.ring();
  io.poll();
  EXPECT_EQ(answers, 1);
  bell.ring();
  io.poll();
  EXPECT_EQ(answers, 2);
}

// What was there before a ring is seen by an answer after it, however rings and answers meet.
TEST(Doorbell, NothingThatWasRungForIsMissed) {
  constexpr int threads = 3, rings = 20'000;
  boost::asio::io_context io(1);
  std::atomic<int> put = 0;
  Doorbell bell(io, [&] {
    if (put == threads * rings) io.stop();
  });
  std::vector<std::thread> ringers;
  for (int i = 0; i < threads; ++i) {
    ringers.emplace_back([&] {
      for (int ring = 0; ring < rings; ++ring) {
        ++put;
        bell.ring();
      }
    });
  }
  io.run();
  EXPECT_EQ(put, threads * rings);
  for (auto& ringer : ringers) ringer.join();
}

}  // namespace
}  // namespace lp::net
