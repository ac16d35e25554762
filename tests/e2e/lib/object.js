// An object of the Ledger from the inside, for instrumented.js: a test has it purge, and looks into its tables.

/** The state, with every statement noted that is run while `notes.statements` is a list. */
export function noting(state, notes) {
  const sql = over(state.storage.sql, "exec", (query, ...values) => {
    const cursor = state.storage.sql.exec(query, ...values);
    notes.statements?.push({ query, written: cursor.rowsWritten });
    return cursor;
  });
  return over(state, "storage", over(state.storage, "sql", sql));
}

/**
 * Has the alarm purge at once, and answers with the statements when that is over, or at once to "begin"; or answers with the rows of a query. `ask` is a call by
 * somebody whose clock shows `clock`: without one an object does not know the time.
 */
export async function look(ask, state, notes, [does, clock], query) {
  const { sql } = state.storage;
  if (does === "query") return Response.json([...sql.exec(query).raw()]);
  await ask(new Request(`https://ledger/${clock}//`, { method: "POST", body: "recall\nnothing" }));
  sql.exec("UPDATE horizon SET due = 0");
  notes.statements = [];
  await state.storage.setAlarm(1); // long ago, whatever the clock shows
  if (does === "begin") return Response.json([]);
  while (sql.exec("SELECT due FROM horizon").one().due === 0) await new Promise((due) => setTimeout(due, 10));
  const { statements } = notes;
  notes.statements = undefined;
  return Response.json(statements);
}

/** An object with another value for one of its names; methods keep their `this`. */
function over(object, name, value) {
  return new Proxy(object, {
    get(target, key) {
      const own = key === name ? value : target[key];
      return typeof own === "function" && key !== name && key !== "constructor" ? own.bind(target) : own;
    },
  });
}
