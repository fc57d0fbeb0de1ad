// SPDX-License-Identifier: Apache-2.0
// The worker of tests that need none.
export default {
  fetch() {
    return new Response("no worker");
  },
};
