# SPDX-License-Identifier: Apache-2.0
# cmake --install: bin/sedge, and what find_package(sedge) reads (SedgeExport.cmake). Where libnode is not the system's but was unpacked for the build, the
# installed tree carries it, because nothing else on that machine provides it.
include(GNUInstallDirs)

cmake_path(IS_PREFIX SEDGE_DEPS_DIR "${V8_LIBRARY}" NORMALIZE _libnode_is_unpacked)
if(_libnode_is_unpacked)
  set_target_properties(sedge PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/sedge")
  get_filename_component(_libnode_real "${V8_LIBRARY}" REALPATH)
  # Copied under the real name, which is the one that the binary asks for (its SONAME).
  install(FILES "${_libnode_real}" DESTINATION lib/sedge)
endif()
install(TARGETS sedge EXPORT sedgeTargets RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" OPTIONAL)
