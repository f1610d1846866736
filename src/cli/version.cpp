#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "net/assets.h"

namespace lp::cli {
namespace {

int version(bool as_json) {
  const auto assets = net::embedded_assets();
  auto object = json::Value::object();
  object.add("version", LP_VERSION)
      .add("assets_sha256", assets->manifest_sha256())
      .add("import_map", assets->import_map_hash());
  if (as_json) {
    print_object(object, true);
  } else {
    fmt::print("letsping {}\n", LP_VERSION);
  }
  return exit_ok;
}

}  // namespace

void add_version(Command& app, Chosen& chosen) {
  auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("version", "Print the version");
  command->add_flag("--json", *as_json, "With the hashes of the embedded dashboard");
  command->callback(
      [as_json, &chosen] { chosen.command = [as_json] { return version(*as_json); }; });
}

}  // namespace lp::cli
