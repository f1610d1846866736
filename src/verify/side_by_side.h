// The same work for each of many items, on all processors that this process may use.

#pragma once

#include <cstddef>
#include <functional>

namespace lp::verify {

// Calls `work` once with each of 0 … count - 1, several at a time and in no order; back when all
// are done. `work` changes nothing that another item looks at.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace lp::verify
