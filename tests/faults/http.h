// A blocking HTTP/1.1 client on one kept-alive connection to loopback, and another for an answer
// without an end. No retries: when a connection breaks, nobody knows whether the request happened,
// and the caller must be told so.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lp::faults {

struct Answer {
  int status = 0;
  std::string head;  // status line and fields
  std::string body;
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : port_(port) {}
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  // `fields` are header lines, each with its CRLF. Nothing: no whole answer came; the connection is
  // closed and the next call opens another.
  std::optional<Answer> call(std::string_view method, std::string_view target,
                             std::string_view fields, std::string_view body = {});
  // Nothing: the last call got no answer because ten seconds passed, not because the peer went.
  [[nodiscard]] bool hung() const { return hung_; }

 private:
  bool open();
  void close();
  std::optional<Answer> receive();
  bool fill();

  const std::uint16_t port_;
  int socket_ = -1;
  bool hung_ = false;
  std::string buffer_;
};

// A GET whose answer goes on until somebody leaves: the destructor.
class HttpStream {
 public:
  // Nothing: no head of an answer came.
  static std::optional<HttpStream> open(std::uint16_t port, std::string_view target,
                                        std::string_view fields);
  HttpStream(HttpStream&& other) noexcept;
  HttpStream& operator=(HttpStream&& other) noexcept;
  ~HttpStream();

  [[nodiscard]] int status() const { return status_; }
  // Appends what comes within `time`, which may be nothing. False: the peer has ended it.
  bool read(std::string& bytes, std::chrono::milliseconds time);

 private:
  explicit HttpStream(int socket) : socket_(socket) {}

  int socket_;
  int status_ = 0;
  std::string early_;  // came with the head
};

}  // namespace lp::faults
