# Compiler, linker and the flags of every target.

# g++ 12 miscompiles everyday coroutine forms (double frees in a capturing lambda, an aggregate or a
# ?: temporary inside a co_await expression), so only clang is accepted.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "letsping builds with clang 19 or newer (found ${CMAKE_CXX_COMPILER_ID} "
    "${CMAKE_CXX_COMPILER_VERSION}); g++ 12 miscompiles coroutines. Use a preset: "
    "cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
  # BASEDIR and NOHASHDIR let a second clone of the tree hit the cache of the first. DEPEND takes
  # the included files from what the compiler writes for ninja, and spares a preprocessor run each.
  set(ccache_variables CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1)
  set(launcher ${CMAKE_COMMAND} -E env ${ccache_variables} ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wthread-safety -Wimplicit-fallthrough
  -Wswitch-enum -Wunused-result -Wno-unused-command-line-argument
  # A member that a designated initializer leaves out has its default: that is what they are for.
  -Wno-missing-designated-field-initializers)
option(LP_WERROR "Treat warnings as errors" ON)
if(LP_WERROR)
  add_compile_options(-Werror)
endif()

# The source directory leaves no trace in the binary: builds in two places are the same bytes.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

set(LP_SANITIZE "" CACHE STRING "address,undefined | thread | fuzzer-no-link,address,undefined")
if(LP_SANITIZE)
  add_compile_options(-fsanitize=${LP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LP_SANITIZE})
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
  # Asserts stay on in release: LP_ASSERT does not look at NDEBUG.
  add_compile_options(
    -D_GLIBCXX_ASSERTIONS -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
    -fcf-protection -ftrivial-auto-var-init=zero)
  # The program keeps to a shadow stack, and says so although Debian's start files do not.
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,shstk)
endif()

option(LP_COVERAGE "Instrument for llvm-cov" OFF)
if(LP_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
