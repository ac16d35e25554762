// The Luminate servlets `/site/CR*API` and `/site/SR*API`, as the site behind the gate has them. The gateway has judged
// the credentials already and cut them out: whose record is meant says `Edgegate-Subject`, or on the server's servlets
// (SR) a parameter. Nothing is stored: `update` and `logInteraction` only say so.
//
// The names of the answers are Luminate's, and clients read them: `getUser` answers `getConsResponse`.

import { behave } from "./behaviours.js";
import { envelope, failure } from "./luminate-answer.js";
import { PEOPLE } from "./people.js";

const SERVLET = /^\/site\/(CR|SR)[A-Za-z]{1,32}API\/?$/;

export function isServlet(path) {
  return SERVLET.test(path);
}

export async function servlet(request, url) {
  const body = await request.arrayBuffer();
  const parameters = await readParameters(request, url, body);
  if (parameters === undefined) return failure(url.searchParams, "1", "Unable to process request.");
  // A field of the form, as on every path a parameter of the address.
  const behaviour = parameters.get("demo");
  if (behaviour !== null) return behave(behaviour, new Request(request, { body }), parameters);

  const method = parameters.get("method") ?? "";
  // It becomes the name of an element.
  if (!/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(method)) return failure(parameters, "17", "No such method.");
  const call = METHODS.get(method);
  if (call === undefined) return envelope(parameters, `${method}Response`, { message: `Demo origin got ${method}.` });

  const isServerCall = SERVLET.exec(url.pathname)[1] === "SR";
  return call(parameters, isServerCall ? named(parameters) : signedIn(request));
}

// Query and form as one, the query first. Undefined where the body is not what its type says.
async function readParameters(request, url, body) {
  const parameters = new URLSearchParams(url.search);
  const type = request.headers.get("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return parameters;
  try {
    const form = await new Response(body, { headers: { "Content-Type": type } }).formData();
    for (const [name, value] of form) if (typeof value === "string") parameters.append(name, value);
    return parameters;
  } catch {
    return undefined;
  }
}

// Both give { person } or { code, message }.
function signedIn(request) {
  const id = request.headers.get("edgegate-subject");
  return id === null ? { code: "204", message: "User not logged in." } : record((person) => person.subject === id);
}

function named(parameters) {
  for (const [name, member] of [["cons_id", "subject"], ["member_id", "member_id"], ["primary_email", "email"]]) {
    const value = parameters.get(name);
    if (value !== null) return record((person) => person[member] === value);
  }
  return { code: "10", message: "One of cons_id, member_id and primary_email is required." };
}

function record(fits) {
  const person = PEOPLE.find(fits);
  return person === undefined ? { code: "16", message: "No record matches." } : { person };
}

const METHODS = new Map([
  ["getUser", about((person, parameters) => ["getConsResponse", pick(constituent(person), parameters.get("fields"))])],
  ["update", about((person) => ["updateConsResponse", { message: "User updated.", cons_id: person.subject }])],
  ["logInteraction", about(() => ["logInteractionResponse", { message: "Interaction logged successfully." }])],
  ["getUserTransactions", about(() => ["getConsTransactionsResponse", { transaction: TRANSACTIONS }])],
  ["listUserFields", (parameters) => envelope(parameters, "listConsFieldsResponse", { field: FIELDS })],
]);

function about(answer) {
  return (parameters, { person, code, message }) =>
    person === undefined ? failure(parameters, code, message) : envelope(parameters, ...answer(person, parameters));
}

function constituent({ subject, member_id, user_name, email }) {
  return {
    cons_id: subject,
    member_id,
    user_name,
    name: { title: null, first: user_name, last: null },
    email: { primary_address: email, accepts_email: "true" },
  };
}

// `fields=cons_id,name.first`: those alone. Without it, or with names that do not exist: everything there is.
function pick(members, fields) {
  const wanted = (fields ?? "").split(",").map((name) => name.trim());
  const kept = (value, path) => {
    if (wanted.includes(path)) return value;
    if (value === null || typeof value === "string") return undefined;
    const present = Object.entries(value)
      .map(([name, one]) => [name, kept(one, path === "" ? name : `${path}.${name}`)])
      .filter(([, one]) => one !== undefined);
    return present.length === 0 ? undefined : Object.fromEntries(present);
  };
  return (fields === null ? undefined : kept(members, "")) ?? members;
}

// Two, because one alone would not be a list in Luminate's JSON.
const TRANSACTIONS = [transaction("2026-03-01", "25.00"), transaction("2026-09-01", "40.00")];

function transaction(day, amount) {
  return {
    timestamp: `${day}T12:00:00.000Z`,
    transaction_type: "DONATION",
    amount: { decimal: amount, formatted: `$${amount}` },
    confirmation_code: null,
  };
}

const FIELDS = [
  { name: "cons_id", label: "Constituent ID", valueType: "NUMBER" },
  { name: "member_id", label: "Member ID", valueType: "TEXT", maxChars: "50" },
  { name: "user_name", label: "User Name", valueType: "TEXT", maxChars: "60" },
  { name: "name.first", label: "First Name", valueType: "TEXT", maxChars: "50" },
  { name: "email.primary_address", label: "Email Address", valueType: "TEXT", maxChars: "255" },
];
