#include "cli/test_approver.h"

#include "base/file.h"
#include "evidence/roster.h"

namespace lp::cli {
namespace {

constexpr std::size_t key_bytes_max = 4'096;

}  // namespace

std::expected<TestApprover, std::string> test_approver(AdminClient& client) {
  const auto der = read_secret_file(client.place().test_approver(), key_bytes_max);
  if (!der) {
    return std::unexpected(
        "There is no test approver here: it exists only in directories made with "
        "`letsping init --test`.");
  }
  auto key = crypto::P256Key::from_pkcs8(der->reveal());
  if (!key) return std::unexpected("The test approver's key is damaged.");
  const auto devices = client.get("/admin/devices");
  if (!devices) return std::unexpected(devices.error());
  const json::Value* rows = devices->body().find("devices");
  const std::string id = evidence::key_id(key->spki());
  for (const auto& device : rows == nullptr ? json::Array{} : rows->items()) {
    if (device.find_string("key") != id) continue;
    return TestApprover{*std::move(key), std::string(device.find_string("member").value_or(""))};
  }
  return std::unexpected("The test approver's key is not enrolled here.");
}

}  // namespace lp::cli
