# What is installed where, and the Debian package, which packaging/build-deb makes.
include(GNUInstallDirs)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
set(packaging ${CMAKE_SOURCE_DIR}/packaging)
set(pages ${CMAKE_BINARY_DIR}/pages)
set(doc ${CMAKE_INSTALL_DATADIR}/doc/letsping)

file(MAKE_DIRECTORY ${pages})
add_custom_command(
  OUTPUT ${pages}/letsping.1.gz ${pages}/letsping
  COMMAND ${Python3_EXECUTABLE} -B ${packaging}/help_pages.py $<TARGET_FILE:letsping>
    ${PROJECT_VERSION} man ${pages}/letsping.1.gz
  COMMAND ${Python3_EXECUTABLE} -B ${packaging}/help_pages.py $<TARGET_FILE:letsping>
    ${PROJECT_VERSION} bash ${pages}/letsping
  DEPENDS letsping ${packaging}/help_pages.py
  COMMENT "Writing the man page and the shell completion"
  VERBATIM)
add_custom_command(
  OUTPUT ${pages}/changelog.gz ${pages}/CHANGELOG.md.gz
  COMMAND gzip -9nc ${packaging}/deb/changelog > ${pages}/changelog.gz
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${pages}/CHANGELOG.md.gz
  DEPENDS ${packaging}/deb/changelog ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  VERBATIM)
add_custom_target(packaged ALL
  DEPENDS letsping letsping-verify ${pages}/letsping.1.gz ${pages}/letsping ${pages}/changelog.gz
    ${pages}/CHANGELOG.md.gz)

install(TARGETS letsping RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# What `letsping verify` starts, and who wants to carry it elsewhere takes.
install(TARGETS letsping-verify RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/letsping)
install(FILES ${packaging}/systemd/letsping.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/config/letsping.toml DESTINATION /etc/letsping)
install(FILES ${pages}/letsping.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/letsping DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${packaging}/deb/copyright ${pages}/changelog.gz ${pages}/CHANGELOG.md.gz
  DESTINATION ${doc})
install(FILES ${packaging}/deb/lintian-overrides
  DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME letsping)
install(FILES ${packaging}/systemd/network.conf ${packaging}/systemd/letsping-signer.service
  ${packaging}/systemd/with-signer.conf DESTINATION ${doc}/examples)
install(FILES ${packaging}/nginx/letsping.conf DESTINATION ${doc}/examples/nginx)
install(DIRECTORY ${packaging}/policies DESTINATION ${doc}/examples)
install(DIRECTORY docs/operations docs/reference docs/security DESTINATION ${doc}/docs)
install(DIRECTORY spec DESTINATION ${doc})
# The licences of what the dashboard is built from, and of what is compiled in from headers; that of
# Boost asks for no notice beside a program.
install(FILES web/dist/licenses.txt DESTINATION ${doc}/licenses RENAME dashboard)
foreach(headers libcli11-dev libfmt-dev libtomlplusplus-dev)
  install(FILES /usr/share/doc/${headers}/copyright DESTINATION ${doc}/licenses RENAME ${headers})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME letsping)
set(CPACK_PACKAGE_VENDOR "LetsPing")
set(CPACK_PACKAGE_CONTACT "LetsPing maintainers <maintainers@letsping.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "where people approve what AI agents are about to do")
set(CPACK_PACKAGE_DESCRIPTION
"An agent asks, a person decides in the browser, the agent goes on with exactly
what was approved. Payloads are encrypted between the two. Every request and
every decision becomes a signed statement in an append-only log that others can
verify.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
# Webhooks over TLS are checked against these.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${packaging}/deb/conffiles ${packaging}/deb/postinst ${packaging}/deb/prerm
  ${packaging}/deb/postrm)
include(CPack)
