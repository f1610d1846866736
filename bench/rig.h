// The server that is measured and the floor beside it: started on fresh directories on this disk,
// both on the first processor where there are two, while the clients stay on the second.

#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "child.h"
#include "crypto/p256.h"
#include "server.h"

namespace lp::bench {

struct Options {
  std::string letsping, floor, bounds;  // binaries; letsping-verify stands beside the first
  std::string nginx;                    // "" where there is none
  std::string python;                   // that finds letsping_verify, likewise
  std::string typescript;               // main.js of the verifier, likewise
  bool quick = false;
  int pairs = 5;
};

// This process to the second processor, when there are two. Children are put on the first.
void take_client_processor();
// This thread, and what it starts, to the first one.
void take_server_processor();
// Words before a command that shall run on the first one.
std::vector<std::string> on_first_processor();
// As many open files as the system gives; how many that are.
std::uint64_t take_file_limit();

// What the kernel says of a process.
struct Usage {
  double cpu_s = 0;
  std::uint64_t resident_bytes = 0;
  // Given to write calls, files only; nothing: not readable. (write_bytes beside it counts whole
  // folios of up to a megabyte however little of them is new.)
  std::optional<std::uint64_t> written_bytes;
};
Usage usage_of(pid_t process);

// What one project has: the keys of its agents and of its auditors, and the name of its log in
// paths.
struct Project {
  std::string id, agent_key, auditor_key, log;
};

// A server that never had a request, in a directory made with `init --test`.
class Subject {
 public:
  static std::expected<std::unique_ptr<Subject>, std::string> make(const Options& options,
                                                                   unsigned projects = 1);
  std::expected<void, std::string> start();
  // The approver logs in with the device key, as a browser does: a server that has just started
  // takes no decision of a session from before.
  std::expected<void, std::string> sign_in();
  void kill() { server_->kill(); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] pid_t pid() const { return server_->pid(); }
  [[nodiscard]] const std::vector<Project>& projects() const { return projects_; }
  [[nodiscard]] const crypto::P256Key& approver() const { return *approver_; }
  [[nodiscard]] const std::string& data() const { return server_->place().data; }
  [[nodiscard]] const server::Place& place() const { return server_->place(); }
  // What the admin socket answers, as text.
  [[nodiscard]] std::expected<std::string, std::string> admin(const std::string& target) const;

  // Header lines of an agent and of an auditor of this project, and of the approver's browser.
  [[nodiscard]] std::string agent_fields(std::size_t project = 0) const;
  [[nodiscard]] std::string auditor_fields(std::size_t project = 0) const;
  [[nodiscard]] std::string browser_fields() const;

 private:
  Subject() = default;
  std::expected<void, std::string> prepare(unsigned projects);
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] std::string page_fields() const;

  faults::Home home_;
  std::unique_ptr<faults::Server> server_;
  std::vector<Project> projects_;
  std::optional<crypto::P256Key> approver_;
  std::string session_;
};

class Floor {
 public:
  // Makes `signs` P-256 signatures and checks `verifies` for each request.
  static std::expected<std::unique_ptr<Floor>, std::string> start(const Options& options, int signs,
                                                                  int verifies);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

 private:
  Floor() = default;
  faults::Home home_;
  std::optional<faults::Child> process_;
  std::uint16_t port_ = 0;
};

// One request with its head.
std::string request_bytes(std::string_view method, std::string_view target, std::uint16_t port,
                          std::string_view fields, std::string_view body = {});

}  // namespace lp::bench
