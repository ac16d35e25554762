// Pieces of the lines that the landing page prints. Signed links cover the host, so address and port are part of them.

import { PEOPLE } from "./people.js";

export const BASE = "http://127.0.0.1:8787";
export const HOST = "127.0.0.1:8787";

/** The admin key, and a call of the admin API with it. */
export const ADMIN = "admin='Authorization: Bearer demo-admin-key-0123456789abcdef'";
export const POST = `curl -s -H "$admin" -H 'Content-Type: application/json'`;

/** Takes a member of the JSON in $answer into a variable. */
export const member = (variable, name) => `${variable}=$(printf %s "$answer" | sed 's/.*"${name}": *"\\([^"]*\\)".*/\\1/')`;

export const signIns = PEOPLE.map((person) => `${person.user_name} (password: ${person.password})`).join(" or ");

/** A signed link in which one byte was changed. */
export const CHANGED =
  `${BASE}/files/report.pdf?v=3&eg_kid=demo&eg_exp=1900000000` + "&eg_sig=s_sb-2DISeG4I2YvjxAa4cqb0kzuR3A3x-AMsCLSmYQ";
