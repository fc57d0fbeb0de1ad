// SPDX-License-Identifier: Apache-2.0
// The data browser: lists namespaces and keys, shows and edits entries, over the API of the same server. All text of
// the data goes into the page as text, never as markup.
"use strict";

const kBase = "/client/v4/accounts/local/storage/kv/namespaces";
const kPageKeys = 100;
const kMaxEditBytes = 1 << 20; // longer values are not edited here
const kMaxShownBytes = 64 << 10; // of those, and of what is shown in hexadecimal
const kTypingMs = 150;

const $ = (id) => document.getElementById(id);

let token = sessionStorage.getItem("token") ?? "";
let ns = null; // id of the open namespace
let cursor = "";
let listing = 0; // number of the newest list; answers for an older one are dropped
let opening = 0; // the same of entries
let entry = null; // { name, bytes, text, isNew }
let view = "text";

// ------------------------------------------------------------------------------------------------ the API

class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, { body, wantBytes = false } = {}) {
  let response;
  try {
    const headers = { Authorization: `Bearer ${token}` };
    response = await fetch(kBase + path, { method, body, headers, cache: "no-store" });
  } catch (error) { // also a token that is no header's value
    throw new ApiError(0, `The server cannot be asked: ${error.message}`);
  }
  if (response.ok && wantBytes) {
    return { bytes: new Uint8Array(await response.arrayBuffer()), expiration: response.headers.get("expiration") };
  }
  const envelope = await response.json().catch(() => null);
  if (response.ok && envelope?.success) return envelope;
  const message = envelope?.errors?.[0]?.message ?? `The server answers ${response.status}.`;
  const error = new ApiError(response.status, message);
  if (response.status === 401) signOut(error.message);
  throw error;
}

const keyPath = (kind, name) => `/${encodeURIComponent(ns)}/${kind}/${encodeURIComponent(name)}`;

// ----------------------------------------------------------------------------------------------- list boxes

// Control characters by their pictures.
const visible = (text) => text.replace(/[\0-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)));

function addOption(box, value, text, hint) {
  const option = document.createElement("li");
  option.role = "option";
  option.id = `${box.id}-${box.children.length}`;
  option.dataset.value = value;
  option.textContent = visible(text);
  if (hint) option.append(Object.assign(document.createElement("small"), { textContent: hint }));
  box.append(option);
}

const chosen = (box) => box.querySelector('[aria-selected="true"]');

function choose(box, option) {
  chosen(box)?.removeAttribute("aria-selected");
  box.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  box.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

// Where a key leads from the option `at`; undefined for other keys.
function target(key, at, count) {
  switch (key) {
    case "ArrowDown": return at + 1;
    case "ArrowUp": return Math.max(at - 1, 0);
    case "PageDown": return at + 10;
    case "PageUp": return Math.max(at - 10, 0);
    case "Home": return 0;
    case "End": return count - 1;
    default: return undefined;
  }
}

function makeListBox(box, { open, atEnd }) {
  box.addEventListener("click", ({ target }) => {
    const option = target.closest('[role="option"]');
    if (!option) return;
    choose(box, option);
    open(option.dataset.value);
  });
  box.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = Array.prototype.indexOf.call(box.children, chosen(box));
    const to = target(event.key, at, box.children.length);
    if (to !== undefined) {
      event.preventDefault();
      if (to >= box.children.length && atEnd) await atEnd();
      choose(box, box.children[Math.min(to, box.children.length - 1)]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      open(box.children[at].dataset.value);
    }
  });
  box.addEventListener("focus", () => {
    if (!chosen(box)) choose(box, box.children[0]);
  });
}

// --------------------------------------------------------------------------------------- namespaces and keys

function say(text) {
  $("status").textContent = text;
}

// Runs what a person asked for; a failure is told where it can be seen.
async function attempt(action, errorPlace = "status") {
  try {
    await action();
  } catch (error) {
    $(errorPlace).textContent = error.message;
  }
}

async function loadNamespaces() {
  const all = [];
  for (let page = 1; ; ++page) {
    const { result } = await call("GET", `?order=title&per_page=1000&page=${page}`);
    if (result.length === 0) break;
    all.push(...result);
  }
  $("login").hidden = true;
  $("app").hidden = false;
  const box = $("namespaces");
  box.replaceChildren();
  for (const { id, title } of all) addOption(box, id, title, title === id ? "" : id);
  say(all.length === 0 ? "There is no namespace that this token may read." : "");
  box.focus();
}

