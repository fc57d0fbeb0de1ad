// SPDX-License-Identifier: Apache-2.0
// Whole URLs as patterns: https://urlpattern.spec.whatwg.org/#constructor-string-parsing
"use strict";

const canonicalize = require("urlpattern/canonicalize");
const { compileComponent, defaultOptions, matchesSpecialScheme } = require("urlpattern/component");
const { Init } = require("urlpattern/init");
const { tokenize, types } = require("urlpattern/tokenizer");
const { StringPrototypeSlice } = primordials;

// States, in the order of the components. Those from PROTOCOL to HASH but AUTHORITY are components.
const INIT = 0;
const PROTOCOL = 1;
const AUTHORITY = 2;
const USERNAME = 3;
const PASSWORD = 4;
const HOSTNAME = 5;
const PORT = 6;
const PATHNAME = 7;
const SEARCH = 8;
const HASH = 9;
const DONE = 10;
const memberOf = ["", "protocol", "", "username", "password", "hostname", "port", "pathname", "search", "hash"];

class ConstructorStringParser {
  #input;
  #tokens;
  #result = new Init();
  #componentStart = 0; // an index of a token
  #index = 0;
  #increment = 1;
  #groupDepth = 0;
  #bracketDepth = 0;
  #isSpecial = false; // the protocol matches a special scheme
  #state = INIT;

  constructor(input) {
    this.#input = input;
    this.#tokens = tokenize(input, true);
  }

  run() {
    while (this.#state !== DONE) {
      this.#increment = 1;
      const { type } = this.#tokens[this.#index];
      if (type === types.END) {
        this.#end();
      } else if (type === types.OPEN) {
        ++this.#groupDepth;
      } else if (this.#groupDepth === 0) {
        this.#step();
      } else if (type === types.CLOSE) {
        --this.#groupDepth; // no component ends inside of a group
      }
      this.#index += this.#increment;
    }
    const result = this.#result;
    if (result.hostname !== undefined && result.port === undefined) result.port = "";
    return result;
  }

  // At the end of the input.
  #end() {
    switch (this.#state) {
      case INIT: // no protocol: a relative pattern
        this.#rewind(INIT);
        if (this.#is("#")) this.#changeState(HASH, 1);
        else if (this.#isSearchPrefix()) this.#changeState(SEARCH, 1);
        else this.#changeState(PATHNAME, 0);
        break;
      case AUTHORITY: // no "@"
        this.#rewind(HOSTNAME);
        break;
      default:
        this.#changeState(DONE, 0);
    }
  }

  #step() {
    switch (this.#state) {
      case INIT:
        if (this.#is(":")) this.#rewind(PROTOCOL);
        break;
      case PROTOCOL:
        if (this.#is(":")) this.#endProtocol();
        break;
      case AUTHORITY:
        if (this.#is("@")) this.#rewind(USERNAME);
        else if (this.#is("/") || this.#isSearchPrefix() || this.#is("#")) this.#rewind(HOSTNAME);
        break;
      case USERNAME:
        if (this.#is(":")) this.#changeState(PASSWORD, 1);
        else if (this.#is("@")) this.#changeState(HOSTNAME, 1);
        break;
      case PASSWORD:
        if (this.#is("@")) this.#changeState(HOSTNAME, 1);
        break;
      case HOSTNAME:
        if (this.#is("[")) ++this.#bracketDepth;
        else if (this.#is("]")) --this.#bracketDepth;
        else if (this.#is(":") && this.#bracketDepth === 0) this.#changeState(PORT, 1);
        else this.#stepBehindAuthority();
        break;
      case PORT:
        this.#stepBehindAuthority();
        break;
      case PATHNAME:
        if (this.#isSearchPrefix()) this.#changeState(SEARCH, 1);
        else if (this.#is("#")) this.#changeState(HASH, 1);
        break;
      case SEARCH:
        if (this.#is("#")) this.#changeState(HASH, 1);
        break;
    }
  }

  #stepBehindAuthority() {
    if (this.#is("/")) this.#changeState(PATHNAME, 0);
    else if (this.#isSearchPrefix()) this.#changeState(SEARCH, 1);
    else if (this.#is("#")) this.#changeState(HASH, 1);
  }

  #endProtocol() {
    const protocol =
      compileComponent("protocol", this.#componentString(), canonicalize.protocol, defaultOptions);
    this.#isSpecial = matchesSpecialScheme(protocol);
    if (this.#is("/", 1) && this.#is("/", 2)) this.#changeState(AUTHORITY, 3);
    else this.#changeState(this.#isSpecial ? AUTHORITY : PATHNAME, 1);
  }

  // What comes before a component that is given is empty if it is not given.
  #changeState(state, skip) {
    const from = this.#state;
    const result = this.#result;
    if (from !== INIT && from !== AUTHORITY) result[memberOf[from]] = this.#componentString();
    if (from !== INIT && state !== DONE) {
      if (from < HOSTNAME && state > HOSTNAME) result.hostname ??= "";
      if (from < PATHNAME && state > PATHNAME) result.pathname ??= this.#isSpecial ? "/" : "";
      if (from < SEARCH && state > SEARCH) result.search ??= "";
    }
    this.#state = state;
    this.#index += skip;
    this.#componentStart = this.#index;
    this.#increment = 0;
  }

  #rewind(state) {
    this.#index = this.#componentStart;
    this.#increment = 0;
    this.#state = state;
  }

  #token(index) {
    const tokens = this.#tokens;
    return index < tokens.length ? tokens[index] : tokens[tokens.length - 1];
  }

  // Whether the token, or one `ahead`, is that character without a meaning in patterns.
  #is(value, ahead = 0) {
    const token = this.#token(this.#index + ahead);
    return token.value === value &&
      (token.type === types.CHAR || token.type === types.ESCAPED_CHAR || token.type === types.INVALID_CHAR);
  }

  // A "?" behind a group is a modifier.
  #isSearchPrefix() {
    if (this.#is("?")) return true;
    if (this.#tokens[this.#index].value !== "?") return false;
    if (this.#index === 0) return true;
    const { type } = this.#tokens[this.#index - 1];
    return type !== types.NAME && type !== types.REGEXP && type !== types.CLOSE && type !== types.ASTERISK;
  }

  #componentString() {
    return StringPrototypeSlice(this.#input, this.#token(this.#componentStart).index,
      this.#tokens[this.#index].index);
  }
}

// An Init, whose members are patterns.
exports.parseConstructorString = (input) => new ConstructorStringParser(input).run();
