// How a subcommand reaches the administration door: over the socket when a server runs, else in
// this process over the data directory itself. The same routes answer both.

#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "json/parse.h"
#include "net/message.h"
#include "server/place.h"

namespace lp::cli {

struct Answer {
  int status = 0;
  json::Document document;  // the body

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  [[nodiscard]] const json::Value& body() const { return document.root; }
  // Of an error: its stable code, and its sentence.
  [[nodiscard]] std::string_view reason() const;
  [[nodiscard]] std::string_view sentence() const;
};

class AdminClient {
 public:
  explicit AdminClient(server::Place place);
  ~AdminClient();

  // The error is a sentence for people: nobody has initialised the directory, or no access.
  std::expected<Answer, std::string> get(const std::string& target);
  std::expected<Answer, std::string> post(const std::string& target, const json::Value& body);

  // A body that is no JSON, as it came.
  std::expected<net::Reply, std::string> fetch(const std::string& target);

  [[nodiscard]] const server::Place& place() const { return place_; }

 private:
  std::expected<Answer, std::string> call(net::Method method, const std::string& target,
                                          std::string body);
  std::expected<net::Reply, std::string> reach(net::Method method, const std::string& target,
                                               std::string body);
  std::expected<net::Reply, std::string> call_here(net::Method method, const std::string& target,
                                                   std::string body);

  server::Place place_;
  struct Here;
  std::unique_ptr<Here> here_;  // opened when no server runs
};

}  // namespace lp::cli
