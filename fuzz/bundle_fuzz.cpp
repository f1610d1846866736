// Any bytes as the parts of a bundle: what is read has one text, and that is it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "evidence/bundle.h"
#include "evidence/tar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string line = std::string(bytes) + "\n";
  if (const auto member = lp::evidence::TarMember::parse(bytes)) {
    LP_ASSERT(member->header() == bytes);
  }
  if (const auto record = lp::evidence::BundleRecord::parse(bytes)) {
    LP_ASSERT(record->line() == line);
  }
  if (const auto roster = lp::evidence::read_roster_line(bytes)) {
    LP_ASSERT(lp::evidence::roster_line(*roster) == line);
  }
  if (const auto document = lp::evidence::read_document_line(bytes)) {
    LP_ASSERT(lp::evidence::document_line(*document) == line);
  }
  return 0;
}
