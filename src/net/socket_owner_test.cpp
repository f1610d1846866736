#include "net/socket_owner.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/file_descriptor.h"

namespace lp::net {
namespace {

// A listener on loopback; IPv6 ones take IPv4 too.
struct Loopback {
  FileDescriptor listener;
  in_port_t port = 0;

  explicit Loopback(int family) : listener(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage address{};
    socklen_t length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET) {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener.get(), 4), 0);
    EXPECT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    port = family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                             : reinterpret_cast<sockaddr_in6&>(address).sin6_port;
  }
  [[nodiscard]] FileDescriptor connect_v4() const {
    FileDescriptor client(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = port;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    return client;
  }
  [[nodiscard]] FileDescriptor accept() const {
    return FileDescriptor(::accept(listener.get(), nullptr, nullptr));
  }
};

TEST(SocketOwner, TellsTheAccountThatMadeTheOtherEnd) {
  const Loopback house(AF_INET);
  const FileDescriptor client = house.connect_v4();
  const FileDescriptor accepted = house.accept();
  EXPECT_EQ(account_at_other_end(accepted.get()), ::getuid());
  EXPECT_TRUE(accounts_can_be_told());
}

TEST(SocketOwner, TellsItOfIpv4AtAListenerOfIpv6) {
  const Loopback house(AF_INET6);
  const FileDescriptor client = house.connect_v4();
  const FileDescriptor accepted = house.accept();
  EXPECT_EQ(account_at_other_end(accepted.get()), ::getuid());
}

TEST(SocketOwner, TellsAnotherAccountApart) {
  if (::geteuid() != 0) return;  // only root can become somebody else
  constexpr uid_t somebody_else = 65'534;
  const Loopback house(AF_INET);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(somebody_else) != 0) ::_exit(1);
    const FileDescriptor client = house.connect_v4();
    char byte = 0;
    ::_exit(::read(client.get(), &byte, 1) == 1 ? 0 : 1);
  }
  const FileDescriptor accepted = house.accept();
  EXPECT_EQ(account_at_other_end(accepted.get()), somebody_else);
  EXPECT_EQ(::send(accepted.get(), "x", 1, 0), 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(SocketOwner, ClaimsNothingOfASocketThatIsGoneOrOfAnotherKind) {
  const Loopback house(AF_INET);
  FileDescriptor client = house.connect_v4();
  const FileDescriptor accepted = house.accept();
  client = FileDescriptor();
  EXPECT_EQ(account_at_other_end(accepted.get()), std::nullopt);
  EXPECT_EQ(account_at_other_end(house.listener.get()), std::nullopt);
  EXPECT_EQ(account_at_other_end(-1), std::nullopt);
}

}  // namespace
}  // namespace lp::net
