// Frames on a Unix socket between two of our own processes: four bytes of length, big-endian, then
// as many bytes of body, one to `frame_bytes_max`. What a body says is the caller's.
//
// Blocking, with a deadline for every wait. Whatever is not a frame, or comes too late, ends the
// connection: nobody looks for where the next frame might begin.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/file_descriptor.h"
#include "net/unix_client.h"

namespace lp::net {

inline constexpr std::size_t frame_bytes_max = 1u << 20;

class FramedSocket {
 public:
  FramedSocket() = default;
  explicit FramedSocket(FileDescriptor socket) : socket_(std::move(socket)) {}

  static std::expected<FramedSocket, ConnectFault> connect(const std::string& path,
                                                           std::int64_t timeout_ms);

  // False, and the connection is closed: it broke, or the time was over.
  [[nodiscard]] bool send(std::string_view body, std::int64_t timeout_ms);
  // Nothing, and the connection is closed: the same, or no frame came.
  [[nodiscard]] std::optional<std::string> receive(std::int64_t timeout_ms);

  [[nodiscard]] bool open() const { return socket_.open(); }
  // Whether the other end has closed it, or said what nobody asked for: seen without waiting.
  [[nodiscard]] bool hung_up() const;
  [[nodiscard]] int number() const { return socket_.get(); }
  // Under which account the other end runs; nothing when the kernel does not say.
  [[nodiscard]] std::optional<uid_t> peer() const;

 private:
  bool write(std::string_view bytes, std::int64_t deadline_ms);
  bool read(char* bytes, std::size_t count, std::int64_t deadline_ms);

  FileDescriptor socket_;
};

}  // namespace lp::net
