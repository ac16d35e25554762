// Rules that the simulator guards, each with the lines that make it and what stands there when it is off.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";

const ledger = "crates/core/src/testing/ledger.rs";
const stores = "crates/core/src/testing/stores.rs";
const grants = "crates/core/src/credential/grant/mod.rs";
const store = "crates/core/src/sealed/store.rs";

/** [the rule, its file, the text, the text without it] */
export const rules = [
  ["a claim is one request's alone", ledger, "if row.by == Some(by) {", "if row.by.is_some() {"],
  ["what the Ledger does not answer is asked once more", "crates/core/src/testing/memory.rs", "=> (self.under(operation, |faults| faults.ledger, work()).await, true),", "=> (Err(Reason::LedgerUnavailable), true),"],
  ["a claim that may be on its way is taken back", stores, "            if is_repeated {", "            if false {"],
  ["a request that is refused takes back what it claimed", "crates/core/src/gate/mod.rs", "ports.withdraw().await;", ""],
  ["a request takes back its own claims alone", ledger, "*known != key || row.by != Some(by)", "*known != key"],
  ["a withdrawn claim that arrives late is void", ledger, "if self.withdrawn.borrow().contains(&(key, by)) {", "if false {"],
  ["a strict route asks about tokens and sessions", store, "revocation == Revocation::Strict && is_revoked(ctx, sealed).await?", "revocation == Revocation::Strict && false"],
  ["a strict route asks about grants", grants, "self.check_revocation(&claims.family).await.map_err(of_token)?;", ""],
  ["a strict route asks whether a token was replaced", grants, "if self.is_superseded(claims).await? {", "if false {"],
  ["an isolate never un-revokes what it remembers", "crates/core/src/sealed/cache.rs", "is_older(entry) && !record.revoked", "false"],
  ["an isolate's copy is not older than the policy says", "crates/core/src/sealed/cache.rs", "entry.record.revoked || is_fresh(entry.fetched, now, max_age)", "entry.record.revoked || is_fresh(entry.fetched, now, max_age * 2)"],
  ["the Ledger sees to the tombstone", ledger, "let written = put(", "let written = true || put("],
  ["a revocation is answered once the Ledger knows", store, "    ctx.ports.revoke(revoked, until, tombstone).await\n", "    ctx.ports.revoke(revoked, until, tombstone).await.or(Ok(()))\n"],
  ["a sign-out that fails leaves another one's tombstone", store, "} else if ctx.policy.single_use == SingleUse::BestEffort && was_alive {", "} else {"],
  ["a refresh that cannot write leaves a tombstone", grants, "if !is_written && ctx.recent.get(&key, ctx.now, 0).is_none() {", "if !is_written {"],
  ["a new record is looked for in the Ledger", store, "let is_young = ctx.now < sealed.issued + LAG;", "let is_young = false;"],
  ["a refresh can be repeated within its window", grants, "if age < policy.retry_window =>", "if age < 1 =>"],
  ["a repeated refresh gives the same tokens", grants, "=> (note.parse().unwrap_or(0), false),", "=> (ctx.now, false),"],
  ["a refresh after its window is a theft", grants, "if age < policy.retry_window =>", "if age < u64::MAX =>"],
  ["a refresh asks whether its grant was revoked", grants, "    self.check_what_was_written(&family).await?;\n        let next", "        let next"],
  ["a credential authenticates itself", "crates/core/src/sealed/seal.rs", "!bool::from(self.mac(body).ct_eq(&mac))", "self.mac(body).ct_eq(&mac).unwrap_u8() > 1"],
];

/** Rules whose text does not stand once in its file, so that they could not be switched off. */
export const notFoundOnce = () =>
  rules.filter(([, file, text]) => readFileSync(inRoot(file), "utf8").split(text).length !== 2).map(([rule, file]) => `"${rule}" in ${file}`);

/** Does something with a copy of the sources for each rule, in which it alone is off. */
export async function switchedOff(work) {
  const [lost] = notFoundOnce();
  if (lost) throw new Failure(`${lost}: not found once`, { todo: "scripts/lib/switched-off.mjs has to follow the sources." });
  const cwd = inRoot("target/rules"); // always the same place, so that what is compiled there is found again
  rmSync(cwd, { recursive: true, force: true });
  try {
    for (const name of ["Cargo.toml", "Cargo.lock", "src", "crates", "bench/redirects", "tests", "fixtures", "demo/.dev.vars"]) {
      cpSync(inRoot(name), path.join(cwd, name), { recursive: true, preserveTimestamps: true });
    }
    for (const [rule, file, text, without] of rules) {
      const whole = readFileSync(inRoot(file), "utf8");
      writeFileSync(path.join(cwd, file), whole.replace(text, () => without));
      await work({ rule, cwd });
      writeFileSync(path.join(cwd, file), whole);
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
