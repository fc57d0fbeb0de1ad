// SPDX-License-Identifier: Apache-2.0
// One of many in a process: says which.
export default {
  async fetch(request, env) {
    return new Response(`worker ${env.NUMBER}`);
  },
};
