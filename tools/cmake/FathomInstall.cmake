# What `cmake --install` puts where, in two components: `runtime` runs models
# and links no LLVM, `compiler` makes them.
#
#   bin/fathom             the command, with every verb that runs models
#   libexec/fathom/        fathom-compile, which bin/fathom finds from where it is
#   lib/libfathom.so.0     the C API, with include/fathom/fathom.h
#   lib/cmake/Fathom, lib/pkgconfig/fathom.pc
#   share/                 man pages, completions
include(CMakePackageConfigHelpers)

set(FATHOM_LIBEXECDIR ${CMAKE_INSTALL_LIBEXECDIR}/fathom)

install(TARGETS fathom COMPONENT runtime
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(FATHOM_BUILD_COMPILER)
  # Debian keeps the libraries of each LLVM in a folder of their own.
  set_target_properties(fathom-compile fathom-opt PROPERTIES
    INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS fathom-compile COMPONENT compiler
          RUNTIME DESTINATION ${FATHOM_LIBEXECDIR})
  install(TARGETS fathom-opt COMPONENT compiler
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(TARGETS libfathom EXPORT FathomTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime
                NAMELINK_COMPONENT runtime)
install(FILES ${PROJECT_SOURCE_DIR}/runtime/api/fathom.h COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fathom)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(FATHOM_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/Fathom)
install(EXPORT FathomTargets NAMESPACE Fathom:: COMPONENT runtime
        DESTINATION ${FATHOM_CMAKEDIR})
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/tools/cmake/FathomConfig.cmake.in
  ${PROJECT_BINARY_DIR}/FathomConfig.cmake
  INSTALL_DESTINATION ${FATHOM_CMAKEDIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/FathomConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/FathomConfig.cmake
              ${PROJECT_BINARY_DIR}/FathomConfigVersion.cmake
        COMPONENT runtime DESTINATION ${FATHOM_CMAKEDIR})

# Relative to the file, so that the tree can be moved.
file(RELATIVE_PATH FATHOM_PC_PREFIX
     /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/tools/cmake/fathom.pc.in
               ${PROJECT_BINARY_DIR}/fathom.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/fathom.pc COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Man pages and completions, as the build wrote them.
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ COMPONENT runtime
        DESTINATION ${CMAKE_INSTALL_DATADIR}
        PATTERN fathom-compile.1 EXCLUDE)
if(FATHOM_BUILD_COMPILER)
  install(FILES ${PROJECT_BINARY_DIR}/share/man/man1/fathom-compile.1 COMPONENT compiler
          DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
