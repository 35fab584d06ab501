# Two Debian packages, made in the build folder by `cpack`:
#   fathom-runtime   runs models; links no LLVM
#   fathom-compiler  makes them, and depends on the first
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fathom)
set(CPACK_PACKAGE_CONTACT "The Fathom authors <fathom@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime)
if(FATHOM_BUILD_COMPILER)
  list(APPEND CPACK_COMPONENTS_ALL compiler)
endif()
set(CPACK_STRIP_FILES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME fathom-runtime)
set(CPACK_DEBIAN_COMPILER_PACKAGE_NAME fathom-compiler)
set(CPACK_DEBIAN_COMPILER_PACKAGE_DEPENDS
    "fathom-runtime (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
"runs reasoning models that were compiled ahead of time
The command 'fathom' with the verbs that run a compiled model, and the library
libfathom with its C API. Holds no compiler.")
set(CPACK_COMPONENT_COMPILER_DESCRIPTION
"compiles reasoning models ahead of time
The verb 'fathom compile', and fathom-opt to experiment with passes.")
include(CPack)
