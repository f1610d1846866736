find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
find_package(OpenSSL REQUIRED)

# What most files include.
set(standard <algorithm> <chrono> <expected> <functional> <map> <memory> <mutex> <optional> <set>
  <string> <thread> <variant> <vector>)

# lp_module(name [USES ours…] [THIRD targets…] [HEADERS headers…] [TEST_THIRD targets…]
#           [TEST_HEADERS headers…] [ALONE files…] [EXCLUDE files…])
# One folder = one static library lp_<name> = one namespace lp::<name>. Every *.cpp of the folder
# (and of its subfolders) belongs to it, except *_test.cpp, which become the executable
# lp_<name>_test, run by ctest as unit.<name>. HEADERS are what most of its files include beside the
# system's, and TEST_HEADERS what most of its tests do: they are read once, and a change of them, or
# of what they include, compiles the whole module anew. ALONE are files with definitions of their
# own, which are not compiled together with others (lp_together).
function(lp_module name)
  cmake_parse_arguments(
    arg "" "" "USES;THIRD;HEADERS;TEST_THIRD;TEST_HEADERS;ALONE;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cpp *.S)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(arg_EXCLUDE)
    list(REMOVE_ITEM sources ${arg_EXCLUDE})
  endif()
  list(TRANSFORM arg_USES PREPEND lp_)
  if(sources)
    lp_together(sources lp_${name} ALONE ${arg_ALONE} FILES ${sources})
    add_library(lp_${name} STATIC ${sources})
    target_include_directories(lp_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(lp_${name} PUBLIC ${arg_USES} PRIVATE ${arg_THIRD})
    if(arg_HEADERS OR name STREQUAL "base")
      lp_precompile(lp_${name} PRECOMPILED ${standard} ${arg_HEADERS})
    else()
      lp_precompile(lp_${name} REUSES lp_base)
    endif()
  else()
    add_library(lp_${name} INTERFACE)
    target_include_directories(lp_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(lp_${name} INTERFACE ${arg_USES} ${arg_THIRD})
  endif()
  if(tests)
    lp_together(tests lp_${name}_test ALONE ${arg_ALONE} FILES ${tests})
    add_executable(lp_${name}_test ${tests})
    # The first module's tests read what those of any module need.
    set(headers REUSES lp_base_test)
    if(arg_TEST_HEADERS OR name STREQUAL "base")
      set(headers PRECOMPILED ${standard} <sstream> <gtest/gtest.h> ${arg_TEST_HEADERS})
    endif()
    lp_test_program(lp_${name}_test ${headers})
    target_link_libraries(lp_${name}_test PRIVATE
      lp_${name} ${arg_USES} ${arg_TEST_THIRD} GTest::gtest GTest::gtest_main)
    add_test(NAME unit.${name} COMMAND lp_${name}_test --gtest_brief=1)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit)
  endif()
endfunction()
