//! What can be asked of the tool.

mod clients;
mod people;
mod signed;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::help;
use super::time;
pub use clients::{AddClient, ClientCommand, ListClients, NewClient, Registration, RemoveClient, RotateClient};
pub use people::{EndGrants, EndSessions, GrantCommand, OfPerson, SessionCommand};
pub use signed::{
    Explain, ExplainRedirect, LinkCommand, RedirectCommand, SignLink, SignRedirect, Verify, VerifyRedirect,
};

/// The command-line tool of the Edgegate authentication gate
#[derive(Debug, Parser)]
#[command(name = "edgegate", version, after_help = help::EXIT_CODES, after_long_help = help::OVERVIEW)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// The policy [default: $EDGEGATE_POLICY, else edgegate.toml]
    #[arg(short, long, global = true, help_heading = "Global options", value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Secrets as NAME=value lines; `-` reads standard input [default: .dev.vars beside the policy]
    #[arg(short, long, global = true, help_heading = "Global options", value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read the policy: every mistake with its line, every loosening as a warning, and what each route does
    #[command(after_long_help = help::CHECK)]
    Check(Check),
    /// Compile the policy into a folder that the platform can run, beside a compiled Worker
    #[command(after_long_help = help::BUILD)]
    Build(Build),
    /// Compare the policy with the one that was built before
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Make keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// List the secrets that the policy names: which are set, which are missing; never their values
    #[command(after_long_help = help::SECRETS)]
    Secrets,
    /// Sign, verify and explain links (eg_kid, eg_exp, eg_sig)
    Link {
        #[command(subcommand)]
        command: LinkCommand,
    },
    /// Sign, verify and explain signed redirects (ts, signature)
    Redirect {
        #[command(subcommand)]
        command: RedirectCommand,
    },
    /// Ask the running gateway for a link that signs somebody in once
    #[command(after_long_help = help::NONCE)]
    Nonce(Nonce),
    /// Ask the running gateway for a ticket (Authorization: SOTicket)
    #[command(after_long_help = help::TICKET)]
    Ticket(Ticket),
    /// Bearer tokens of the running gateway
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Clients: register, list, change and end them in the running gateway, or write them for the policy
    Client {
        #[command(subcommand)]
        command: ClientCommand,
    },
    /// Sessions of the running gateway: list those of a person, end them or one
    Session {
        #[command(subcommand)]
        command: SessionCommand,
    },
    /// What people allowed clients in the running gateway: list it by person, end it
    Grant {
        #[command(subcommand)]
        command: GrantCommand,
    },
    /// Print what completes the tool's commands in a shell
    #[command(after_long_help = help::COMPLETIONS)]
    Completions(Completions),
    /// Print the manual page
    #[command(after_long_help = help::MAN)]
    Man,
}

#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// The policy, instead of --policy
    pub file: Option<PathBuf>,
    /// A warning counts as a problem
    #[arg(long)]
    pub strict: bool,
    /// The policy that was deployed last: a list of keys that skips a step counts as a problem
    #[arg(long, value_name = "FILE")]
    pub deployed: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Build {
    /// The folder: index.js is its entry, policy.bin the policy
    #[arg(short, long, value_name = "FOLDER", default_value = "build")]
    pub out: PathBuf,
    /// The compiled Worker [default: $EDGEGATE_WORKER, else target/worker]
    #[arg(long, value_name = "FOLDER")]
    pub worker: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Say in words what the policy changes: routes opened, loosened, tightened, closed
    #[command(after_long_help = help::DIFF)]
    Diff(Diff),
}

#[derive(Debug, clap::Args)]
pub struct Diff {
    /// The policy before: compiled (policy.bin) or as text
    #[arg(long, value_name = "FILE", default_value = "build/policy.bin")]
    pub against: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Print a fresh secret, to be piped to where it is kept
    #[command(after_long_help = help::KEY_NEW)]
    New(NewKey),
}

#[derive(Debug, clap::Args)]
pub struct NewKey {
    /// A private P-256 JWK for a key with `use = "identity"`
    #[arg(long, conflicts_with = "bytes")]
    pub identity: bool,
    /// Random bytes in it
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(16..=1024))]
    pub bytes: u16,
    /// Name of the secret, with --append
    #[arg(long, requires = "append")]
    pub name: Option<String>,
    /// Add NAME=value to this file, readable by you alone, and print nothing of it
    #[arg(long, requires = "name", value_name = "FILE")]
    pub append: Option<PathBuf>,
}

/// Where the running gateway is.
#[derive(Debug, clap::Args)]
pub struct At {
    /// Address of the running gateway [default: the policy's issuer]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Nonce {
    /// Who is signed in by it
    pub subject: String,
    /// The policy's route that it opens; it takes nonces
    #[arg(long, value_name = "NAME")]
    pub route: String,
    /// Where the link leads [default: the route's own path]
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// How long it works: 60s, 10m [default: the policy's]
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    pub lifetime: Option<u64>,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct Ticket {
    /// Who it stands for
    pub subject: String,
    /// How long it lives: 60s, 10m [default: the policy's]
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    pub lifetime: Option<u64>,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Print a fresh token as an Authorization header
    #[command(after_long_help = help::TOKEN_MINT)]
    Mint(MintToken),
    /// Say what a token is and whether it lives; exit code 0 only if it does
    #[command(after_long_help = help::TOKEN_SHOW)]
    Show(Held),
    /// End a token before its time
    #[command(after_long_help = help::TOKEN_REVOKE)]
    Revoke(Held),
}

#[derive(Debug, clap::Args)]
pub struct MintToken {
    /// Who it stands for
    pub subject: String,
    /// Client that it is issued to
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    pub client: String,
    /// Scopes, separated by a space
    #[arg(long, default_value = "", hide_default_value = true)]
    pub scope: String,
    /// A route whose tokens have a prefix: it is for routes of that prefix alone
    #[arg(long, value_name = "NAME")]
    pub route: Option<String>,
    /// How long it lives: 60s, 10m [default: the policy's]
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    pub lifetime: Option<u64>,
    #[command(flatten)]
    pub at: At,
}

/// A credential that somebody holds: it is read, never written on the command line.
#[derive(Debug, clap::Args)]
pub struct Held {
    /// Read it from this file instead of standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Catches what must not be here, so that no message repeats it.
    #[arg(hide = true)]
    pub misplaced: Vec<String>,
    #[command(flatten)]
    pub at: At,
}
