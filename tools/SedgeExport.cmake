# SPDX-License-Identifier: Apache-2.0
# What find_package(sedge) reads of an installed tree: the program as sedge::sedge, and the test
# fixtures (fixture/) as sedge::testing where they were built.
include(CMakePackageConfigHelpers)

set(_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sedge")
set(_library "${CMAKE_INSTALL_LIBDIR}/${CMAKE_STATIC_LIBRARY_PREFIX}sedge_fixture${CMAKE_STATIC_LIBRARY_SUFFIX}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/sedgeConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/sedgeConfig.cmake" INSTALL_DESTINATION "${_config_dir}" PATH_VARS _library)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/sedgeConfigVersion.cmake"
  VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/sedgeConfig.cmake" "${CMAKE_BINARY_DIR}/sedgeConfigVersion.cmake"
  DESTINATION "${_config_dir}")
install(EXPORT sedgeTargets NAMESPACE sedge:: DESTINATION "${_config_dir}")
if(TARGET sedge_fixture)
  install(EXPORT sedgeTestingTargets NAMESPACE sedge:: DESTINATION "${_config_dir}")
endif()
