// SPDX-License-Identifier: Apache-2.0
// The packaged RocksDB is not built for ThreadSanitizer, which therefore sees its memory accesses
// (in memcpy and the like) without the atomics that order them. Only accesses of our own code
// count. Its search for deadlocks ends the process at the 65th lock of a thread; deleting a
// namespace holds all 64 stripes and the registry's.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options();

extern "C" const char* __tsan_default_options() {
  return "ignore_noninstrumented_modules=1:detect_deadlocks=0";
}
