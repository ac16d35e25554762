// Switches the rules behind the scheme matrix off, one at a time, in a copy of the sources, and sees which cells of the
// table fail. A cell that no rule makes fail would be a test that cannot.
//
//   node tests/schemes/switch-off.mjs           some minutes, since each rule is a build
//   node tests/schemes/switch-off.mjs --dry     only whether each rule is still where it is looked for

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const PARTS = ["Cargo.toml", "Cargo.lock", "build.rs", "edgegate.toml", "demo", "docs", "fixtures", "src", "tests"];

/** What the rule is, and the change of one file that switches it off. */
const RULES = [
  ["onsite takes passwords", "src/policy/accept.rs", '["bearer", "ticket", "basic", "session"]', '["bearer", "ticket", "session"]'],
  ["onsite takes tickets", "src/policy/accept.rs", '["bearer", "ticket", "basic", "session"]', '["bearer", "basic", "session"]'],
  ["tokens are taken", "src/gate/schemes.rs", 'header.is("Bearer") || header.is("DPoP")', "false"],
  ["onsite takes sessions", "src/policy/accept.rs", '["bearer", "ticket", "basic", "session"]', '["bearer", "ticket", "basic"]'],
  ["online takes tickets", "src/policy/accept.rs", '["bearer", "app-ticket", "session"]', '["bearer", "session"]'],
  ["online takes sessions", "src/policy/accept.rs", '["bearer", "app-ticket", "session"]', '["bearer", "app-ticket"]'],
  ["online takes no passwords", "src/policy/accept.rs", '["bearer", "app-ticket", "session"]', '["bearer", "app-ticket", "basic", "session"]'],
  ["online wants SO-AppToken", "src/policy/accept.rs", '["bearer", "app-ticket", "session"]', '["bearer", "ticket", "session"]'],
  ["SO-AppToken is one of the policy's", "src/gate/schemes.rs", "token.is(shown.as_bytes())", "true | token.is(shown.as_bytes())"],
  ["schemes of connections are named", "src/gate/schemes.rs", "route.takes_credentials() && authorization::is_of_connection(field)", "false"],
  ["a scheme that is not taken is refused", "src/gate/schemes.rs", "Err(Reason::SchemeNotAccepted)", "Ok(None)"],
  ["one Authorization", "src/credential/authorization.rs", "field.contains(',')", "false"],
  ["a value behind the scheme", "src/credential/authorization.rs", "field.split_once(' ').ok_or(Reason::AuthorizationMalformed)?", 'field.split_once(\' \').unwrap_or((field, "none"))'],
  ["a token is a b64token", "src/credential/bearer.rs", "!authorization::is_b64token(bare(places, authorization.value))", "false"],
  ["a token authenticates itself", "src/gate/tokens.rs", "    let verified = match takes_own", '    if opened.is_err() {\n        return Ok(Grant { identity: Identity { kind: "bearer", ..Identity::default() }, ..Grant::default() });\n    }\n    let verified = match takes_own'],
  ["what was revoked is worth nothing", "src/credential/store.rs", "Some(record) if record.revoked =>", "Some(record) if record.revoked && false =>"],
  ["HTTP Basic is base64", "src/credential/basic.rs", "from_standard_base64(value.as_bytes()).ok_or(Reason::BasicMalformed)?", 'from_standard_base64(value.as_bytes()).unwrap_or_else(|| b"x:y".to_vec())'],
  ["HTTP Basic has a colon", "src/credential/basic.rs", "position(|byte| *byte == b':').ok_or(Reason::BasicMalformed)?", "position(|byte| *byte == b':').unwrap_or(0)"],
  ["HTTP Basic is text", "src/credential/basic.rs", "if text.expose_text()?.contains(char::is_control)", "if false"],
  ["a program's password", "src/gate/basic.rs", "secret.is(login.password.expose())", "true | secret.is(login.password.expose())"],
  ["a person's password", "src/gate/basic.rs", "found.ok_or(Reason::SignInFailed)", "Ok(found.unwrap_or_default())"],
  ["a ticket authenticates itself", "src/credential/ticket.rs", "let (ticket, session) = session(ctx, policy, text)?;", "let Ok((ticket, session)) = session(ctx, policy, text) else { return Ok(Identity { kind: KIND, ..Identity::default() }) };"],
  ["a session wants its token on every method", "src/gate/xsrf.rs", "route.xsrf == Xsrf::Always\n        ||", "false\n        ||"],
  ["the token has to be there", "src/credential/xsrf.rs", "let shown = shown.ok_or(Reason::BoundTokenMissing)?;", "let Some(shown) = shown else { return Ok(()) };"],
  ["the token is the session's", "src/credential/xsrf.rs", "token.is(shown.as_bytes())", "true | token.is(shown.as_bytes())"],
  ["cookie and header agree", "src/credential/xsrf.rs", "held != Held::Other &&", "true &&"],
  ["a session authenticates itself", "src/gate/credentials.rs", "let session = session::open(ctx, policy, value)?;", 'let Ok(session) = session::open(ctx, policy, value) else { return Ok(Some(Grant { identity: Identity { kind: "session", ..Identity::default() }, ..Grant::default() })) };'],
  ["one session", "src/http/cookie.rs", "cookie == name && found.replace(value).is_some()", "cookie == name && found.replace(value).is_some() && false"],
  ["nothing opens nothing", "src/gate/credentials.rs", "    Err(Reason::CredentialMissing)\n}", '    Ok(Outcome::Granted(Box::new(Grant { identity: Identity { kind: "none", ..Identity::default() }, ..Grant::default() })))\n}'],
];

