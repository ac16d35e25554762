//! What can be asked about clients.

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::{help, time};

use super::At;
use edgegate_core::policy::ClientKind;

#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client in the running gateway; print its id and, this once, its secret
    #[command(after_long_help = help::CLIENT_ADD)]
    Add(AddClient),
    /// List the clients of the policy and those that are registered; never their secrets
    #[command(after_long_help = help::CLIENT_LIST)]
    List(ListClients),
    /// Give a registered client another secret
    #[command(after_long_help = help::CLIENT_ROTATE)]
    Rotate(RotateClient),
    /// End a registered client, and all that was given to it
    #[command(after_long_help = help::CLIENT_REMOVE)]
    Remove(RemoveClient),
    /// Print a [clients.ID] for the policy, without any gateway
    #[command(after_long_help = help::CLIENT_NEW)]
    New(NewClient),
}

/// What a client is, and what it may do.
#[derive(Debug, clap::Args)]
pub struct Registration {
    /// What people read on the consent page
    #[arg(long)]
    pub name: Option<String>,
    /// What it is [default: confidential]
    #[arg(long, value_parser = kind())]
    pub kind: Option<ClientKind>,
    /// Where a browser may be sent back to: https, http on loopback (127.0.0.1 and [::1] without a port stand for every
    /// port), or an app's own scheme with a dot in it; compared byte for byte otherwise
    #[arg(long = "redirect-uri", value_name = "URI", num_args = 1..)]
    pub redirect_uris: Vec<String>,
    /// What it may ask for; of a token pair: what it has
    #[arg(long, num_args = 1.., value_delimiter = ' ')]
    pub scope: Vec<String>,
    /// Which resources it may ask tokens for (RFC 8707)
    #[arg(long = "resource", value_name = "URI", num_args = 1..)]
    pub resources: Vec<String>,
    /// As whom a token pair goes through
    #[arg(long)]
    pub subject: Option<String>,
    /// It may act for other accounts (X-On-Behalf)
    #[arg(long)]
    pub act_for_others: bool,
    /// It may introspect the tokens of every client
    #[arg(long)]
    pub introspect: bool,
    /// It need not use PKCE; for confidential clients that cannot
    #[arg(long)]
    pub no_pkce: bool,
    /// Every token that it gets must be bound to a key of its own (RFC 9449)
    #[arg(long)]
    pub dpop: bool,
}

#[derive(Debug, clap::Args)]
pub struct AddClient {
    #[command(flatten)]
    pub registration: Registration,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct ListClients {
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct RotateClient {
    /// As `client list` shows it: egi_...
    #[arg(value_name = "CLIENT_ID")]
    pub id: String,
    /// How long the secret before it still works: 1h, 1d, at most 30d [default: not at all]
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    pub overlap: Option<u64>,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct RemoveClient {
    /// As `client list` shows it: egi_...
    #[arg(value_name = "CLIENT_ID")]
    pub id: String,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct NewClient {
    /// Its id [default: 32 random hex digits]
    #[arg(long)]
    pub id: Option<String>,
    /// Read the secret that it has already from standard input, instead of making one
    #[arg(long)]
    pub secret_stdin: bool,
    #[command(flatten)]
    pub registration: Registration,
}

fn kind() -> impl TypedValueParser<Value = ClientKind> {
    PossibleValuesParser::new(ClientKind::ALL.iter().map(|(word, _)| *word))
        .try_map(|word| ClientKind::of(&word).ok_or("is no kind of client"))
}
