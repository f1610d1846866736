#include "server/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "net/file_descriptor.h"

namespace lp::server {
namespace {

// A service manager that listens at `name`; '@' stands for the zero of an abstract one.
class Manager {
 public:
  explicit Manager(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string heard() {
    char text[64];
    const ssize_t count = ::recv(socket_.get(), text, sizeof text, 0);
    return count < 0 ? "" : std::string(text, static_cast<std::size_t>(count));
  }

 private:
  net::FileDescriptor socket_;
};

TEST(Notify, TellsTheManagerAtAnAbstractName) {
  Manager manager("@letsping-notify-" + std::to_string(::getpid()));
  notify_manager("READY=1");
  EXPECT_EQ(manager.heard(), "READY=1");
  EXPECT_EQ(manager.heard(), "");
}

TEST(Notify, TellsTheManagerAtAPath) {
  const std::string path = ::testing::TempDir() + "letsping-notify-" + std::to_string(::getpid());
  {
    Manager manager(path);
    notify_manager("STOPPING=1");
    EXPECT_EQ(manager.heard(), "STOPPING=1");
  }
  ::unlink(path.c_str());
}

TEST(Notify, DoesNothingWhereNobodyListens) {
  ::unsetenv("NOTIFY_SOCKET");
  notify_manager("READY=1");
  for (const std::string& path : {std::string("/nowhere/notify"), std::string(200, 'x')}) {
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    notify_manager("READY=1");
  }
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace lp::server
