//! What can be asked about links and redirects.

use std::net::IpAddr;

use clap::Subcommand;

use crate::help;
use crate::time::{self, When};

use edgegate_core::policy::Network;

#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Print the address with its signature
    #[command(after_long_help = help::LINK_SIGN)]
    Sign(SignLink),
    /// Say whether the gateway would take a link, and why not
    #[command(after_long_help = help::LINK_VERIFY)]
    Verify(Verify),
    /// Show the exact text that is hashed, what differs, and the likely cause
    #[command(after_long_help = help::LINK_EXPLAIN)]
    Explain(Explain),
}

#[derive(Debug, clap::Args)]
pub struct SignLink {
    /// The whole address, http or https
    pub url: String,
    /// The policy's [links.NAME] [default: the one of the route that takes the address]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The folder that it opens, where the profile has scope = "prefix" [default: the one in which the address lies]
    #[arg(long, value_name = "PATH")]
    pub folder: Option<String>,
    /// Id of the key that signs [default: the profile's first]
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// How long it works: 15m, 6h, 14d [default: 1h, or what the profile allows]
    #[arg(long, value_name = "DURATION", value_parser = time::duration, conflicts_with = "until")]
    pub expires: Option<u64>,
    /// Until when it works, in Unix seconds
    #[arg(long, value_name = "UNIX", value_parser = time::unix)]
    pub until: Option<u64>,
    /// From when on it works: Unix seconds, or a duration from now
    #[arg(long, value_name = "WHEN", value_parser = time::when)]
    pub not_before: Option<When>,
    /// Only for clients of this network, for example 192.0.2.0/24
    #[arg(long, value_name = "CIDR", value_parser = Network::parse)]
    pub ip: Option<Network>,
    /// Method that the link is for; GET covers HEAD
    #[arg(long, default_value = "GET", value_parser = method)]
    pub method: String,
    /// Print it even if the gateway would refuse it
    #[arg(long)]
    pub anyway: bool,
}

#[derive(Debug, Subcommand)]
pub enum RedirectCommand {
    /// Print the address with ts and signature
    #[command(after_long_help = help::REDIRECT_SIGN)]
    Sign(SignRedirect),
    /// Say whether the gateway would take a signed redirect, and why not
    #[command(after_long_help = help::REDIRECT_VERIFY)]
    Verify(VerifyRedirect),
    /// Show the exact text that is hashed, what differs, and the likely cause
    #[command(after_long_help = help::REDIRECT_EXPLAIN)]
    Explain(ExplainRedirect),
}

#[derive(Debug, clap::Args)]
pub struct SignRedirect {
    /// The whole address, http or https
    pub url: String,
    /// The policy's [signed_redirects.NAME], also for another site's address [default: that of the address's route]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Id of the key that signs [default: the profile's first]
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// Its time, in Unix seconds [default: now]
    #[arg(long, value_name = "UNIX", value_parser = time::unix)]
    pub at: Option<u64>,
    /// Print it even if the gateway would refuse it
    #[arg(long)]
    pub anyway: bool,
}

#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The whole address, as it was sent
    pub url: String,
    /// Method of the request
    #[arg(long, default_value = "GET", value_parser = method)]
    pub method: String,
    /// Check as of this time, in Unix seconds [default: now]
    #[arg(long, value_name = "UNIX", value_parser = time::unix)]
    pub at: Option<u64>,
    /// Address of the client [default: one that the link allows]
    #[arg(long, value_name = "ADDRESS")]
    pub client: Option<IpAddr>,
}

#[derive(Debug, clap::Args)]
pub struct Explain {
    #[command(flatten)]
    pub verify: Verify,
    /// The same address as the signer made it, to show which byte was changed on the way
    #[arg(long, value_name = "URL")]
    pub signed: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct VerifyRedirect {
    #[command(flatten)]
    pub verify: Verify,
    #[command(flatten)]
    pub alone: Alone,
}

#[derive(Debug, clap::Args)]
pub struct ExplainRedirect {
    #[command(flatten)]
    pub explain: Explain,
    #[command(flatten)]
    pub alone: Alone,
}

/// A profile that is used without the gate.
#[derive(Debug, clap::Args)]
pub struct Alone {
    /// Check by the policy's [signed_redirects.NAME] alone, wherever the address leads
    #[arg(long, value_name = "NAME", conflicts_with_all = ["method", "client"])]
    pub profile: Option<String>,
}

fn method(text: &str) -> Result<String, String> {
    let token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    token.then(|| text.to_ascii_uppercase()).ok_or_else(|| "write a method, for example GET".to_owned())
}