async function openNamespace(id) {
  ns = id;
  closeEntry();
  $("prefix").value = "";
  await attempt(() => loadKeys(true));
  $("keys").focus();
}

// The first page, or the next one behind what is there.
async function loadKeys(afresh) {
  if (ns === null || (!afresh && cursor === "")) return;
  const number = ++listing;
  const from = afresh ? "" : cursor;
  const query = new URLSearchParams({ limit: kPageKeys, prefix: $("prefix").value, cursor: from });
  const { result, result_info } = await call("GET", `/${encodeURIComponent(ns)}/keys?${query}`);
  if (number !== listing) return;
  const box = $("keys");
  if (afresh) box.replaceChildren();
  for (const { name, expiration } of result) {
    addOption(box, name, name, expiration ? `until ${localTime(expiration)}` : "");
  }
  cursor = result_info.cursor ?? "";
  $("more").hidden = cursor === "";
  $("no-keys").hidden = box.children.length > 0;
  const more = cursor === "" ? "" : "+";
  say(`${box.children.length}${more} ${box.children.length === 1 ? "key" : "keys"}`);
}

// ---------------------------------------------------------------------------------------------------- entries

// Local time as an input of type datetime-local has it.
function localTime(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function asHex(bytes) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, kMaxShownBytes); at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

const canEdit = () => entry.text !== null && entry.bytes.length <= kMaxEditBytes;

function show(newView) {
  if (view === "text" && canEdit()) { // what was typed is shown in the other forms, too
    if ($("value").value !== entry.shownText) {
      entry.text = entry.shownText = $("value").value;
      entry.bytes = new TextEncoder().encode(entry.text);
    }
  }
  view = newView;
  for (const button of document.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", button.dataset.view === view);
  }
  const editable = view === "text" && canEdit();
  let note = "";
  let text = "";
  if (view === "hex") {
    text = asHex(entry.bytes);
    if (entry.bytes.length > kMaxShownBytes) note = `The first ${kMaxShownBytes} bytes.`;
  } else if (entry.text === null) {
    note = "The value is not UTF-8 text; see it as hexadecimal.";
  } else if (view === "json") {
    try {
      text = JSON.stringify(JSON.parse(entry.text), null, 2);
    } catch (error) {
      text = entry.text.slice(0, kMaxShownBytes);
      note = `The value is not JSON: ${error.message}`;
    }
  } else if (!editable) {
    text = entry.text.slice(0, kMaxShownBytes);
    note = "The beginning of a value that is too long to be edited here.";
  }
  $("value").hidden = !editable;
  $("shown").hidden = editable;
  $("shown").className = view;
  $("shown").textContent = text;
  $("note").textContent = note;
  $("size").textContent = `${entry.bytes.length} bytes`;
}

function openEditor(name, bytes, metadata, expiration, isNew) {
  entry = { name, bytes, text: asText(bytes), isNew };
  $("edit-error").textContent = "";
  $("key").value = name;
  $("key").readOnly = !isNew;
  $("metadata").value = metadata === null ? "" : JSON.stringify(metadata);
  $("expires").value = expiration ? localTime(expiration) : "";
  $("left").textContent = expiration ? `in ${Math.max(Math.round(expiration - Date.now() / 1000), 0)} s` : "";
  $("delete").hidden = isNew;
  URL.revokeObjectURL($("download").href);
  $("download").href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  $("download").download = name.replace(/[^\w.-]+/g, "_") || "value";
  $("download").hidden = isNew;
  $("value").value = canEdit() ? entry.text : "";
  entry.shownText = $("value").value; // a text area makes one kind of line ends of all
  $("entry").hidden = false;
  view = "hex"; // nothing was typed
  show(entry.text === null ? "hex" : "text");
}

async function openKey(name) {
  const number = ++opening;
  const [value, metadata] = await Promise.all([
    call("GET", keyPath("values", name), { wantBytes: true }), call("GET", keyPath("metadata", name)),
  ]);
  if (number !== opening) return;
  openEditor(name, value.bytes, metadata.result, Number(value.expiration), false);
  (canEdit() ? $("value") : $("shown")).focus();
}

function newKey() {
  if (ns === null) return;
  ++opening;
  openEditor($("prefix").value, new Uint8Array(), null, 0, true);
  $("key").focus();
}

