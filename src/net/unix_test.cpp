// The admin socket from both ends: the listener's file and the client of the command line.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "net/listener.h"
#include "net/testing.h"
#include "net/unix_client.h"

namespace lp::net {
namespace {

namespace fs = std::filesystem;

using testing::echo;
using testing::get;
using testing::RawClient;
using testing::test_options;

// A directory of the test's own, gone with the test.
class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "lp-net-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Directory() { fs::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A server whose admin socket is at `path`; its handler says who asked.
class AdminServer {
 public:
  explicit AdminServer(const std::string& path) : server_(options(path), echo, who) {
    EXPECT_EQ(server_.error(), "");
    server_.start();
  }
  Server* operator->() { return &server_; }

 private:
  static ServerOptions options(const std::string& path) {
    ServerOptions options = test_options();
    options.unix_socket = path;
    options.hosts = {"public.example"};
    return options;
  }
  static Outcome who(Request&& request) {
    Reply reply;
    reply.body = request.path + "|" + request.body + "|" +
                 (request.peer.unix_socket ? std::to_string(request.peer.uid.value_or(0)) : "tcp");
    return reply;
  }
  Server server_;
};

TEST(UnixSocket, AnswersAndTellsTheUidOfThePeer) {
  const Directory directory;
  const AdminServer server(directory / "admin.sock");
  const auto reply = call_unix(directory / "admin.sock", Method::post, "/a", "hello");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "/a|hello|" + std::to_string(getuid()));
  EXPECT_EQ(reply->content_type, "application/json");
}

TEST(UnixSocket, TakesAPathOf150Characters) {
  const Directory directory;
  fs::create_directories(directory / std::string(100, 'd'));
  std::string path = directory / (std::string(100, 'd') + "/");
  path += std::string(150 - path.size(), 's');
  ASSERT_EQ(path.size(), 150U);
  const AdminServer server(path);
  const auto reply = call_unix(path, Method::get, "/long", {});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
}

TEST(UnixSocket, RefusesANameThatIsTooLongEvenSo) {
  const Directory directory;
  const auto listener = listen_unix(directory / std::string(120, 's'));
  ASSERT_FALSE(listener);
  EXPECT_NE(listener.error().find("File name too long"), std::string::npos) << listener.error();
}

TEST(UnixSocket, BelongsToItsOwnerOnly) {
  const Directory directory;
  const mode_t old = umask(0);
  const auto listener = listen_unix(directory / "admin.sock");
  umask(old);
  ASSERT_TRUE(listener) << listener.error();
  struct stat status{};
  ASSERT_EQ(lstat((directory / "admin.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST(UnixSocket, BelongsToItsGroupTooWhereThatIsWantedWhateverTheUmask) {
  const Directory directory;
  const mode_t old = umask(077);
  const auto listener = listen_unix(directory / "signer.sock", 0660);
  umask(old);
  ASSERT_TRUE(listener) << listener.error();
  struct stat status{};
  ASSERT_EQ(lstat((directory / "signer.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660U);
}

TEST(UnixSocket, TakesThePlaceOfOneLeftByACrash) {
  const Directory directory;
  const std::string path = directory / "admin.sock";
  {
    // Bound and closed without removing the file, as a killed server leaves it.
    const auto address = unix_address(path);
    const FileDescriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(
        ::bind(dead.get(), reinterpret_cast<const sockaddr*>(&address->address), address->length),
        0);
  }
  ASSERT_TRUE(fs::exists(path));
  const AdminServer server(path);
  EXPECT_TRUE(call_unix(path, Method::get, "/", {}));
}

TEST(UnixSocket, IsLeftAloneWhileSomebodyAnswersOnIt) {
  const Directory directory;
  const std::string path = directory / "admin.sock";
  const AdminServer first(path);
  ServerOptions options = test_options();
  options.unix_socket = path;
  const Server second(options, echo, echo);
  EXPECT_NE(second.error().find("in use"), std::string::npos) << second.error();
  EXPECT_TRUE(call_unix(path, Method::get, "/", {}));
}

TEST(UnixSocket, DoesNotRemoveWhatIsNoSocket) {
  const Directory directory;
  std::ofstream(directory / "admin.sock") << "precious";
  EXPECT_FALSE(listen_unix(directory / "admin.sock"));
  EXPECT_TRUE(fs::exists(directory / "admin.sock"));
}

TEST(UnixSocket, IsGoneAfterTheServer) {
  const Directory directory;
  {
    const AdminServer server(directory / "admin.sock");
  }
  EXPECT_FALSE(fs::exists(directory / "admin.sock"));
}

TEST(UnixSocket, StaysWhenAnotherServerHasTakenItsName) {
  const Directory directory;
  const std::string path = directory / "admin.sock";
  auto first = listen_unix(path);
  fs::remove(path);
  const auto second = listen_unix(path);
  ASSERT_TRUE(second);
  first = UnixListener();
  first = std::unexpected(std::string());
  EXPECT_TRUE(fs::exists(path));
}

TEST(CallUnix, SaysThatNobodyListens) {
  const Directory directory;
  EXPECT_EQ(call_unix(directory / "none.sock", Method::get, "/", {}).error(),
            ConnectFault::nobody_listens);
  EXPECT_EQ(call_unix(directory / ("none/" + std::string(150, 'x')), Method::get, "/", {}).error(),
            ConnectFault::nobody_listens);
}

TEST(CallUnix, SaysThatItIsNotPermitted) {
  const Directory directory;
  const std::string path = directory / "admin.sock";
  const auto listener = listen_unix(path);
  ASSERT_TRUE(listener);
  fs::permissions(path, fs::perms::none);
  // Permissions do not bind root: as root, somebody else asks.
  const uid_t self = geteuid();
  if (self == 0) {
    ASSERT_EQ(seteuid(65'534), 0);
  }
  const auto reply = call_unix(path, Method::get, "/", {});
  ASSERT_EQ(seteuid(self), 0);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error(), ConnectFault::not_permitted);
}

TEST(CallUnix, SaysThatTheReplyIsBroken) {
  const Directory directory;
  auto listener = listen_unix(directory / "admin.sock");
  ASSERT_TRUE(listener);
  std::thread impostor([&listener] {
    for (const std::string_view reply :
         {"nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ncut"}) {
      pollfd wait{listener->socket().get(), POLLIN, 0};
      ::poll(&wait, 1, testing::patience_ms);
      const FileDescriptor client(::accept(listener->socket().get(), nullptr, nullptr));
      char bytes[4096];
      [[maybe_unused]] const auto read = ::recv(client.get(), bytes, sizeof bytes, 0);
      [[maybe_unused]] const auto sent =
          ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    }
  });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(call_unix(directory / "admin.sock", Method::get, "/", {}).error(),
              ConnectFault::broken);
  }
  impostor.join();
}

TEST(CallUnix, GivesUpAfterItsTimeout) {
  const Directory directory;
  const auto listener = listen_unix(directory / "admin.sock");
  EXPECT_EQ(call_unix(directory / "admin.sock", Method::get, "/", {}, 20).error(),
            ConnectFault::broken);
}

TEST(CallUnix, ReadsARefusalOfABodyThatIsTooLarge) {
  const Directory directory;
  const AdminServer server(directory / "admin.sock");
  const auto reply =
      call_unix(directory / "admin.sock", Method::post, "/", std::string(6'000'000, 'x'));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 413);
}

TEST(CallUnix, ReadsTheHeaderOfAHead) {
  const Directory directory;
  const AdminServer server(directory / "admin.sock");
  const auto reply = call_unix(directory / "admin.sock", Method::head, "/", {});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "");
}

}  // namespace
}  // namespace lp::net