for (const [, file, there] of RULES) {
  const whole = readFileSync(path.join(root, file), "utf8");
  if (whole.split(there).length !== 2) throw new Error(`${file} does not hold, once: ${there}`);
}
if (process.argv.includes("--dry")) process.exit(0);

const copy = mkdtempSync(path.join(tmpdir(), "edgegate-rules-"));
for (const part of PARTS) {
  cpSync(path.join(root, part), path.join(copy, part), { recursive: true, filter: (from) => !/\/(build|\.wrangler|node_modules)$/.test(from) });
}
const rows = JSON.parse(readFileSync(path.join(root, "fixtures/schemes.json"), "utf8"));
const cells = new Map(rows.flatMap(({ scheme, state, ...outcomes }) => ["onsite", "online"].map((deployment) => [`${scheme} | ${state} | ${deployment}`, outcomes[deployment]])));
const never = new Set(cells.keys());
let dead = 0;
try {
  if (failing().length > 0) throw new Error("cells fail with every rule in place: run cargo test --test schemes first");
  for (const [rule, file, there, instead] of RULES) {
    const whole = readFileSync(path.join(copy, file), "utf8");
    writeFileSync(path.join(copy, file), whole.replace(there, () => instead));
    const failed = failing();
    writeFileSync(path.join(copy, file), whole);
    failed.forEach((cell) => never.delete(cell));
    if (failed.length === 0) dead += 1;
    console.log(`${String(failed.length).padStart(3)} cells fail without: ${rule}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`\n${RULES.length} rules, ${cells.size} cells; ${never.size} cells never failed, ${dead} rules made none fail.`);
for (const cell of never) console.log(`  never: ${cell}`);
process.exitCode = never.size + dead > 0 ? 1 : 0;

/** The cells that come out otherwise in the copy. One that only lists other schemes than it should does not count. */
function failing() {
  const env = { ...process.env, CARGO_TARGET_DIR: path.join(root, "target/rules") };
  const { stdout, stderr, status } = spawnSync("cargo", ["test", "--locked", "--test", "schemes", "every_cell"], { cwd: copy, env, encoding: "utf8" });
  if (status !== 0 && !stdout.includes("test result:")) throw new Error(`it does not compile:\n${stderr.slice(-2000)}`);
  const failed = [...`${stdout}${stderr}`.matchAll(/^cell: (.* \| .* \| \w+): (\{.*\})$/gm)];
  const outcomes = (told) => [...told.matchAll(/"(\d{3} \w+)/g)].map(([, outcome]) => outcome);
  return failed.filter(([, cell, told]) => outcomes(told).some((outcome) => outcome !== cells.get(cell))).map(([, cell]) => cell);
}
