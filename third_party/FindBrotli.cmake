# SPDX-License-Identifier: Apache-2.0
# Brotli::Encoder and Brotli::Decoder from Debian's libbrotli-dev.
find_path(Brotli_INCLUDE_DIR brotli/encode.h)
find_library(Brotli_ENCODER_LIBRARY NAMES brotlienc)
find_library(Brotli_DECODER_LIBRARY NAMES brotlidec)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Brotli
  REQUIRED_VARS Brotli_ENCODER_LIBRARY Brotli_DECODER_LIBRARY Brotli_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libbrotli-dev, or run tools/deps.sh")
if(Brotli_FOUND AND NOT TARGET Brotli::Encoder)
  foreach(part ENCODER DECODER)
    string(SUBSTRING ${part} 0 1 _initial)
    string(SUBSTRING ${part} 1 -1 _rest)
    string(TOLOWER ${_rest} _rest)
    set(_target "Brotli::${_initial}${_rest}")
    add_library(${_target} UNKNOWN IMPORTED)
    set_target_properties(${_target} PROPERTIES IMPORTED_LOCATION "${Brotli_${part}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${Brotli_INCLUDE_DIR}")
  endforeach()
endif()
