// The notary that is another process: `letsping signer`, behind a Unix socket
// (spec/signer-protocol.md).
//
// Its memory is read once, at the start, and kept up with what is asked of it since: nobody else
// writes there while this one holds it. Nothing that it says is believed unseen: a note must be the
// one that was asked for, under the key that was known before. Whatever breaks or comes too late
// closes the connection, and the next call opens another; to ask the same again is always safe.

#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/notary.h"
#include "core/signer_message.h"
#include "net/framed_socket.h"

namespace lp::server {

class RemoteNotary final : public core::Notary {
 public:
  // Whether it speaks for the server, of which there is one, or only asks what is remembered.
  enum class Use : bool { looks, holds };
  // Waits up to `patience_ms` for a signer that is being started, or that another server is about
  // to leave. The error is a sentence for people.
  static std::expected<std::unique_ptr<RemoteNotary>, std::string> open(
      const std::string& socket, Use use, std::int64_t patience_ms = 5'000);

  store::LockStore& memory() override { return memory_; }
  std::optional<LogKeys> keys(std::string_view origin) override;
  std::expected<std::string, Fault> draft(std::string_view origin) override;
  std::expected<void, Fault> follow(const std::string& origin,
                                    const std::vector<SignedRoster>& versions) override;
  std::expected<std::vector<std::string>, Fault> extend(
      const std::vector<Growth>& growths) override;
  std::expected<std::string, Fault> begin(const tlog::Checkpoint& head) override;
  std::optional<std::string> earlier(const Earlier& wanted) const override;
  bool ready() override;
  [[nodiscard]] bool elsewhere() const override { return true; }

 private:
  using Answer = core::signer_message::Answer;
  using Request = core::signer_message::Request;

  class Memory final : public store::LockStore {
   public:
    explicit Memory(RemoteNotary& notary) : notary_(notary) {}
    [[nodiscard]] const std::map<std::string, std::string>& notes() const override {
      return notes_;
    }
    // Records only: the notes are put there by who signs them.
    store::Result<void> put(
        const std::vector<std::pair<std::string, std::string>>& records) override;

    std::map<std::string, std::string> notes_;

   private:
    RemoteNotary& notary_;
  };

  RemoteNotary(std::string socket, Use use) : path_(std::move(socket)), use_(use), memory_(*this) {}
  std::expected<void, std::string> recall(std::int64_t patience_ms);
  bool connect();
  // Nothing when no answer came.
  std::optional<Answer> call(const Request& request, std::int64_t timeout_ms);
  std::expected<void, Fault> extend_some(const Growth* first, std::size_t count,
                                         std::vector<std::string>& notes);
  std::expected<void, Fault> take(const tlog::Checkpoint& head, const std::string& note);
  // The keys of a log, as the signer says they are now; nothing when it says something else.
  std::expected<LogKeys, Fault> take_keys(std::string_view origin,
                                          const std::optional<Answer>& answer);
  std::expected<void, Fault> follow_some(const std::string& origin,
                                         std::vector<SignedRoster> versions);

  const std::string path_;
  const Use use_;
  bool held_elsewhere_ = false;  // when it was asked last
  // Whether it did when it was asked last: else no net thread waits for it.
  mutable std::atomic<bool> answers_ = true;
  SystemClock clock_;
  net::FramedSocket socket_;
  std::int64_t last_answer_ms_ = 0;
  Memory memory_;
  std::map<std::string, LogKeys, std::less<>> keys_;
};

}  // namespace lp::server
