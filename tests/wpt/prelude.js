// SPDX-License-Identifier: Apache-2.0
// What a test of web-platform-tests finds beside the interfaces under test: its own address, and URLs relative to it.
// Evaluated before testharness.js, as the body of a function; WPT_LOCATION and WPT_PATCH_URLS are put in by the runner.
const wptLocation = new URL(WPT_LOCATION);
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false };
const locationParts = {};
for (const part of ["href", "origin", "protocol", "host", "hostname", "port", "pathname", "search", "hash"]) {
  locationParts[part] = wptLocation[part];
}
locationParts.toString = () => wptLocation.href;
const { get } = Object.getOwnPropertyDescriptor({
  get location() {
    if (this !== globalThis) throw new TypeError("Illegal invocation");
    return locationParts;
  },
}, "location");
Object.defineProperty(globalThis, "location", { get, configurable: true });

if (WPT_PATCH_URLS) {
  // A server has no address of its own that "resources/data.json" could be relative to.
  const realFetch = globalThis.fetch;
  const RealRequest = globalThis.Request;
  const absolute = (input) => {
    if (input instanceof RealRequest) return input;
    try {
      return new URL(input, wptLocation).href;
    } catch {
      return input;
    }
  };
  globalThis.fetch = function fetch(input, init) {
    return arguments.length === 0 ? realFetch() : realFetch(absolute(input), init);
  };
  for (const name of ["Request", "EventSource"]) {
    if (globalThis[name] === undefined) continue;
    globalThis[name] = new Proxy(globalThis[name], {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? args : [absolute(args[0]), ...args.slice(1)], newTarget),
    });
  }
  if (globalThis.Response !== undefined) {
    const realRedirect = Response.redirect;
    Response.redirect = function redirect(url, status) {
      return realRedirect.call(Response, absolute(url), ...(arguments.length > 1 ? [status] : []));
    };
  }
}

// testharness.js must not take this for a service worker, whose results go through messages.
for (const name of ["ServiceWorkerGlobalScope", "WorkerGlobalScope", "DedicatedWorkerGlobalScope"]) {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (descriptor === undefined) continue;
  delete globalThis[name];
  (globalThis.wptHidden ??= []).push([name, descriptor]);
}
