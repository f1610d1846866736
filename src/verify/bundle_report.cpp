// A bundle's verdict in words and in JSON.

#include "base/visible.h"
#include "json/write.h"
#include "verify/bundle_check.h"

namespace lp::verify {

json::Value BundleReport::to_json() const {
  auto value = json::Value::object();
  value.add("verdict", evidence::to_string(verdict));
  if (fault) {
    if (!fault->member.empty()) value.add("member", fault->member);
    value.add_if("index", fault->index);
    value.add("why", fault->why);
  }
  if (manifest) {
    value.add("origin", manifest->origin)
        .add("first", manifest->first)
        .add("end", manifest->end)
        .add("size", manifest->size)
        .add("root", manifest->root.hex());
  }
  value.add("log", evidence::to_string(log)).add_if("event", event);
  return value.add("entries", entries).add("receipts", receipts).add("erased", erased);
}

std::string BundleReport::text() const {
  std::string text(evidence::to_string(verdict));
  if (fault) {
    text += "  ";
    if (!fault->member.empty()) text += visible(fault->member) + ": ";
    if (fault->index) text += "entry " + std::to_string(*fault->index) + ": ";
    text += visible(fault->why);
  }
  if (manifest) {
    text += "\nlog       " + visible(manifest->origin);
    text += "\nentries   " + std::to_string(manifest->first) + " to " +
            std::to_string(manifest->end) + " (without it) of " + std::to_string(manifest->size);
  }
  text += "\nchecked   " + std::to_string(entries) + " entries, " + std::to_string(receipts) +
          " receipts of people";
  if (erased > 0) text += ", " + std::to_string(erased) + " erased";
  if (log >= evidence::LogLevel::logged) {
    text += "\nproof     " + std::string(evidence::to_string(log)) + ": " +
            std::string(evidence::demand_name(log));
  }
  if (event) text += "\nexported  entry " + std::to_string(*event) + " of the log says so";
  if (verdict == evidence::Finding::valid) {
    text +=
        "\nThese are the entries that stood in the log when its checkpoint was signed, all of "
        "them and unchanged. What came later is not known here.";
  }
  return text;
}

}  // namespace lp::verify
