# Headers that are read once for all files of a target.

# What a precompiled header holds was read from many headers, so ccache would miss in each new
# checkout, whose paths it names. Beside it stands a hash of what was read, which ccache takes
# instead.
if(CCACHE)
  set(precompiling_launcher
    ${CMAKE_COMMAND} -E env ${ccache_variables} CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CMAKE_SOURCE_DIR}/cmake/precompile ${CCACHE})
endif()

# lp_precompile(target [PRECOMPILED headers… | REUSES target])
# PRECOMPILED: read once for all files of the target, which include them none the less; or REUSES
# those of another.
function(lp_precompile target)
  cmake_parse_arguments(arg "" "REUSES" "PRECOMPILED" ${ARGN})
  # Not in the presets dev and coverage: there a file shows that does not include what it uses.
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    return()
  endif()
  if(arg_PRECOMPILED)
    target_precompile_headers(${target} PRIVATE ${arg_PRECOMPILED})
  elseif(arg_REUSES)
    target_precompile_headers(${target} REUSE_FROM ${arg_REUSES})
  else()
    return()
  endif()
  if(CCACHE)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "${precompiling_launcher}")
  endif()
endfunction()
