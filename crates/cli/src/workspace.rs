//! What the operator has at hand: the policy and the secrets.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::args::Common;
use super::host;
use super::output::Failure;
use super::vars::Vars;
use edgegate_core::policy::Policy;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;

/// A valid policy and the secrets that belong to it.
#[derive(Debug)]
pub struct Workspace {
    /// The policy.
    pub policy: Policy,
    /// The policy as it stands in its file.
    pub text: String,
    /// Where the policy was read.
    pub path: PathBuf,
    /// Every secret that was given, named by the policy or not.
    pub vars: Vars,
    /// Where the secrets were read, for messages.
    pub source: String,
}

impl Workspace {
    /// Reads both.
    ///
    /// # Errors
    /// Exit code 2: a file cannot be read, or is not what it should be.
    pub fn open(common: &Common) -> Result<Self, Failure> {
        let path = policy_path(common);
        let text = read_text(&path)?;
        let policy = valid(&path, &text)?;
        let (vars, source) = read_vars(common.secrets.as_deref(), &path)?;
        Ok(Self { policy, text, path, vars, source })
    }

    /// The policy's secrets, as the gateway would hold them.
    pub fn secrets(&self) -> Secrets {
        Secrets::new(&self.policy, PUBLISHED, |name| self.vars.get(name))
    }

    /// One secret's value, as far as the gateway would take it at an address.
    ///
    /// # Errors
    /// Exit code 2: it is not there, or it is a published demo value and the address is not on loopback.
    pub fn secret(&self, name: &str, loopback: bool) -> Result<Secret, Failure> {
        let secrets = self.secrets();
        secrets.usable(loopback).secret(name).cloned().map_err(|_| match secrets.missing().contains(&name) {
            true => Failure::usage(format!("the secret {name} is not in {}", self.source))
                .todo(format!("`edgegate key new --name {name} --append FILE` makes one; --secrets FILE names the file, --secrets - reads it from standard input.")),
            false => Failure::usage(format!("the secret {name} holds a published demo value, which counts on loopback only"))
                .todo(format!("Make your own: edgegate key new | npx wrangler secret put {name}")),
        })
    }
}

/// The policy of a file.
///
/// # Errors
/// Exit code 2: it cannot be read, or is not valid.
pub fn read_policy(path: &Path) -> Result<Policy, Failure> {
    valid(path, &read_text(path)?)
}

fn valid(path: &Path, text: &str) -> Result<Policy, Failure> {
    Policy::read(text).map_err(|problems| {
        let list: Vec<String> = problems.iter().map(|problem| format!("{}:{problem}", path.display())).collect();
        Failure::usage(format!("the policy is not valid\n  {}", list.join("\n  ")))
    })
}

/// Where the policy is: `--policy`, else `EDGEGATE_POLICY`, else `edgegate.toml`.
pub fn policy_path(common: &Common) -> PathBuf {
    let named = host::variable("EDGEGATE_POLICY").map(PathBuf::from);
    common.policy.clone().or(named).unwrap_or_else(|| PathBuf::from("edgegate.toml"))
}

/// A file's text.
///
/// # Errors
/// Exit code 2.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let wrong = |reason: String| {
        Failure::usage(format!("{}: {reason}", path.display()))
            .todo("Name a file that is there; `--help` says which file is read by default.")
    };
    let bytes = host::read(path).map_err(|error| wrong(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not text in UTF-8".to_owned()))
}

/// Standard input, wiped when dropped.
///
/// # Errors
/// Exit code 2.
pub fn read_stdin() -> Result<Zeroizing<String>, Failure> {
    host::read_input(MAX_INPUT).map_err(|_| Failure::usage("standard input is not text"))
}

fn read_vars(named: Option<&Path>, policy: &Path) -> Result<(Vars, String), Failure> {
    let beside = policy.with_file_name(".dev.vars");
    let (text, source) = match named {
        Some(path) if path == Path::new("-") => (read_stdin()?, "standard input".to_owned()),
        Some(path) => (Zeroizing::new(read_text(path)?), path.display().to_string()),
        None if host::exists(&beside) => (Zeroizing::new(read_text(&beside)?), beside.display().to_string()),
        None => return Ok((Vars::default(), format!("{} (there is no such file)", beside.display()))),
    };
    let wrong = |line| Failure::usage(format!("{source}:{line}: this is no NAME=value line"));
    Ok((Vars::read(&text).map_err(wrong)?, source))
}

const MAX_INPUT: u32 = 1 << 20;
/// The demo's secrets. Everybody can read them, so they count on loopback only, here as in the gateway.
const PUBLISHED: &str = include_str!("../../../demo/.dev.vars");
