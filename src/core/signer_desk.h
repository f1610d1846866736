// What the signer's own process answers: a notary behind a door at which nothing is believed.
//
// A checkpoint is signed only with the proof that it extends the one that was signed last, as the
// lock store remembers it. Asked again for what it signed, or for less, it gives what it has. It
// never forgets: records are kept and changed, not taken away, and a log that a record closes is
// not signed again. One thread.

#pragma once

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

  signer_message::Answer answer(const signer_message::Request& request);
  // The same of a frame's body.
  std::string answer_bytes(std::string_view body);

  // Whether the memory could not be written: nobody knows what is on that disk until it is read
  // anew, so the process ends.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  using Answer = signer_message::Answer;
  using Refusal = signer_message::Refusal;

  Answer to(const signer_message::Ping& ask);
  Answer to(const signer_message::Recall& ask);
  Answer to(const signer_message::AskKey& ask);
  Answer to(const signer_message::Extend& ask);
  Answer to(const signer_message::Begin& ask);
  Answer to(const signer_message::Earlier& ask);
  Answer to(const signer_message::Keep& ask);

  [[nodiscard]] const std::string* remembered(const std::string& name);
  [[nodiscard]] bool closed(const std::string& origin);
  Refusal not_kept();

  OwnNotary& notary_;
  const bool may_adopt_;
  bool broken_ = false;
};

}  // namespace lp::core
