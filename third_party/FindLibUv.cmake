# SPDX-License-Identifier: Apache-2.0
# LibUv::LibUv from Debian's libuv1-dev.
find_path(LibUv_INCLUDE_DIR uv.h)
find_library(LibUv_LIBRARY NAMES uv)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibUv REQUIRED_VARS LibUv_LIBRARY LibUv_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libuv1-dev, or run tools/deps.sh")
if(LibUv_FOUND AND NOT TARGET LibUv::LibUv)
  add_library(LibUv::LibUv UNKNOWN IMPORTED)
  set_target_properties(LibUv::LibUv PROPERTIES IMPORTED_LOCATION "${LibUv_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LibUv_INCLUDE_DIR}")
endif()
