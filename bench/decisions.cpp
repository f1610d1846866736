#include "decisions.h"

#include <algorithm>

#include "asks.h"
#include "base/text.h"
#include "cli/decision.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::bench {
namespace {

constexpr unsigned reading_connections = 8;

// Reads what the reviewer sees of each request, with an offer to decide it.
class ReadDetails final : public Script {
 public:
  ReadDetails(const Subject& subject, const std::vector<std::string>& ids)
      : port_(subject.port()), fields_(subject.browser_fields()), ids_(ids), details_(ids.size()) {}

  std::int64_t next(std::string& request) override {
    if (asked_ == ids_.size()) return -1;
    request = request_bytes("GET", "/api/review/requests/" + ids_[asked_], port_, fields_);
    return static_cast<std::int64_t>(asked_++);
  }
  void answered(std::int64_t number, std::string_view body) override {
    details_[static_cast<std::size_t>(number)] = body;
  }
  [[nodiscard]] std::vector<std::string>& details() { return details_; }

 private:
  const std::uint16_t port_;
  const std::string fields_;
  const std::vector<std::string>& ids_;
  std::vector<std::string> details_;
  std::size_t asked_ = 0;
};

cli::Wish wish_for(std::size_t number, const std::string& id) {
  cli::Wish wish{.request = id};
  const bool reject = number % 3 == 2;
  wish.verdict = reject ? evidence::Verdict::reject : evidence::Verdict::approve;
  if (reject) wish.reason = "not this quarter";
  if (number % 3 == 1) wish.edit = R"({"amount":40,"to":"2"})";
  return wish;
}

std::expected<std::string, std::string> signed_body(const crypto::P256Key& key,
                                                    const cli::Wish& wish,
                                                    const std::string& detail) {
  static const auto content = seal::ContentKey::from_base64(content_key);
  crypto::SystemEntropy entropy;
  const auto document = json::parse(detail);
  if (!document) return std::unexpected("the detail of a request is no JSON");
  const auto considered = cli::consider(wish, document->root, content);
  if (!considered) return std::unexpected(considered.error());
  const auto time = parse_instant(document->root.find("offer")->find_string("time").value_or(""));
  if (!time) return std::unexpected("the offer names no time");
  const auto command = core::sign_decision(*considered, key, *time, entropy);
  if (!command) return std::unexpected(std::string(core::to_string(command.error())));
  auto body = json::Value::object();
  body.add("core", command->core).add("signature", base64(command->signature));
  if (!command->reason.empty()) body.add("reason", command->reason);
  if (!command->edit.empty()) body.add("edit", command->edit);
  return json::compact(body);
}

}  // namespace

std::expected<std::vector<Decision>, std::string> sign_decisions(
    const Subject& subject, const std::vector<std::string>& ids) {
  ReadDetails reading(subject, ids);
  const auto read = drive(subject.port(), reading_connections, reading, {.seconds = 120});
  if (!read.clean()) return std::unexpected("reading failed: " + read.first_refusal);
  const std::string fields = subject.browser_fields();
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto body = signed_body(subject.approver(), wish_for(i, ids[i]), reading.details()[i]);
    if (!body) return std::unexpected(body.error());
    decisions.push_back(
        {.id = ids[i],
         .request = request_bytes("POST", "/api/review/requests/" + ids[i] + "/decision",
                                  subject.port(), fields, *body)});
  }
  return decisions;
}

std::int64_t SendDecisions::next(std::string& request) {
  if (sent_ == decisions_.size()) return -1;
  request = decisions_[sent_].request;
  return static_cast<std::int64_t>(sent_++);
}

}  // namespace lp::bench
