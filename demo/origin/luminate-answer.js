// How a Luminate method answers: one object, as XML or as JSON by `response_format`. Its leaves are strings or null; a
// list is one element for each item.

import { escape, json, xml } from "./page.js";

const NO_STORE = { "Cache-Control": "no-store" };
const SCHEMA =
  'xmlns="http://convio.com/crm/v1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  'xsi:schemaLocation="http://convio.com/crm/v1.0 http://service.convio.net/xmlschema/crm.public.v1.xsd"';

export function envelope(parameters, root, members, status = 200) {
  const init = { status, headers: NO_STORE };
  return parameters.get("response_format") === "json"
    ? json(`${JSON.stringify({ [root]: members })}\n`, init)
    : xml(`<?xml version="1.0" encoding="UTF-8"?>\n${element(root, members, ` ${SCHEMA}`)}\n`, init);
}

// 403, or 200 for the callers that see no other answer.
export function failure(parameters, code, message) {
  const status = parameters.get("suppress_response_codes") === "true" ? 200 : 403;
  return envelope(parameters, "errorResponse", { code, message }, status);
}

function element(name, value, attributes = "") {
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join("");
  if (value === null) return `<${name} xsi:nil="true"/>`;
  const inside =
    typeof value === "string"
      ? escape(value.replace(NOT_XML, "\ufffd"))
      : Object.entries(value).map(([child, one]) => element(child, one)).join("");
  return `<${name}${attributes}>${inside}</${name}>`;
}

// What XML 1.0 cannot hold, not even escaped.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
