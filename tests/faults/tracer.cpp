#include "tracer.h"

#include <csignal>
#include <fstream>
#include <utility>

namespace lp::faults {
namespace {

constexpr int patience_ms = 30'000;
constexpr const char* text_bytes = "96";  // enough for the first line of a request

}  // namespace

std::optional<std::string> no_tracing() {
  const auto tried = run({.words = {"strace", "-f", "-o", "/dev/null", "true"}, .log = {}});
  if (tried) return std::nullopt;
  return "strace cannot trace here: " + tried.error();
}

std::vector<std::string> traced_start(const std::string& output, const std::string& calls,
                                      const std::string& injection) {
  return {"strace",
          "-D",
          "-f",
          "-qq",
          "-y",
          "-o",
          output,
          "-e",
          "trace=" + calls,
          "-e",
          "inject=" + injection};
}

std::expected<Tracer, std::string> Tracer::attach(pid_t process, const std::string& output,
                                                  const std::string& calls,
                                                  const std::string& injection) {
  Command command{.words = {"strace", "-f", "-y", "-s", text_bytes, "-p", std::to_string(process),
                            "-o", output, "-e", "trace=" + calls},
                  .log = {},
                  .read_errors = true};
  if (!injection.empty()) {
    command.words.emplace_back("-e");
    command.words.push_back("inject=" + injection);
  }
  auto child = Child::start(command);
  if (!child) return std::unexpected(child.error());
  const auto line = child->line(patience_ms);
  if (!line || !line->contains(" attached")) {
    return std::unexpected("strace does not attach: " + line.value_or("no word"));
  }
  return Tracer(*std::move(child));
}

void Tracer::detach() {
  child_.signal(SIGTERM);
  child_.wait(patience_ms);
}

std::optional<std::string> injected(const std::string& output) {
  std::ifstream file(output);
  for (std::string line; std::getline(file, line);) {
    if (line.contains("(INJECTED)")) return line;
  }
  return std::nullopt;
}

}  // namespace lp::faults
