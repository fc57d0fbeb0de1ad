# SPDX-License-Identifier: Apache-2.0
# Llhttp::Llhttp, always compiled into us with hidden symbols, because libnode.so exports its own,
# older llhttp: from the sources of Debian 12's node-llhttp, or the static library of libllhttp-dev.
set(_llhttp_roots "${SEDGE_DEPS_DIR}/usr" /usr)
find_path(Llhttp_SOURCE_DIR llhttp.c PATHS ${_llhttp_roots} PATH_SUFFIXES share/llhttp NO_DEFAULT_PATH)
find_path(Llhttp_INCLUDE_DIR NAMES llhttp.h llhttp/llhttp.h
  PATHS "${SEDGE_DEPS_DIR}/usr/share/include" /usr/share/include /usr/include NO_DEFAULT_PATH)
find_library(Llhttp_LIBRARY NAMES libllhttp.a)
include(FindPackageHandleStandardArgs)
if(Llhttp_SOURCE_DIR)
  find_package_handle_standard_args(Llhttp REQUIRED_VARS Llhttp_SOURCE_DIR Llhttp_INCLUDE_DIR)
else()
  find_package_handle_standard_args(Llhttp REQUIRED_VARS Llhttp_LIBRARY Llhttp_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "install node-llhttp or libllhttp-dev, or run tools/deps.sh")
endif()
if(Llhttp_FOUND AND NOT TARGET Llhttp::Llhttp)
  if(Llhttp_SOURCE_DIR)
    add_library(sedge_llhttp STATIC "${Llhttp_SOURCE_DIR}/llhttp.c" "${Llhttp_SOURCE_DIR}/api.c"
      "${Llhttp_SOURCE_DIR}/http.c")
    target_compile_options(sedge_llhttp PRIVATE -O2)
    target_compile_definitions(sedge_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
    target_include_directories(sedge_llhttp PUBLIC "${Llhttp_INCLUDE_DIR}" "${Llhttp_INCLUDE_DIR}/llhttp")
    add_library(Llhttp::Llhttp ALIAS sedge_llhttp)
  else()
    add_library(Llhttp::Llhttp STATIC IMPORTED)
    set_target_properties(Llhttp::Llhttp PROPERTIES IMPORTED_LOCATION "${Llhttp_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${Llhttp_INCLUDE_DIR}"
      INTERFACE_LINK_OPTIONS "LINKER:--exclude-libs,libllhttp.a")
  endif()
endif()
