# SPDX-License-Identifier: Apache-2.0
# RocksDb::RocksDb from Debian's librocksdb-dev.
find_path(RocksDb_INCLUDE_DIR rocksdb/db.h)
find_library(RocksDb_LIBRARY NAMES rocksdb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDb REQUIRED_VARS RocksDb_LIBRARY RocksDb_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "install librocksdb-dev, or run tools/deps.sh")
if(RocksDb_FOUND AND NOT TARGET RocksDb::RocksDb)
  add_library(RocksDb::RocksDb UNKNOWN IMPORTED)
  set_target_properties(RocksDb::RocksDb PROPERTIES IMPORTED_LOCATION "${RocksDb_LIBRARY}"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${RocksDb_INCLUDE_DIR}"
    INTERFACE_INCLUDE_DIRECTORIES "${RocksDb_INCLUDE_DIR}")
endif()
