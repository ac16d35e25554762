//! How the tool is called: its commands, and `completions` and `man`, which tell a shell and a reader.

use clap::{ArgMatches, CommandFactory};
use serde_json::json;

use super::args::{Args, Completions};
use super::output::{Failure, Report};

/// Every command, those too that only the npm package has.
pub fn whole() -> clap::Command {
    let command = Args::command();
    IN_NODE.iter().fold(command, |command, (name, what)| {
        let rest = clap::Arg::new("rest").num_args(0..).allow_hyphen_values(true).trailing_var_arg(true).hide(true);
        command.subcommand(clap::Command::new(*name).about(*what).arg(rest))
    })
}

/// That a command is one of the npm package, which did not run it: this is the native tool.
pub fn elsewhere(matches: &ArgMatches) -> Option<Failure> {
    let name = matches.subcommand_name()?;
    IN_NODE.iter().any(|(known, _)| *known == name).then(|| {
        Failure::usage(format!("`{name}` is a command of the npm package, and this is the native tool"))
            .todo(format!("Where the package is installed: npx edgegate {name}. docs/packages.md says how to get it."))
    })
}

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

/// `package/commands/` of the repository has them.
const IN_NODE: [(&str, &str); 4] = [
    ("init", "Write a project: a policy, wrangler.toml and fresh keys (npm package)"),
    ("dev", "Run the gateway before a site on this machine (npm package)"),
    ("deploy", "Deploy with wrangler, and name what is still open (npm package)"),
    ("doctor", "Look for what is missing or wrong, from the policy to the platform (npm package)"),
];
