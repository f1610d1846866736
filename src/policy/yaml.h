// The part of YAML that reads the same to everybody (node.h says which).

#pragma once

#include <expected>
#include <string_view>

#include "policy/node.h"

namespace lp::policy {

// `text` is well-formed UTF-8 of at most text_bytes_max.
std::expected<Node, Problem> read_yaml(std::string_view text);

}  // namespace lp::policy
