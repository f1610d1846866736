// What is wrong with an installation, in one list: what the server knows of itself, and what only
// somebody on the machine can look at.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/administer.h"

namespace lp::cli {
namespace {

json::Value check(const std::string& name, const std::string& wrong) {
  auto value = json::Value::object();
  value.add("name", name).add("project", "").add("ok", wrong.empty()).add("detail", wrong);
  return value;
}

// What others can do with a directory that only its owner may enter.
std::string directory_wrong(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) {
    return fmt::format("{}: {}", path, std::strerror(errno));
  }
  if (!S_ISDIR(info.st_mode)) return path + " is no directory";
  if ((info.st_mode & 0077) != 0) {
    return fmt::format("{} has mode {:03o}: others can read it. chmod 700 {}", path,
                       info.st_mode & 0777, path);
  }
  if (info.st_uid != ::geteuid() && ::geteuid() != 0) {
    return fmt::format("{} belongs to another account than this one", path);
  }
  return {};
}

int examine(const AdminFlags& flags) {
  json::Array checks;
  checks.push_back(check("data_directory", directory_wrong(flags.place.data)));
  checks.push_back(check("secrets_directory", directory_wrong(flags.place.data + "/secrets")));
  AdminClient client(flags.place);
  const auto answer = client.get("/admin/checks");
  if (!answer) {
    // The reason stands in the list, so that what could be looked at is told all the same.
    checks.push_back(check("server", answer.error()));
  } else if (!answer->ok()) {
    checks.push_back(check("server", std::string(answer->sentence())));
  } else {
    const json::Value* found = answer->body().find("checks");
    if (found == nullptr || !found->is_array()) return fail("The server's answer has no checks.");
    for (const auto& item : found->items()) checks.push_back(item);
  }
  bool well = true;
  for (const auto& item : checks) {
    const json::Value* ok = item.find("ok");
    well = well && ok != nullptr && ok->is_boolean() && ok->as_boolean();
  }
  print_rows(checks, {"ok", "name", "project", "detail"}, flags.json);
  return well ? exit_ok : exit_error;
}

}  // namespace

void add_doctor(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<AdminFlags>();
  add_admin_command(app, "doctor", "Say what is wrong with this installation; 0 if nothing is",
                    flags, chosen, examine);
}

}  // namespace lp::cli
