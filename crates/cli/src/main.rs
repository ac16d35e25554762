//! The command-line tool, on the same core.
//!
//! - [`args`] says what can be asked, [`help`] teaches it;
//! - [`workspace`] reads what the operator has: the policy, and the secrets in a file ([`vars`]) or on stdin;
//! - [`check`], [`mod@build`], [`changes`], [`keys`], [`secrets`], [`link`], [`redirect`], [`admin`], [`clients`],
//!   [`client_new`] and [`people`] are the commands;
//! - [`mod@client`] is how the admin API is called, [`registration`] what a client is said to be;
//! - [`verdict`] runs the gate itself over an address, so that what is said here is what the gateway does; [`checker`]
//!   uses a profile of signed redirects alone instead;
//! - [`policy_tests`] runs the tests of a policy for [`check`] and [`mod@build`];
//! - [`host`] is the machine: files, terminal, clock, calls; natively or in Node;
//! - [`about`] says how it is called: completions and the manual page;
//! - [`output`] tells people and programs, and ends with the exit code.
//!
//! No secret is taken as an argument, and none is shown that exists already: only what makes one (`key new`, `client new`,
//! `client add`, `client rotate`) shows it, once.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

mod about;
mod address;
mod admin;
mod args;
mod build;
mod changes;
mod check;
mod checker;
mod client;
mod client_new;
mod clients;
mod columns;
mod compare;
mod explained;
mod help;
mod host;
mod keys;
mod link;
mod output;
mod pages;
mod people;
mod policy_tests;
mod redirect;
mod registration;
mod rotation;
mod secrets;
mod signing;
mod telling;
mod time;
mod vars;
mod verdict;
mod workspace;

use clap::FromArgMatches;

use args::{Args, ClientCommand, Command, GrantCommand, LinkCommand, RedirectCommand, SessionCommand, TokenCommand};
use host::Stream;
use output::{Failure, Report};

/// Runs the tool over the process's arguments.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    answer().into()
}

/// In wasm nothing happens before [`start`].
#[cfg(target_arch = "wasm32")]
fn main() {}

/// Runs the tool over the arguments that the host has. Answers with the exit code.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start() -> u8 {
    answer()
}

fn answer() -> u8 {
    let arguments = host::arguments();
    let read = about::whole().try_get_matches_from(&arguments).and_then(|matches| match about::elsewhere(&matches) {
        Some(failure) => Ok(Err(failure)),
        None => Args::from_arg_matches(&matches).map(Ok),
    });
    match read {
        Ok(Ok(args)) => output::tell(args.common.json, run(&args)),
        Ok(Err(failure)) => output::tell(is_json(&arguments), Err(failure)),
        Err(error) => usage(&error, &arguments),
    }
}

fn run(args: &Args) -> Result<Report, Failure> {
    let common = &args.common;
    match &args.command {
        Command::Check(check) => check::run(common, check),
        Command::Build(build) => build::run(common, build),
        Command::Policy { command: args::PolicyCommand::Diff(diff) } => changes::run(common, diff),
        Command::Key { command: args::KeyCommand::New(new) } => keys::new(new, common.json),
        Command::Secrets => secrets::run(common),
        Command::Link { command: LinkCommand::Sign(sign) } => link::sign(common, sign),
        Command::Link { command: LinkCommand::Verify(verify) } => link::verify(common, verify),
        Command::Link { command: LinkCommand::Explain(explain) } => link::explain(common, explain),
        Command::Redirect { command: RedirectCommand::Sign(sign) } => redirect::sign(common, sign),
        Command::Redirect { command: RedirectCommand::Verify(verify) } => redirect::verify(common, verify),
        Command::Redirect { command: RedirectCommand::Explain(explain) } => redirect::explain(common, explain),
        Command::Nonce(nonce) => admin::nonce(common, nonce),
        Command::Ticket(ticket) => admin::ticket(common, ticket),
        Command::Token { command: TokenCommand::Mint(mint) } => admin::mint(common, mint),
        Command::Token { command: TokenCommand::Show(held) } => admin::show(common, held),
        Command::Token { command: TokenCommand::Revoke(held) } => admin::revoke_token(common, held),
        Command::Client { command } => client(common, command),
        Command::Session { command } => session(common, command),
        Command::Grant { command: GrantCommand::List(of) } => people::list_grants(common, of),
        Command::Grant { command: GrantCommand::Revoke(end) } => people::end_grants(common, end),
        Command::Completions(of) => Ok(about::completions(of)),
        Command::Man => about::manual(),
    }
}

fn client(common: &args::Common, command: &ClientCommand) -> Result<Report, Failure> {
    match command {
        ClientCommand::Add(add) => clients::add(common, add),
        ClientCommand::List(list) => clients::list(common, list),
        ClientCommand::Rotate(rotate) => clients::rotate(common, rotate),
        ClientCommand::Remove(remove) => clients::remove(common, remove),
        ClientCommand::New(new) => client_new::run(common, new),
    }
}

fn session(common: &args::Common, command: &SessionCommand) -> Result<Report, Failure> {
    match command {
        SessionCommand::List(of) => people::list_sessions(common, of),
        SessionCommand::Revoke(end) => match &end.subject {
            Some(subject) => people::end_sessions(common, subject, end),
            None => admin::revoke_session(common, &end.held),
        },
    }
}

fn is_json(arguments: &[String]) -> bool {
    arguments.iter().any(|argument| argument == "--json")
}

/// Help and version, which are no errors, and arguments that cannot be read.
fn usage(error: &clap::Error, arguments: &[String]) -> u8 {
    if error.use_stderr() && is_json(arguments) {
        let text = error.render().to_string();
        let said = text.lines().take_while(|line| !line.starts_with("Usage:")).map(str::trim);
        let said = said.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        return output::tell(true, Err(Failure::usage(said.trim_start_matches("error: "))));
    }
    let stream = if error.use_stderr() { Stream::Err } else { Stream::Out };
    let text = error.render();
    host::print(stream, &if host::is_terminal(stream) { text.ansi().to_string() } else { text.to_string() });
    u8::try_from(error.exit_code()).unwrap_or(2)
}
