// What docs/openapi.json says of values, and whether a value keeps to it: the words of JSON Schema that the document uses.
// A word that is not known here fails the test instead of being passed over.

import assert from "node:assert/strict";
import { document } from "./demo.mjs";

export const api = JSON.parse(document("docs/openapi.json"));

export const at = (pointer) => pointer.slice(2).split("/").reduce((value, part) => value[part.replaceAll("~1", "/").replaceAll("~0", "~")], api);
export const resolved = (value) => (value?.$ref ? at(value.$ref) ?? assert.fail(`${value.$ref} leads nowhere`) : value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const TYPES = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  array: Array.isArray,
  object: isObject,
};
const one = (value) => (schema) => wrongs(schema, value).length === 0;
const any = () => true;
const of = (type, check) => (wanted, value, schema) => !TYPES[type](value) || check(wanted, value, schema);
const WORDS = {
  const: (wanted, value) => same(wanted, value),
  enum: (wanted, value) => wanted.some((each) => same(each, value)),
  type: (wanted, value) => TYPES[wanted](value),
  pattern: of("string", (wanted, value) => new RegExp(wanted, "u").test(value)),
  minLength: of("string", (wanted, value) => [...value].length >= wanted),
  maxLength: of("string", (wanted, value) => [...value].length <= wanted),
  minimum: of("integer", (wanted, value) => value >= wanted),
  maximum: of("integer", (wanted, value) => value <= wanted),
  minItems: of("array", (wanted, value) => value.length >= wanted),
  maxItems: of("array", (wanted, value) => value.length <= wanted),
  items: of("array", (wanted, value) => value.every((each) => one(each)(wanted))),
  required: of("object", (wanted, value) => wanted.every((name) => Object.hasOwn(value, name))),
  properties: of("object", (wanted, value) =>
    Object.entries(wanted).every(([name, schema]) => !Object.hasOwn(value, name) || one(value[name])(schema)),
  ),
  // `false` wherever it stands.
  additionalProperties: of("object", (_, value, { properties = {} }) =>
    Object.keys(value).every((name) => Object.hasOwn(properties, name)),
  ),
  allOf: (wanted, value) => wanted.every(one(value)),
  anyOf: (wanted, value) => wanted.some(one(value)),
  oneOf: (wanted, value) => wanted.filter(one(value)).length === 1,
  description: any,
  discriminator: any,
};

/** The words of a schema that a value does not keep to. */
export function wrongs(schema, value) {
  if (typeof schema === "boolean") return schema ? [] : ["false"];
  const { $ref, ...words } = schema;
  const rule = (word) => WORDS[word] ?? assert.fail(`the test knows no ${word}`);
  const own = Object.entries(words).filter(([word, wanted]) => !rule(word)(wanted, value, schema));
  return [...own.map(([word]) => word), ...($ref ? wrongs(resolved(schema), value) : [])];
}

export function conforms(schema, value, what) {
  const shown = [value, schema].map((one) => JSON.stringify(one)?.slice(0, 400));
  assert.deepEqual(wrongs(schema, value), [], `${what}: ${shown.join(" is not ")}`);
}
