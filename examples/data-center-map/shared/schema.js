// SPDX-License-Identifier: Apache-2.0
// What a record may hold. A schema is { name, fields: { field: check }, defaultId(record),
// uniqueKeys(record) }; a check returns null for a good value, otherwise what is allowed, as text.

import { HttpError } from "./http.js";

export const kStatuses = ["operational", "degraded", "maintenance", "outage"];
export const kStrands = 8;
export const kLedsPerStrand = 64;
export const kMaxCityLength = 80;
export const kMaxIdLength = 64;
// An error names no more than this many problems.
const kMaxProblems = 20;
const kMaxShownLength = 80;

const kIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const kIdAllowed = `1 to ${kMaxIdLength} letters, digits, "-" and "_", the first a letter or digit`;

const isId = (value) => typeof value === "string" && value.length <= kMaxIdLength && kIdPattern.test(value);

const id = (value) => (isId(value) ? null : kIdAllowed);

const number = (min, max) => (value) =>
  typeof value === "number" && value >= min && value <= max ? null : `a number from ${min} to ${max}`;

const integer = (min, max) => (value) =>
  Number.isInteger(value) && value >= min && value <= max ? null : `a whole number from ${min} to ${max}`;

const oneOf = (values) => (value) =>
  values.includes(value) ? null : `one of ${values.map((v) => `"${v}"`).join(", ")}`;

const iataCode = (value) =>
  typeof value === "string" && /^[A-Z]{3}$/.test(value) ? null : "three letters from A to Z";

function cityName(value) {
  const good = typeof value === "string" && value === value.trim() && value.isWellFormed?.() !== false &&
    value.length >= 1 && value.length <= kMaxCityLength && !/\p{Cc}/u.test(value);
  return good ? null
    : `text of 1 to ${kMaxCityLength} characters, without control characters or spaces around it`;
}

export const kDataCenter = {
  name: "data center",
  fields: {
    city: cityName,
    iata: iataCode,
    latitude: number(-90, 90),
    longitude: number(-180, 180),
    status: oneOf(kStatuses),
  },
  defaultId: (record) => record.iata,
  uniqueKeys: () => [],
};

export const kLed = {
  name: "LED",
  fields: {
    dataCenterId: id,
    strand: integer(0, kStrands - 1),
    led: integer(0, kLedsPerStrand - 1),
  },
  defaultId: (record) => `${record.strand}-${record.led}`,
  // A place on the board holds one light, and a data center has one place.
  uniqueKeys: (record) => [
    { field: "led", text: `strand ${record.strand}, LED ${record.led}` },
    { field: "dataCenterId", text: `the light of data center ${record.dataCenterId}` },
  ],
};

function shown(value) {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > kMaxShownLength ? `${text.slice(0, kMaxShownLength)}...` : text;
}

// What is wrong with `input` as [{ field, allowed, got }]; `id` is allowed beside the fields.
function problemsOf(schema, input) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    const names = Object.keys(schema.fields).join(", ");
    return [{ field: "", allowed: `an object with ${names}`, got: shown(input) }];
  }
  const problems = [];
  for (const [field, check] of Object.entries(schema.fields)) {
    const value = Object.hasOwn(input, field) ? input[field] : undefined;
    const allowed = check(value);
    if (allowed !== null) problems.push({ field, allowed, got: shown(value) });
  }
  for (const field of Object.keys(input)) {
    if (field === "id") {
      if (!isId(input.id)) problems.push({ field, allowed: kIdAllowed, got: shown(input.id) });
    } else if (!Object.hasOwn(schema.fields, field)) {
      const names = Object.keys(schema.fields).join(", ");
      problems.push({ field: field.slice(0, kMaxShownLength), allowed: `only id, ${names}`, got: "there" });
    }
  }
  return problems;
}

export function refuse(status, schema, problems) {
  const first = problems[0];
  const place = first.item === undefined ? "" : `item ${first.item}: `;
  const field = first.field === "" ? `the ${schema.name}` : first.field;
  throw new HttpError(status, `${place}${field} is ${first.got}; allowed is ${first.allowed}`,
    { problems: problems.slice(0, kMaxProblems) });
}

// [id, record] of valid input, fields in the schema's order. `expectedId` is the one in the path, if any.
export function parseRecord(schema, input, expectedId) {
  const problems = problemsOf(schema, input);
  if (expectedId !== undefined && !isId(expectedId)) {
    problems.unshift({ field: "id", allowed: kIdAllowed, got: shown(expectedId) });
  }
  const ownId = Object.hasOwn(Object(input), "id") ? input.id : undefined;
  const hasOtherId = expectedId !== undefined && ownId !== undefined && ownId !== expectedId;
  if (problems.length === 0 && hasOtherId) {
    problems.push({ field: "id", allowed: `${shown(expectedId)}, as in the path`, got: shown(input.id) });
  }
  if (problems.length > 0) refuse(422, schema, problems);
  return entryOf(schema, input, expectedId);
}

function entryOf(schema, input, expectedId) {
  const record = {};
  for (const field of Object.keys(schema.fields)) record[field] = input[field];
  return [expectedId ?? (Object.hasOwn(input, "id") ? input.id : schema.defaultId(record)), record];
}

// A Map id -> record of many. An item is a record, or an entry of a bulk file: { key, value, metadata },
// where the value is the record as JSON text.
export function parseMany(schema, items) {
  const records = new Map();
  const problems = [];
  for (let item = 0; item < items.length && problems.length < kMaxProblems; ++item) {
    const input = fromBulkEntry(items[item]);
    const found = problemsOf(schema, input);
    for (const problem of found) problems.push({ item, ...problem });
    if (found.length > 0) continue;
    const [key, record] = entryOf(schema, input);
    if (records.has(key)) {
      problems.push({ item, field: "id", allowed: "an id that no item before it has", got: shown(key) });
    }
    records.set(key, record);
  }
  if (problems.length > 0) refuse(422, schema, problems);
  return records;
}

function fromBulkEntry(item) {
  if (typeof item?.key !== "string" || typeof item.value !== "string") return item;
  try {
    return { ...JSON.parse(item.value), id: item.key };
  } catch {
    return item.value;
  }
}
