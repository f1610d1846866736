#include "cli/admin_client.h"

#include <fmt/core.h>

#include <future>
#include <utility>

#include "api/context.h"
#include "api/routes.h"
#include "json/write.h"
#include "net/assets.h"
#include "net/unix_client.h"
#include "server/installation.h"

namespace lp::cli {
namespace {

// Keeps the one answer that a handler gives later.
class Mailbox final : public net::Responder {
 public:
  void reply(net::Reply reply) override { answer_.set_value(std::move(reply)); }
  // Nothing at this door waits for people.
  void park(net::Park) override { answer_.set_value(net::Reply{.status = 500}); }
  std::future<net::Reply> future() { return answer_.get_future(); }

 private:
  std::promise<net::Reply> answer_;
};

}  // namespace

std::string_view Answer::reason() const {
  return body().find_string("reason").value_or("");
}
std::string_view Answer::sentence() const {
  return body().find_string("message").value_or("The server's answer makes no sense.");
}

struct AdminClient::Here {
  std::unique_ptr<server::Installation> installation;
  std::unique_ptr<net::Assets> assets;
  std::optional<crypto::P256Key> test_approver;
  std::unique_ptr<api::Context> context;
};

AdminClient::AdminClient(server::Place place) : place_(std::move(place)) {}
AdminClient::~AdminClient() = default;

std::expected<Answer, std::string> AdminClient::get(const std::string& target) {
  return call(net::Method::get, target, {});
}

std::expected<Answer, std::string> AdminClient::post(const std::string& target,
                                                     const json::Value& body) {
  return call(net::Method::post, target, json::compact(body));
}

std::expected<net::Reply, std::string> AdminClient::fetch(const std::string& target) {
  return reach(net::Method::get, target, {});
}

std::expected<Answer, std::string> AdminClient::call(net::Method method, const std::string& target,
                                                     std::string body) {
  auto reply = reach(method, target, std::move(body));
  if (!reply) return std::unexpected(reply.error());
  auto document = json::parse(std::move(reply->body));
  if (!document) return std::unexpected("The server's answer is not JSON.");
  return Answer{.status = reply->status, .document = *std::move(document)};
}

std::expected<net::Reply, std::string> AdminClient::reach(net::Method method,
                                                          const std::string& target,
                                                          std::string body) {
  if (!server::initialised(place_)) {
    return std::unexpected(
        fmt::format("There is no LetsPing data in {}: make it with `letsping init --data {}`.",
                    place_.data, place_.data));
  }
  if (here_) return call_here(method, target, std::move(body));
  auto answered = net::call_unix(place_.socket(), method, target, body);
  if (answered) return *std::move(answered);
  switch (answered.error()) {
    case net::ConnectFault::nobody_listens:
      return call_here(method, target, std::move(body));
    case net::ConnectFault::not_permitted:
      return std::unexpected(fmt::format("{}: not permitted.", place_.socket()));
    case net::ConnectFault::broken:
      break;
  }
  return std::unexpected(fmt::format("{}: the server does not answer.", place_.socket()));
}

std::expected<net::Reply, std::string> AdminClient::call_here(net::Method method,
                                                              const std::string& target,
                                                              std::string body) {
  if (!here_) {
    auto installation = server::Installation::open(place_);
    if (!installation) return std::unexpected(installation.error());
    here_ = std::make_unique<Here>();
    here_->installation = *std::move(installation);
    here_->assets = net::embedded_assets();
    here_->test_approver = here_->installation->test_approver();
    here_->context.reset(new api::Context{
        .engine = here_->installation->engine(), .assets = *here_->assets, .public_url = {}});
    if (here_->test_approver) here_->context->test_approver = &*here_->test_approver;
  }
  net::Request request;
  request.method = method;
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  request.body = std::move(body);
  request.headers.emplace_back("content-type", "application/json");
  request.peer.unix_socket = true;
  net::Outcome outcome = api::dispatch_admin(*here_->context, std::move(request));
  if (auto* reply = std::get_if<net::Reply>(&outcome)) return std::move(*reply);
  if (auto* later = std::get_if<net::Later>(&outcome)) {
    const auto mailbox = std::make_shared<Mailbox>();
    auto answer = mailbox->future();
    later->start(mailbox);
    return answer.get();
  }
  return std::unexpected("This cannot wait without a running server.");
}

}  // namespace lp::cli
