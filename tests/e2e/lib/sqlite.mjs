// What an object of the Ledger has of its storage, over SQLite in this process: for what cannot be timed in workerd.

import { DatabaseSync } from "node:sqlite";

/** Storage of an object: `sql.exec` and its alarm. */
export function storage() {
  const database = new DatabaseSync(":memory:");
  let alarm = null;
  const exec = (text, ...values) => {
    const statement = database.prepare(text);
    if (/^\s*SELECT/.test(text)) return { toArray: () => statement.all(...values) };
    return { rowsWritten: statement.run(...values).changes };
  };
  return { sql: { exec }, getAlarm: async () => alarm, setAlarm: async (at) => void (alarm = at), alarm: () => alarm };
}
