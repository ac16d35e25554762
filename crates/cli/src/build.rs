//! `edgegate build`: the policy and its pages as data, beside a Worker that is compiled already.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{Build, Common};
use super::check::{allowed, allowed_json, remark_json, warnings};
use super::output::{Failure, Report};
use super::pages;
use super::policy_tests::{self, Outcome};
use super::time;
use super::workspace::{policy_path, read_policy};
use edgegate_core::policy::{FORMAT, Policy, advise};

/// Leaves a folder that the platform can run: the policy, and the Worker's two files. Compiles no code.
///
/// # Errors
/// Exit code 1 if a test of the policy fails. Exit code 2 if the policy is not valid, if there is no Worker, or if the
/// folder cannot be written.
pub fn run(common: &Common, build: &Build) -> Result<Report, Failure> {
    let path = policy_path(common);
    if is_for_dev() {
        have_secrets_read(path.parent().unwrap_or(Path::new("")));
    }
    let (policy, tests) = match tested(&path) {
        Err(failure) if serves_the_last_one(&build.out) => return Ok(still_served(&build.out, &failure)),
        read => read?,
    };
    let pages = pages::module(&path, &policy)?;
    let data = policy.compile();
    let digest = digest(&data)?;
    let out = &build.out;
    fs::create_dir_all(out).map_err(|error| unwritable(out, &error))?;
    let worker = worker(build);
    reads_this_format(&worker)?;
    for name in WORKER {
        copy(&worker.join(name), &out.join(name))?;
    }
    write(&out.join(PAGES), &pages)?;
    write(&out.join(POLICY), &data)?;
    write(&out.join(MODULES), MIDDLEWARE.as_bytes())?;
    let advised = advise(&policy, &time::day(time::now()));
    let routes = policy.routes.len();
    let json = json!({
        "out": out.display().to_string(),
        "policy": digest,
        "bytes": data.len(),
        "routes": routes,
        "tests": tests.json(),
        "advice": advised.told.iter().map(remark_json).collect::<Vec<_>>(),
        "allowed": advised.allowed.iter().map(allowed_json).collect::<Vec<_>>(),
    });
    let plural = if routes == 1 { "" } else { "s" };
    let passed = tests.summary().map_or(String::new(), |summary| format!(", {summary}"));
    let (bytes, allowed) = (data.len(), allowed(&advised));
    let text = format!("{}: policy {digest}, {routes} route{plural}, {bytes} bytes{passed}{allowed}\n", out.display());
    Ok(Report { warnings: warnings(&path, &advised).collect(), ..Report::fine(text, json) })
}

/// A policy that is valid and whose tests pass.
fn tested(path: &Path) -> Result<(Policy, Outcome), Failure> {
    let policy = read_policy(path)?;
    let tests = policy_tests::run(&policy);
    if tests.failures.is_empty() {
        return Ok((policy, tests));
    }
    let (summary, lines) = (tests.summary().unwrap_or_default(), tests.lines(path).join("\n  "));
    Err(Failure::refused(format!("the policy does not do what its tests say: {summary}\n  {lines}"))
        .with("tests", tests.json()))
}

/// wrangler says by this variable who runs the build command; `wrangler deploy` does not say "dev".
fn is_for_dev() -> bool {
    std::env::var_os("WRANGLER_COMMAND").is_some_and(|command| command == "dev")
}

/// `wrangler dev` reads `.dev.vars` when its configuration changes, and only then. So where the secrets were saved later,
/// the configuration gets their date.
fn have_secrets_read(folder: &Path) {
    let time = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    if let (Some(secrets), Some(config)) = (time(".dev.vars"), time("wrangler.toml"))
        && secrets > config
    {
        let config = fs::File::options().append(true).open(folder.join("wrangler.toml"));
        // If it cannot be written, a restart of `wrangler dev` reads them.
        let _ = config.and_then(|config| config.set_modified(secrets));
    }
}

/// `wrangler dev` answers nothing between a build that fails and the next that succeeds, so for it this one does not fail.
fn serves_the_last_one(out: &Path) -> bool {
    is_for_dev() && out.join(POLICY).exists()
}

fn still_served(out: &Path, failure: &Failure) -> Report {
    let text = format!("Until that is mended, the policy that was built before is served ({}).\n", out.display());
    let json = json!({ "out": out.display().to_string(), "mistake": failure.message });
    Report { warnings: vec![failure.message.clone()], ..Report::fine(text, json) }
}

/// The digest of what was written: whatever the Worker could not read is not left behind.
fn digest(data: &[u8]) -> Result<String, Failure> {
    let policy = Policy::decode(data).map_err(|reason| Failure::refused(format!("the compiled policy: {reason}")))?;
    Ok(policy.digest.map(|digest| digest.to_string()).unwrap_or_default())
}

/// Where the compiled Worker is: `--worker`, else `EDGEGATE_WORKER`, else `target/worker`.
fn worker(build: &Build) -> PathBuf {
    let named = std::env::var_os("EDGEGATE_WORKER").filter(|name| !name.is_empty()).map(PathBuf::from);
    build.worker.clone().or(named).unwrap_or_else(|| PathBuf::from("target/worker"))
}

/// A Worker that was compiled here says which format it reads: with another one it would refuse everything.
fn reads_this_format(worker: &Path) -> Result<(), Failure> {
    let said = fs::read_to_string(worker.join("policy.format")).ok();
    match said.as_deref().map(str::trim).filter(|said| *said != FORMAT.to_string()) {
        None => Ok(()),
        Some(other) => Err(Failure::usage(format!(
            "the Worker in {} reads policies of format {other}, and this tool writes format {FORMAT}",
            worker.display()
        ))
        .todo("Compile the Worker anew: npm run build.")),
    }
}

/// Copies a file where the copy is not the same already, so that what watches it sees changes alone.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let file = fs::read(from).map_err(|error| {
        Failure::usage(format!("{}: {error}", from.display()))
            .todo("The Worker is compiled by `npm run build`; --worker FOLDER names another place.")
    })?;
    write(to, &file)
}

/// Writes a file at once: what runs from there never sees half of it.
fn write(path: &Path, data: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|before| before == data) {
        return Ok(());
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, data).and_then(|()| fs::rename(&new, path)).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("{}: {error}", path.display())).todo("--out FOLDER names a place that can be written.")
}

/// What the Worker consists of.
const WORKER: [&str; 3] = ["index_bg.wasm", "gate.js", "index.js"];
/// Beside them, as the Worker imports it.
pub const POLICY: &str = "policy.bin";
/// Texts and pictures of pages, beside them too.
const PAGES: &str = "pages.bin";
/// Both as one module, for the middleware in a Worker of one's own.
const MODULES: &str = "policy.js";
const MIDDLEWARE: &str =
    "// The policy and its pages, as `edgegate build` wrote them: the second argument of edgegate(app, policy).
import policy from \"./policy.bin\";
import pages from \"./pages.bin\";
export default { policy, pages };
";
