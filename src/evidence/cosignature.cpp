#include "evidence/cosignature.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "evidence/members.h"
#include "evidence/remembered.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::evidence {
namespace {

using namespace std::string_view_literals;

std::optional<Cosignature> read_one(const json::Value& item) {
  if (!item.is_object()) return std::nullopt;
  Members members(item);
  Cosignature one{.member = members.text("member"),
                  .spki = members.binary("spki"),
                  .signature = members.binary("signature")};
  return members.complete() ? std::optional(std::move(one)) : std::nullopt;
}

}  // namespace

json::Value Cosignature::to_json() const {
  auto value = json::Value::object();
  value.add("member", member).add("signature", base64(signature)).add("spki", base64(spki));
  return value;
}

std::optional<std::vector<Cosignature>> read_cosignatures(const RosterEntry& entry) {
  std::vector<Cosignature> read;
  if (entry.cosigned.size() > cosignatures_max) return std::nullopt;
  // Who has no key yet counts for nothing, so there is nothing to vouch for.
  if (!entry.cosigned.empty() && !entry.has_key()) return std::nullopt;
  for (const json::Value& item : entry.cosigned) {
    auto one = read_one(item);
    if (!one || one->member == entry.member || one->spki == entry.spki) return std::nullopt;
    if (!read.empty() && read.back().spki >= one->spki) return std::nullopt;
    read.push_back(*std::move(one));
  }
  return read;
}

std::string cosignature_bytes(std::string_view origin, const RosterEntry& entry,
                              std::string_view cosigner) {
  RosterEntry plain = entry;
  plain.cosigned.clear();
  auto body = json::Value::object();
  body.add("cosigner", cosigner)
      .add("entry", json::parse(plain.bytes())->root)
      .add("origin", origin);
  std::string bytes("lp-cosign/1\0"sv);
  bytes += json::canonical(body);
  return bytes;
}

void add_cosignature(RosterEntry& entry, const Cosignature& cosignature) {
  const auto after = std::ranges::find_if(entry.cosigned, [&](const json::Value& item) {
    return from_base64(item.find_string("spki").value_or("")) > cosignature.spki;
  });
  entry.cosigned.insert(after, cosignature.to_json());
}

std::vector<RosterEntry> without_cosignatures(std::vector<RosterEntry> entries) {
  for (RosterEntry& entry : entries) entry.cosigned.clear();
  return entries;
}

bool cosignatures_hold(const RosterEntry& entry, std::string_view origin) {
  const auto cosigned = read_cosignatures(entry);
  return cosigned && std::ranges::all_of(*cosigned, [&](const Cosignature& one) {
           return remembered_p256(one.spki, cosignature_bytes(origin, entry, one.member),
                                  one.signature);
         });
}

bool Owners::follow(const RosterHead& head, const std::vector<RosterEntry>& entries) {
  for (const RosterEntry& entry : entries) {
    if (std::ranges::find(head.owners, entry.spki) == head.owners.end()) continue;
    member_of_.insert_or_assign(entry.spki, entry.member);
  }
  return std::ranges::all_of(entries, [&](const RosterEntry& entry) {
    const auto cosigned = read_cosignatures(entry);
    return cosigned && std::ranges::all_of(*cosigned, [&](const Cosignature& one) {
             const auto owner = member_of_.find(one.spki);
             return owner != member_of_.end() && owner->second == one.member;
           });
  });
}

}  // namespace lp::evidence
