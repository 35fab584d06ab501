# The front command: knows the verbs, links none of them.
fathom_add_program(fathom SRCS main.cc DEPS fathom_cli)
# The verbs' programs lie beside `fathom` where it was built, and in libexec
# where it was installed.
file(RELATIVE_PATH FATHOM_LIBEXEC /${CMAKE_INSTALL_BINDIR}
     /${CMAKE_INSTALL_LIBEXECDIR}/fathom)
target_compile_definitions(fathom PRIVATE FATHOM_LIBEXEC="${FATHOM_LIBEXEC}")
