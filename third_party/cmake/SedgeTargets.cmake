# SPDX-License-Identifier: Apache-2.0
# How targets of this project are made: one place for warnings, sanitizers and test registration.

find_program(SEDGE_CCACHE ccache)
if(SEDGE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${SEDGE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SEDGE_CCACHE}")
endif()

# Where tools/deps.sh unpacks what the package manager could not install.
set(SEDGE_DEPS_DIR "${CMAKE_SOURCE_DIR}/build/deps" CACHE PATH "Prefix of unpacked dependencies")

add_library(sedge_options INTERFACE)
# GCC 12 warns of overlaps that are none when it inlines std::string's operator+ (GCC bug 105651).
target_compile_options(sedge_options INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wno-unused-parameter;-Wnon-virtual-dtor;-Woverloaded-virtual>
  $<$<AND:$<BOOL:${SEDGE_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
# What GCC's optimiser guesses differs from release to release (13 and 14 see overflows in libstdc++'s own
# copies): shown, but no reason for a build to fail.
target_compile_options(sedge_options INTERFACE
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-error=stringop-overflow;-Wno-error=array-bounds;-Wno-error=maybe-uninitialized>")
target_include_directories(sedge_options INTERFACE "${CMAKE_SOURCE_DIR}")
if(SEDGE_SANITIZE)
  target_compile_options(sedge_options INTERFACE -fsanitize=${SEDGE_SANITIZE} -fno-omit-frame-pointer)
  if(NOT SEDGE_SANITIZE STREQUAL "thread")
    # libnode.so is built without RTTI: objects that it makes (shared_ptr's control blocks among them) would
    # fail the check of their type.
    target_compile_options(sedge_options INTERFACE -fno-sanitize-recover=all -fno-sanitize=vptr)
  endif()
  target_link_options(sedge_options INTERFACE -fsanitize=${SEDGE_SANITIZE})
endif()

# sedge_library(NAME SOURCES... [LIBS targets...]): a layer. LIBS are public: they are its arrows.
function(sedge_library name)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC sedge_options ${ARG_LIBS})
endfunction()

# sedge_builtins(FILES...): JavaScript that goes into the startup snapshot. Its id is the path below
# runtime/ without web/ and .js.
function(sedge_builtins)
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    set_property(GLOBAL APPEND PROPERTY SEDGE_BUILTINS "${file}")
  endforeach()
endfunction()

# sedge_test(NAME SOURCES... [LIBS targets...] [LABELS labels...] [TIMEOUT seconds]): a GoogleTest program.
function(sedge_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LIBS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE sedge_options ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
