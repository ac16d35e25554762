// Checkfront's sample answer to a ping, with what was received beside it.

import { describe } from "./echo.js";
import { json } from "./page.js";

export const isPing = (pathname) => /^\/api\/3\.0\/ping\/?$/.test(pathname);

export async function ping(request) {
  return json(`${JSON.stringify({ ...SAMPLE, received: await describe(request) }, null, 2)}\n`);
}

const SAMPLE = {
  version: "3.0",
  account_id: 1,
  host_id: "your-company.checkfront.com",
  name: "Your Company",
  locale: { id: "en_US", lang: "en", currency: "CAD" },
  request: { status: "OK", resource: "ping", records: 1, limit: 0, page: 1, pages: 1, time: 0.0009, method: "get" },
  pong: { remote_addr: "0.0.0.0", time: 1507249065, timezone: "Canada/Pacific", provider: "API Console" },
};
