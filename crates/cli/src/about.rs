//! `completions` and `man`: how the tool is called, for a shell and for a reader.

use clap::CommandFactory;
use serde_json::json;

use super::args::{Args, Completions};
use super::output::{Failure, Report};

/// A shell's script, which completes commands and options.
pub fn completions(of: &Completions) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(of.shell, &mut whole(), "edgegate", &mut script);
    shown(&script)
}

/// The manual page, in roff.
///
/// # Errors
/// Exit code 2: it cannot be written, which memory does not do.
pub fn manual() -> Result<Report, Failure> {
    let mut page = Vec::new();
    let written = clap_mangen::Man::new(whole()).render(&mut page);
    written.map_err(|error| Failure::usage(error.to_string()))?;
    Ok(shown(&page))
}

fn shown(text: &[u8]) -> Report {
    let text = String::from_utf8_lossy(text).into_owned();
    let json = json!({ "text": text });
    Report::fine(text, json)
}

/// The commands that only the npm package has are completed and listed, too.
fn whole() -> clap::Command {
    let mut command = Args::command();
    for (name, what) in IN_NODE {
        command = command.subcommand(clap::Command::new(name).about(what));
    }
    command
}

/// `package/commands/` of the repository has them.
const IN_NODE: [(&str, &str); 4] = [
    ("init", "Write a project: a policy, wrangler.toml and fresh keys (npm package)"),
    ("dev", "Run the gateway before a site on this machine (npm package)"),
    ("deploy", "Deploy with wrangler, and name what is still open (npm package)"),
    ("doctor", "Look for what is missing or wrong, from the policy to the platform (npm package)"),
];
