#include "net/framed_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "net/listener.h"

namespace lp::net {
namespace {

struct Pair {
  FramedSocket near;
  FileDescriptor far;  // raw, to say what is no frame

  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    near = FramedSocket(FileDescriptor(ends[0]));
    far = FileDescriptor(ends[1]);
  }
  void say(std::string_view bytes) const {
    EXPECT_EQ(write(far.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
};

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_frame_XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string socket() const { return (path / "socket").string(); }
};

TEST(FramedSocket, CarriesAFrameOfAnyAllowedSizeBothWays) {
  Pair pair;
  FramedSocket far(std::move(pair.far));
  for (const std::size_t size : {std::size_t{1}, std::size_t{70'000}, frame_bytes_max}) {
    const std::string body(size, 'x');
    std::thread sender([&] { EXPECT_TRUE(far.send(body, 5'000)); });
    EXPECT_EQ(pair.near.receive(5'000), body);
    sender.join();
  }
}

TEST(FramedSocket, RefusesAnEmptyAndATooLongFrameAndHangsUp) {
  for (const std::string_view head :
       {std::string_view("\0\0\0\0", 4), std::string_view("\0\x10\0\1", 4),
        std::string_view("\xff\xff\xff\xff", 4)}) {
    Pair pair;
    pair.say(head);
    EXPECT_EQ(pair.near.receive(1'000), std::nullopt);
    EXPECT_FALSE(pair.near.open());
  }
  Pair pair;
  EXPECT_FALSE(pair.near.send("", 1'000));
  Pair other;
  EXPECT_FALSE(other.near.send(std::string(frame_bytes_max + 1, 'x'), 1'000));
}

TEST(FramedSocket, GivesUpOnAFrameThatDoesNotComeWhole) {
  Pair pair;
  pair.say(std::string_view("\0\0\0\5abc", 7));
  EXPECT_EQ(pair.near.receive(30), std::nullopt);
  EXPECT_FALSE(pair.near.open());
}

TEST(FramedSocket, SeesAtOnceThatTheOtherEndIsGone) {
  Pair pair;
  EXPECT_FALSE(pair.near.hung_up());
  pair.far.reset();
  EXPECT_TRUE(pair.near.hung_up());
  EXPECT_EQ(pair.near.receive(1'000), std::nullopt);
}

TEST(FramedSocket, TellsUnderWhichAccountTheOtherEndRuns) {
  const Folder folder;
  auto listening = listen_unix(folder.socket());
  ASSERT_TRUE(listening.has_value());
  const auto client = FramedSocket::connect(folder.socket(), 1'000);
  ASSERT_TRUE(client.has_value());
  const FramedSocket accepted(FileDescriptor(accept(listening->socket().get(), nullptr, nullptr)));
  EXPECT_EQ(accepted.peer(), geteuid());
}

}  // namespace
}  // namespace lp::net
