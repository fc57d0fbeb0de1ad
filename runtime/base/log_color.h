// SPDX-License-Identifier: Apache-2.0
// SetLogColor: whether the levels of text lines have the colours of a terminal. Once, before
// threads start; default: no.
#pragma once

namespace sedge {

void SetLogColor(bool color);

}  // namespace sedge
