// SPDX-License-Identifier: Apache-2.0
// Navigator: https://html.spec.whatwg.org/#the-navigator-object, as far as it makes sense on a server. The
// user agent is the one by which libraries recognise the Workers platform; the other names are what HTML prescribes.
"use strict";

const webidl = require("webidl/webidl");
const { ObjectFreeze } = primordials;

const kUserAgent = "Cloudflare-Workers";
const languages = ObjectFreeze(["en"]);

let check;

class Navigator {
  #brand = true;

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
  }

  get appCodeName() { check(this); return "Mozilla"; }
  get appName() { check(this); return "Netscape"; }
  get appVersion() { check(this); return "4.0"; }
  get platform() { check(this); return ""; }
  get product() { check(this); return "Gecko"; }
  get userAgent() { check(this); return kUserAgent; }
  get language() { check(this); return "en"; }
  get languages() { check(this); return languages; }
  get hardwareConcurrency() { check(this); return 1; } // a worker has one thread

  static {
    check = (navigator) => (webidl.isObject(navigator) && #brand in navigator) || webidl.illegalInvocation();
  }
}
webidl.defineInterface(Navigator);

exports.kUserAgent = kUserAgent;
exports.Navigator = Navigator;
exports.navigator = new Navigator(webidl.constructKey);
