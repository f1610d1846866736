# Several source files as one: what they include and instantiate alike is compiled once.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(together_size 8)

# lp_together(result target [ALONE files…] FILES files…)
# Sets `result` to the sources that `target` is to have instead of FILES (paths relative to the
# current source directory). ALONE are those with compile definitions of their own.
function(lp_together result target)
  cmake_parse_arguments(arg "" "" "FILES;ALONE" ${ARGN})
  set(files ${arg_FILES})
  # Not in the presets dev and coverage: there a file shows that leans on another.
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(${result} ${files} PARENT_SCOPE)
    return()
  endif()
  set(alone ${files})
  list(FILTER alone EXCLUDE REGEX "\\.cpp$")
  list(FILTER files INCLUDE REGEX "\\.cpp$")
  foreach(file ${arg_ALONE})
    if(file IN_LIST files)
      list(REMOVE_ITEM files ${file})
      list(APPEND alone ${file})
    endif()
  endforeach()
  list(LENGTH files length)
  if(length EQUAL 0)
    set(${result} ${alone} PARENT_SCOPE)
    return()
  endif()
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(absolute ${files})
  list(TRANSFORM absolute PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  list(TRANSFORM files PREPEND ${folder}/)
  set(divide ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/cmake/together.py)
  execute_process(COMMAND ${divide} count ${CMAKE_SOURCE_DIR} ${together_size} ${files}
    OUTPUT_VARIABLE count OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  math(EXPR last "${count} - 1")
  set(to ${CMAKE_CURRENT_BINARY_DIR}/together/${target})
  foreach(n RANGE ${last})
    list(APPEND groups ${to}_${n}.cpp)
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/together)
  add_custom_command(
    OUTPUT ${groups}
    COMMAND ${divide} write ${CMAKE_SOURCE_DIR} ${to} ${count} ${files}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/together.py ${absolute}
    COMMENT "Dividing the files of ${target}"
    VERBATIM)
  # A variable of one file hides those of another that it has nothing to do with.
  set_source_files_properties(${groups} PROPERTIES
    INCLUDE_DIRECTORIES ${CMAKE_SOURCE_DIR} COMPILE_OPTIONS -Wno-shadow)
  set(${result} ${alone} ${groups} PARENT_SCOPE)
endfunction()
