# SPDX-License-Identifier: Apache-2.0
# Sqlite3::Sqlite3 from Debian's libsqlite3-dev.
find_path(Sqlite3_INCLUDE_DIR sqlite3.h)
find_library(Sqlite3_LIBRARY NAMES sqlite3)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Sqlite3
  REQUIRED_VARS Sqlite3_LIBRARY Sqlite3_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install libsqlite3-dev, or run tools/deps.sh")
if(Sqlite3_FOUND AND NOT TARGET Sqlite3::Sqlite3)
  add_library(Sqlite3::Sqlite3 UNKNOWN IMPORTED)
  set_target_properties(Sqlite3::Sqlite3 PROPERTIES IMPORTED_LOCATION "${Sqlite3_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Sqlite3_INCLUDE_DIR}")
endif()
