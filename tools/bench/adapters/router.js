// SPDX-License-Identifier: Apache-2.0
// In front of many workers on workerd, which has no routes of its own: /wN/... goes to the service that is bound as wN.
export default {
  fetch(request, env) {
    const { url } = request;
    const start = url.indexOf("/", 8) + 1;
    return env[url.slice(start, url.indexOf("/", start))].fetch(request);
  },
};
