// SPDX-License-Identifier: Apache-2.0
// A proxy that changes nothing: what nginx's proxy_pass does.
export default {
  fetch(request) {
    return fetch(request);
  },
};
