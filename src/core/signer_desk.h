// What the signer's own process answers: a notary behind a door at which nothing is believed.
//
// A checkpoint is signed only with the proof that it extends the one that was signed last, as the
// lock store remembers it. Asked again for what it signed, or for less, it gives what it has. It
// never forgets: records are kept and changed, not taken away, and a log that a record closes is
// not signed again. Another key signs a log when its owners have signed for that (log_owners.h).
//
// A server believes what it knows of the memory, so no second one may write there: one client at a
// time is heard when it wants something signed or kept. One thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/own_notary.h"
#include "core/signer_message.h"

namespace lp::core {

class SignerDesk {
 public:
  // `may_adopt`: whether a log that is not empty may begin, because what was remembered of it is
  // lost for good.
  SignerDesk(OwnNotary& notary, bool may_adopt) : notary_(notary), may_adopt_(may_adopt) {}

  // Who asks, by a number that nobody else has while they are there.
  using Client = int;

  signer_message::Answer answer(Client client, const signer_message::Request& request);
  // The same of a frame's body.
  std::string answer_bytes(Client client, std::string_view body);
  // They ask nothing any more.
  void gone(Client client);

  // Whether the memory could not be written: nobody knows what is on that disk until it is read
  // anew, so the process ends.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  using Answer = signer_message::Answer;
  using Refusal = signer_message::Refusal;

  Answer to(const signer_message::Ping& ask);
  Answer to(const signer_message::Recall& ask);
  Answer to(const signer_message::AskKeys& ask);
  Answer to(const signer_message::Extend& ask);
  Answer to(const signer_message::Begin& ask);
  Answer to(const signer_message::Earlier& ask);
  Answer to(const signer_message::Keep& ask);
  Answer to(const signer_message::Hold& ask);
  Answer to(const signer_message::Draft& ask);
  Answer to(const signer_message::Follow& ask);

  [[nodiscard]] const std::string* remembered(const std::string& name);
  // Nothing when it is not of the key that its size belongs to.
  [[nodiscard]] std::optional<tlog::Checkpoint> opened(const std::string& origin,
                                                       const std::string& note);
  // Why a log that goes on or changes its keys does not.
  [[nodiscard]] std::optional<Refusal> refuse_log(const std::string& origin);
  Answer keys_of(const std::string& origin);
  Refusal because(Notary::Fault fault, Refusal refused);

  OwnNotary& notary_;
  const bool may_adopt_;
  std::optional<Client> holder_;
  bool broken_ = false;
};

}  // namespace lp::core
