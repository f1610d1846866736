// Any bytes as a statement or a leaf: what is read is what would have been written.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "evidence/leaf.h"
#include "evidence/statement.h"
#include "json/parse.h"

namespace {

void check_leaf(std::string_view bytes) {
  const auto leaf = lp::evidence::read_leaf(bytes);
  if (!leaf) return;
  LP_ASSERT(leaf->der_signature.has_value() == leaf->issuer_spki.has_value());
  const std::string again =
      leaf->der_signature ? lp::evidence::signed_leaf(leaf->statement_sha256, *leaf->der_signature,
                                                      *leaf->issuer_spki)
                          : lp::evidence::unsigned_leaf(leaf->statement_sha256);
  LP_ASSERT(again == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_leaf(bytes);
  const auto statement = lp::evidence::read_statement(bytes);
  if (!statement) return 0;
  LP_ASSERT(size % 256 == 0 && !statement->stream.id.empty());
  const auto document = lp::json::parse(std::string(bytes));
  const auto salt = document->root.find("predicate")->find_string("salt");
  LP_ASSERT(statement->bytes(*lp::from_base64(*salt)) == bytes);
  return 0;
}
