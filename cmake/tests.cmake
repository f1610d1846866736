# How what only tests is compiled: quickly, for it is more than the half of all source files.

# lp_test_program(target [PRECOMPILED headers… | REUSES target]), as lp_precompile
function(lp_test_program target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # What they test is optimised and can be debugged; they themselves need not be.
    target_compile_options(${target} PRIVATE -O0 -g0 -U_FORTIFY_SOURCE)
  endif()
  lp_precompile(${target} ${ARGN})
endfunction()
