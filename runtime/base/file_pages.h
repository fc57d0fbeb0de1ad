// SPDX-License-Identifier: Apache-2.0
// Memory that only the program's start needed, or work that is over, given back to the system.
#pragma once

namespace sedge {

// Takes the pages of the program and its libraries that can be read from their files again (code
// and constants, nothing that was relocated or written) out of this process, and free blocks of
// malloc's heaps. What is still used comes back from the system's cache when it is touched, 64 KiB
// at a time, in a millisecond altogether. Does nothing to code while a debugger is attached: its
// breakpoints are written there. Any thread, while others run.
void ForgetFilePages();

// Whether a debugger is attached to this process; also when the system does not tell.
bool IsTraced();

}  // namespace sedge
