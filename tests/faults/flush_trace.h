// Reads what `strace -f -y` wrote of a server that served one client at a time, and says whether
// each acknowledgement came after the flushes that it rests on: the write-ahead log written and
// flushed, then the signer's journal written and flushed, and only then the first byte of a 200.
//
// Pure, so that it can be shown traces in which the order is wrong.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lp::faults {

class FlushTrace {
 public:
  void line(std::string_view text);

  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] std::uint64_t asks() const { return asks_; }  // acknowledged in order
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }

 private:
  // How far what a request rests on has come. In this order.
  enum class Stage : std::uint8_t {
    received,
    committing,  // the write-ahead log was written
    committed,   // and flushed
    signing,     // the journal was written
    durable,     // and flushed
  };
  struct Waiting {
    Stage stage = Stage::received;
    bool decision = false;
  };

  void began(std::string_view call);
  void ended(std::string_view call);
  void written(std::string_view file);
  void flushed(std::string_view file);
  void received(std::string_view socket, std::string_view call);
  void sent(std::string_view socket, std::string_view call);

  std::map<std::string, std::string, std::less<>> unfinished_;  // by thread
  std::map<std::string, Waiting, std::less<>> waiting_;         // by socket
  std::vector<std::string> wrong_;
  std::uint64_t asks_ = 0, decisions_ = 0;
};

}  // namespace lp::faults
