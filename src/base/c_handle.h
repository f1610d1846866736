// A unique_ptr for what a C library hands out: CHandle<EVP_PKEY, EVP_PKEY_free>.

#pragma once

#include <memory>

namespace lp {

template <auto Release>
struct CRelease {
  template <typename T>
  void operator()(T* resource) const {
    Release(resource);
  }
};

template <typename T, auto Release>
using CHandle = std::unique_ptr<T, CRelease<Release>>;

}  // namespace lp
