// What the checks of every bench ask for.

// The origin of the bench tells what it got when it sees this header (workers/origin.js).
export const ECHO = ["Bench-Echo", "1"];

// What a client may try to pass itself off with, in several spellings.
export const HOSTILE = [
  ["Edgegate-Subject", "1001003"],
  ["edgegate_subject", "1001003"],
  ["X-Forwarded-User", "sam"],
  ["X_Forwarded_Email", "sam@example.org"],
  ["X.Auth.Request.User", "sam"],
  ["REMOTE_USER", "sam"],
  ["X-Authenticated-UserId", "1001003"],
  ["X-Consumer-Username", "sam"],
  ["Cf-Access-Jwt-Assertion", "e30.e30.e30"],
  ["Forwarded", "for=10.0.0.1"],
];

export const isPrivate = ({ head }) => /\r\ncache-control:[^\r]*\b(?:private|no-store)\b/i.test(head);

export function demand({ name }, held, otherwise) {
  if (!held) throw new Error(`${name}: ${otherwise}`);
}
