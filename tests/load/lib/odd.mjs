// Requests that show nothing, or that cannot be read: [what, request, the status or statuses that it has to end in].

const get = (target, headers = {}) => ({ method: "GET", target, headers });
const form = { "content-type": "application/x-www-form-urlencoded" };

export const ODD = [
  ["no route", get("/nowhere/at/all"), 404],
  ["no credential", get("/me/a"), 401],
  ["no link", get("/files/a"), 403],
  ["no session", get("/account/"), 401],
  ["another method", { method: "DELETE", target: "/files/a", headers: {} }, 405],
  ["an unknown method", { method: "PROPFIND", target: "/me/a", headers: {} }, 501],
  ["an escaped slash", get("/me/a%2fb"), 400],
  ["a path in capitals", get("/ME/a"), [400, 404]],
  ["two tokens", get("/me/a", { authorization: "Bearer a, Bearer b" }), 400],
  ["another scheme", get("/me/a", { authorization: "Basic YTpi" }), 401],
  ["big headers", get("/me/a", { "x-padding": "x".repeat(60_000) }), 431],
  ["a long address", get(`/me/${"a".repeat(9000)}`), 414],
  ["a form that is too long", { method: "POST", target: "/.edgegate/sign-in", headers: form, body: "a=".padEnd(70_000, "b") }, 413],
  ["a form that is none", { method: "POST", target: "/oauth/token/", headers: { "content-type": "text/plain" }, body: "grant_type=code" }, [400, 401]],
  ["a client that nobody knows", { method: "POST", target: "/oauth/token/", headers: form, body: "grant_type=refresh_token&refresh_token=a&client_id=nobody" }, [400, 401]],
  ["a call without a method", { method: "POST", target: "/site/CRConsAPI", headers: form, body: "api_key=demo-api-key&v=1.0" }, 403],
  ["a wrong api key", { method: "POST", target: "/site/CRConsAPI", headers: form, body: "method=login&api_key=nobody&v=1.0" }, 403],
];
