// Any text through the JSON reader and respelling: what is read is written back as the same value,
// and each spelling is a fixed point of its writer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/raw.h"
#include "json/write.h"

namespace {

using lp::json::StringForm;
using lp::json::Value;

Value read_again(std::string text) {
  auto document = lp::json::parse(std::move(text));
  LP_ASSERT(document.has_value());
  return std::move(document->root);
}

void check_document(const lp::json::Document& document) {
  const Value& root = document.root;
  LP_ASSERT(lp::is_utf8(document.text));
  LP_ASSERT(read_again(std::string(document.source(root))) == root);
  LP_ASSERT(read_again(lp::json::compact(root)) == root);

  const std::string canonical = lp::json::canonical(root);
  LP_ASSERT(lp::json::canonical(read_again(canonical)) == canonical);
  const std::string javascript = lp::json::javascript(root);
  LP_ASSERT(lp::json::javascript(read_again(javascript)) == javascript);
  LP_ASSERT(lp::json::canonical(read_again(javascript)) == canonical);

  const std::string stripped = lp::json::strip_whitespace(document.text);
  LP_ASSERT(read_again(stripped) == root);
  LP_ASSERT(lp::json::restring(stripped, StringForm::javascript) == lp::json::compact(root));
  const std::string python = lp::json::restring(document.text, StringForm::python_ascii);
  LP_ASSERT(read_again(python) == root);
  LP_ASSERT(lp::json::restring(python, StringForm::python_ascii) == python);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = lp::json::parse(std::string(text));
  if (document) {
    check_document(*document);
  } else {
    LP_ASSERT(document.error().offset <= size);
    LP_ASSERT(!lp::json::to_string(document.error().fault).empty());
  }

  const std::string stripped = lp::json::strip_whitespace(text);
  LP_ASSERT(lp::json::strip_whitespace(stripped) == stripped);
  for (const StringForm form : {StringForm::python_ascii, StringForm::javascript}) {
    static_cast<void>(lp::json::restring(text, form));
  }
  read_again(lp::json::quote(text));
  return 0;
}
