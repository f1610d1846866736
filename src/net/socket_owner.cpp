#include "net/socket_owner.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "net/file_descriptor.h"

namespace lp::net {
namespace {

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 wish;
};

// One end of a connection as the kernel files it: IPv4 in IPv6 clothes is IPv4.
struct End {
  std::uint8_t family = AF_UNSPEC;
  in_port_t port = 0;  // network order
  std::array<std::uint32_t, 4> address{};
};

std::optional<End> end_of(const sockaddr_storage& storage) {
  End end;
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    end.family = AF_INET;
    end.port = v4.sin_port;
    end.address[0] = v4.sin_addr.s_addr;
    return end;
  }
  if (storage.ss_family != AF_INET6) return std::nullopt;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
  const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
  end.family = mapped ? AF_INET : AF_INET6;
  end.port = v6.sin6_port;
  const std::size_t skipped = mapped ? 12 : 0;
  std::memcpy(end.address.data(), v6.sin6_addr.s6_addr + skipped, 16 - skipped);
  return end;
}

std::optional<End> end_of(int socket, decltype(&::getpeername) ask) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (ask(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
  return end_of(storage);
}

FileDescriptor open_diagnosis() {
  return FileDescriptor(
      ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
}

Question question_about(const End& theirs, const End& ours) {
  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  inet_diag_req_v2& wish = question.wish;
  wish.sdiag_family = theirs.family;
  wish.sdiag_protocol = IPPROTO_TCP;
  wish.idiag_states = ~0U;
  wish.id.idiag_sport = theirs.port;
  wish.id.idiag_dport = ours.port;
  std::ranges::copy(theirs.address, wish.id.idiag_src);
  std::ranges::copy(ours.address, wish.id.idiag_dst);
  std::ranges::fill(wish.id.idiag_cookie, INET_DIAG_NOCOOKIE);
  return question;
}

}  // namespace

std::optional<unsigned> account_at_other_end(int socket) {
  const auto theirs = end_of(socket, ::getpeername);
  const auto ours = end_of(socket, ::getsockname);
  if (!theirs || !ours || theirs->family != ours->family) return std::nullopt;
  const FileDescriptor diagnosis = open_diagnosis();
  const Question question = question_about(*theirs, *ours);
  if (!diagnosis.open() ||
      ::send(diagnosis.get(), &question, sizeof question, 0) != ssize_t{sizeof question}) {
    return std::nullopt;
  }
  // The kernel has answered by the time that send returns.
  alignas(nlmsghdr) std::array<char, 4'096> bytes;
  const ssize_t count = ::recv(diagnosis.get(), bytes.data(), bytes.size(), 0);
  if (count < ssize_t{sizeof(nlmsghdr) + sizeof(inet_diag_msg)}) return std::nullopt;
  nlmsghdr header;
  inet_diag_msg answer;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::memcpy(&answer, bytes.data() + sizeof header, sizeof answer);
  // What is left of a closed socket belongs to nobody, and would count as root's.
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || answer.idiag_state != TCP_ESTABLISHED) {
    return std::nullopt;
  }
  return answer.idiag_uid;
}

bool accounts_can_be_told() {
  return open_diagnosis().open();
}

}  // namespace lp::net
