find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
find_program(BROTLI brotli REQUIRED)

# lp_embed_assets(target directory)
# Compiles the files of a built web directory into the target: net::embedded_table() then lists
# them. The directory may be missing (then the table is empty) and may appear or change later; the
# next build notices.
function(lp_embed_assets target directory)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_assets)
  set(generator ${CMAKE_SOURCE_DIR}/tools/embed_assets.py)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*)
  # Names are part of the result: a file that is gone must make it anew as well.
  string(SHA256 names "${files}")
  file(CONFIGURE OUTPUT ${output}/names CONTENT "${names}\n")
  add_custom_command(
    OUTPUT ${output}/assets.bin ${output}/assets_data.S ${output}/assets_table.cpp
    COMMAND ${Python3_EXECUTABLE} ${generator} ${directory} ${output}
    DEPENDS ${generator} ${output}/names ${files}
    COMMENT "Embedding ${directory}"
    VERBATIM)
  # .incbin looks in the include directories; the blob is nothing that a scan would find.
  set_source_files_properties(${output}/assets_data.S PROPERTIES
    OBJECT_DEPENDS ${output}/assets.bin
    INCLUDE_DIRECTORIES ${output})
  target_sources(${target} PRIVATE ${output}/assets_data.S ${output}/assets_table.cpp)
endfunction()
