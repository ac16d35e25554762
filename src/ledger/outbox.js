// Tombstones on their way to KV. The Ledger knows of a revocation first; that every location learns of it must not depend on
// a client that waits, or on KV taking a write at that moment. So each tombstone lies here until KV has it.
//
// Storage: `outbox(key, value, until, again, tries, due, number)`, a row for a KV key. `again`: it is written once more when
// whatever was under way has ended that could write a record over it. `due`: milliseconds. `number`: another one for each
// change, so that a write which took long settles no row that was made since.

import { expiring, inTime } from "../storage.js";

export async function bury(state, kv, key, value, until, again) {
  const { sql } = state.storage;
  const row = { key, value, until, again: Number(again), tries: 0, number: another() };
  const due = Date.now() + FIRST_MS;
  table(sql);
  sql.exec("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, 0, ?, ?)", key, value, until, row.again, due, row.number);
  const alarm = await state.storage.getAlarm();
  if (alarm === null || alarm > due) await state.storage.setAlarm(due);
  // Most often KV is quick, and then the answer means that it has it too.
  await inTime(write(sql, kv, row), SOON_MS).catch(() => {});
}

// The alarm's part. Milliseconds until there is something to do again, or undefined.
export async function deliver(state, kv) {
  const { sql } = state.storage;
  const now = Date.now();
  table(sql);
  // What is due later than anything can be was put off by a clock that was wrong.
  const rows = sql.exec("SELECT * FROM outbox WHERE due <= ?1 OR due > ?1 + ?2 ORDER BY due LIMIT 120", now, AGAIN_MS).toArray();
  while (rows.length > 0) await Promise.all(rows.splice(0, AT_ONCE).map((row) => write(sql, kv, row)));
  const [{ next }] = sql.exec("SELECT MIN(due) AS next FROM outbox").toArray();
  return next === null ? undefined : Math.min(Math.max(next - Date.now(), 0), LONGEST_MS);
}

async function write(sql, kv, row) {
  const now = Math.floor(Date.now() / 1000);
  if (row.until < now - LONG_AGO) return void sql.exec("DELETE FROM outbox WHERE key = ? AND number = ?", row.key, row.number);
  // Put off before it is tried: whatever becomes of this try, there is another one. KV takes one write a second for a key,
  // so the first pause is no shorter.
  const number = another();
  const settle = (change, ...values) => sql.exec(`${change} WHERE key = ? AND number = ?`, ...values, row.key, number);
  const due = Date.now() + Math.min(FIRST_MS * 2 ** row.tries, LONGEST_MS);
  const own = "UPDATE outbox SET tries = tries + 1, due = ?, number = ? WHERE key = ? AND number = ?";
  if (sql.exec(own, due, number, row.key, row.number).rowsWritten === 0) return;
  try {
    await inTime(kv.put(row.key, row.value, expiring(Math.max(row.until, now + 61))), PATIENCE_MS);
  } catch {
    return; // the alarm tries again
  }
  if (row.again) settle("UPDATE outbox SET again = 0, tries = 0, due = ?", Date.now() + AGAIN_MS);
  else settle("DELETE FROM outbox");
}

function table(sql) {
  sql.exec(`CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER NOT NULL,
    again INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID`);
}

let numbers = 0;
const another = () => Date.now() * 1000 + (numbers++ % 1000);

const FIRST_MS = 1100;
const LONGEST_MS = 60_000;
const AGAIN_MS = 60_000;
const PATIENCE_MS = 3000;
// For so long the caller waits for KV.
const SOON_MS = 500;
// Connections that the platform gives to one event.
const AT_ONCE = 6;
// Seconds after which nobody takes the record for a good one, whatever a clock says.
const LONG_AGO = 86_400;