function closeEntry() {
  ++opening;
  entry = null;
  $("entry").hidden = true;
}

async function save() {
  if (view === "text") show("text"); // takes what was typed
  const name = $("key").value;
  const metadata = $("metadata").value.trim();
  if (metadata !== "") {
    try {
      JSON.parse(metadata);
    } catch (error) {
      throw new Error(`The metadata is not JSON: ${error.message}`);
    }
  }
  const body = new FormData();
  body.append("value", new Blob([entry.bytes]));
  if (metadata !== "") body.append("metadata", metadata);
  const expires = $("expires").value;
  const query = expires === "" ? "" : `?expiration=${Math.floor(new Date(expires).getTime() / 1000)}`;
  await call("PUT", keyPath("values", name) + query, { body });
  await loadKeys(true);
  choose($("keys"), Array.from($("keys").children).find((option) => option.dataset.value === name));
  await openKey(name);
  say("Saved.");
}

function askToDelete(name) {
  $("confirm-text").textContent = `Delete the key "${visible(name)}"?`;
  $("confirm").dataset.name = name;
  $("confirm").showModal();
}

async function deleteKey(name) {
  $("confirm").close();
  await call("DELETE", keyPath("values", name));
  const box = $("keys");
  const option = Array.from(box.children).find(({ dataset }) => dataset.value === name);
  const next = option?.nextElementSibling ?? option?.previousElementSibling;
  option?.remove();
  choose(box, next);
  $("no-keys").hidden = box.children.length > 0;
  if (entry?.name === name) closeEntry();
  say("Deleted.");
  box.focus();
}

// ------------------------------------------------------------------------------------------- token, keyboard

function signOut(why) {
  token = "";
  sessionStorage.removeItem("token");
  closeEntry();
  ns = null;
  for (const id of ["namespaces", "keys"]) $(id).replaceChildren();
  $("app").hidden = true;
  $("login").hidden = false;
  $("login-error").textContent = why;
  $("token").value = "";
  $("token").focus();
}

function goBack() {
  if (!$("entry").hidden) {
    closeEntry();
    $("keys").focus();
  } else if (document.activeElement === $("keys")) {
    $("namespaces").focus();
  } else {
    $("keys").focus();
  }
}

function onKey(event) {
  if ($("confirm").open || $("app").hidden || event.isComposing) return;
  const typing = event.target.matches("input, textarea");
  if (event.key === "Escape") {
    event.preventDefault();
    goBack();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && entry) {
    event.preventDefault();
    $("edit").requestSubmit();
  } else if (event.key === "ArrowDown" && event.target === $("prefix")) {
    event.preventDefault();
    $("keys").focus();
  } else if (typing || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  } else if (event.key === "/") {
    event.preventDefault();
    $("prefix").select();
  } else if (event.key === "n") {
    event.preventDefault();
    newKey();
  } else if (event.key === "Delete" && event.target === $("keys") && chosen($("keys"))) {
    askToDelete(chosen($("keys")).dataset.value);
  }
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  $("login-error").textContent = "";
  await attempt(async () => {
    await loadNamespaces();
    sessionStorage.setItem("token", token);
  }, "login-error");
});
$("sign-out").addEventListener("click", () => signOut(""));
makeListBox($("namespaces"), { open: openNamespace });
makeListBox($("keys"), { open: (name) => attempt(() => openKey(name)), atEnd: () => attempt(() => loadKeys(false)) });
let typed = 0;
$("prefix").addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(() => attempt(() => loadKeys(true)), kTypingMs);
});
$("new-key").addEventListener("click", newKey);
$("more").addEventListener("click", () => attempt(() => loadKeys(false)));
for (const button of document.querySelectorAll("[data-view]")) {
  button.addEventListener("click", () => show(button.dataset.view));
}
$("edit").addEventListener("submit", (event) => {
  event.preventDefault();
  $("edit-error").textContent = "";
  attempt(save, "edit-error");
});
$("delete").addEventListener("click", () => askToDelete(entry.name));
$("close").addEventListener("click", goBack);
$("confirm-yes").addEventListener("click", () => attempt(() => deleteKey($("confirm").dataset.name)));
$("confirm-no").addEventListener("click", () => $("confirm").close());
document.addEventListener("keydown", onKey);

if (token === "") {
  signOut("");
} else {
  attempt(loadNamespaces, "login-error").then(() => {
    $("login").hidden = !$("app").hidden;
  });
}
