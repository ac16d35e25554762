// Tombstones on their way to KV. The Ledger knows of a revocation first; that every location learns of it must not depend on
// a client that waits, or on KV taking a write at that moment. So each tombstone lies here until KV has it.
//
// Storage: `outbox(key, value, until, again, tries, due)`, a row for a KV key. `again`: it is written once more when
// whatever was under way has ended that could write a record over it. `due`: milliseconds.

export async function bury(state, kv, key, value, until, again) {
  const row = { key, value, until, again, tries: 0 };
  const due = keep(state.storage.sql, row, FIRST_MS);
  const alarm = await state.storage.getAlarm();
  if (alarm === null || alarm > due) await state.storage.setAlarm(due);
  // Most often KV is quick, and then the answer means that it has it too.
  await Promise.race([write(state.storage.sql, kv, row), pause(SOON_MS)]);
}

// The alarm's part. Milliseconds until there is something to do again, or undefined.
export async function deliver(state, kv) {
  const { sql } = state.storage;
  table(sql);
  const rows = sql.exec("SELECT * FROM outbox WHERE due <= ? ORDER BY due LIMIT 100", Date.now()).toArray();
  for (const row of rows) await write(sql, kv, row);
  const [{ next }] = sql.exec("SELECT MIN(due) AS next FROM outbox").toArray();
  return next === null ? undefined : Math.max(next - Date.now(), 0);
}

// KV takes one write a second for a key, so the first pause is no shorter.
async function write(sql, kv, row) {
  const now = Math.floor(Date.now() / 1000);
  const expiration = Math.max(row.until, now + 61);
  // Put off before it is tried: whatever becomes of this try, there is another one.
  const tried = { ...row, tries: row.tries + 1 };
  keep(sql, tried, Math.min(FIRST_MS * 2 ** row.tries, LONGEST_MS));
  try {
    const put = kv.put(row.key, row.value, expiration < 2 ** 31 ? { expiration } : {});
    await Promise.race([put, pause(PATIENCE_MS).then(() => Promise.reject(new Error("no answer in time")))]);
  } catch {
    return; // the alarm tries again, for as long as somebody could take the record for a good one
  }
  if (row.again) keep(sql, { ...row, again: 0, tries: 0 }, AGAIN_MS);
  else sql.exec("DELETE FROM outbox WHERE key = ?", row.key);
}

function keep(sql, { key, value, until, again, tries }, pause) {
  table(sql);
  const due = Date.now() + pause;
  sql.exec("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?)", key, value, until, Number(again), tries, due);
  return due;
}

function table(sql) {
  sql.exec(`CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER NOT NULL,
    again INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL) WITHOUT ROWID`);
}

function pause(milliseconds) {
  return new Promise((due) => setTimeout(due, milliseconds));
}

const FIRST_MS = 1100;
const LONGEST_MS = 60_000;
const AGAIN_MS = 60_000;
const PATIENCE_MS = 3000;
// For so long the caller waits for KV.
const SOON_MS = 500;
