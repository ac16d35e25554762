//! What can be asked about what a person has.

use clap::Subcommand;

use super::{At, Held};
use crate::help;

#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List the sessions of a person: since when, by which way, with what
    #[command(after_long_help = help::SESSION_LIST)]
    List(OfPerson),
    /// End a session before its time, or with --subject all of a person
    #[command(after_long_help = help::SESSION_REVOKE)]
    Revoke(EndSessions),
}

#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    /// List what a person allowed clients
    #[command(after_long_help = help::GRANT_LIST)]
    List(OfPerson),
    /// End what a person allowed clients: all of it, or one grant
    #[command(after_long_help = help::GRANT_REVOKE)]
    Revoke(EndGrants),
}

/// A person.
#[derive(Debug, clap::Args)]
pub struct OfPerson {
    /// Who, as sessions and tokens name the person
    #[arg(long, value_name = "SUBJECT")]
    pub subject: String,
    /// Only at this issuer; `-` for those that no provider vouched for [default: at any]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, clap::Args)]
pub struct EndSessions {
    /// End all sessions of this person, instead of one that is read
    #[arg(long, value_name = "SUBJECT", conflicts_with_all = ["file", "misplaced"])]
    pub subject: Option<String>,
    /// Only those at this issuer; `-` for those that no provider vouched for [default: at any]
    #[arg(long, value_name = "URL", requires = "subject")]
    pub issuer: Option<String>,
    /// Do not look again after a minute for what began just now
    #[arg(long, requires = "subject")]
    pub no_wait: bool,
    #[command(flatten)]
    pub held: Held,
}

#[derive(Debug, clap::Args)]
pub struct EndGrants {
    #[command(flatten)]
    pub of: OfPerson,
    /// Only this one, as `grant list` shows it
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Do not look again after a minute for what began just now
    #[arg(long)]
    pub no_wait: bool,
}
