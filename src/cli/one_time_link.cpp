#include "cli/one_time_link.h"

#include <fmt/core.h>

namespace lp::cli {

void add_link_flags(Command& app, LinkFlags& flags) {
  add_place(app, flags);
  app.add_option("--url", flags.url, "Where the server is reached when it cannot tell")
      ->capture_default_str();
  app.add_flag("--json", flags.json, "Print JSON {url, expires_at}");
}

int print_link(const LinkFlags& flags, const Answer& made, std::string_view page) {
  const std::string_view base = made.body().find_string("url").value_or("");
  const std::string url = fmt::format("{}/{}#t={}", base.empty() ? flags.url : base, page,
                                      made.body().find_string("token").value_or(""));
  if (flags.json) {
    auto link = json::Value::object();
    link.add("url", url).add("expires_at", made.body().find_string("expires_at").value_or(""));
    print_object(link, true);
  } else {
    fmt::print("{}\n", url);
  }
  return exit_ok;
}

}  // namespace lp::cli
