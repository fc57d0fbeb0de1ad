# SPDX-License-Identifier: Apache-2.0
# V8::V8 from Debian's libnode-dev, installed or unpacked below SEDGE_DEPS_DIR. The unpacked one comes
# first: it is there only where another vendor's nodejs owns /usr/include/node.
find_path(V8_INCLUDE_DIR v8.h PATHS "${SEDGE_DEPS_DIR}/usr/include/node" /usr/include/node NO_DEFAULT_PATH)
find_library(V8_LIBRARY NAMES node
  PATHS "${SEDGE_DEPS_DIR}/usr/lib" /usr/lib PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
# The inspector's header is among those of the sources.
find_path(V8_INSPECTOR_INCLUDE_DIR v8-inspector.h
  PATHS "${V8_INCLUDE_DIR}" "${V8_INCLUDE_DIR}/../nodejs/deps/v8/include" NO_DEFAULT_PATH)
if(V8_INCLUDE_DIR)
  file(STRINGS "${V8_INCLUDE_DIR}/v8-version.h" _v8_lines REGEX "#define V8_(MAJOR|MINOR|BUILD)_")
  foreach(part MAJOR MINOR BUILD)
    string(REGEX MATCH "V8_${part}_[A-Z]+ ([0-9]+)" _ "${_v8_lines}")
    set(_v8_${part} "${CMAKE_MATCH_1}")
  endforeach()
  set(V8_VERSION "${_v8_MAJOR}.${_v8_MINOR}.${_v8_BUILD}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(V8 REQUIRED_VARS V8_LIBRARY V8_INCLUDE_DIR V8_INSPECTOR_INCLUDE_DIR VERSION_VAR V8_VERSION
  REASON_FAILURE_MESSAGE "install Debian's libnode-dev, and where another vendor's nodejs is installed, run tools/deps.sh")
if(V8_FOUND AND NOT TARGET V8::V8)
  # libnode-dev and libnode must be of one build: a header of another V8 compiles and then crashes.
  get_filename_component(_v8_real "${V8_LIBRARY}" REALPATH)
  file(STRINGS "${_v8_real}" _v8_in_library REGEX "^${_v8_MAJOR}\\.${_v8_MINOR}\\.${_v8_BUILD}\\.[0-9]+-node" LIMIT_COUNT 1)
  if(NOT _v8_in_library)
    message(FATAL_ERROR "V8's headers in ${V8_INCLUDE_DIR} are ${V8_VERSION}, but ${_v8_real} is another version: "
      "another vendor's nodejs owns the headers. Run tools/deps.sh, which unpacks Debian's pair into ${SEDGE_DEPS_DIR}.")
  endif()
  get_filename_component(V8_LIBRARY_DIR "${V8_LIBRARY}" DIRECTORY)
  add_library(V8::V8 SHARED IMPORTED)
  set_target_properties(V8::V8 PROPERTIES IMPORTED_LOCATION "${_v8_real}"
    INTERFACE_INCLUDE_DIRECTORIES "${V8_INCLUDE_DIR}")
endif()
