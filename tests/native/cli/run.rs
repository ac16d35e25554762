//! Runs the built tool in the repository, and looks at everything it says for secrets.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as the one JSON document that it is.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// The same after a look at the exit code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }
}

/// Runs the tool.
pub fn edgegate(args: &[&str]) -> Ran {
    with_input(args, "")
}

/// Runs the tool over the demo's policy.
pub fn demo(args: &[&str]) -> Ran {
    edgegate(&[args, &["--policy", "demo/edgegate.toml"]].concat())
}

/// Runs the tool with something on standard input.
pub fn with_input(args: &[&str], input: &str) -> Ran {
    let mut command = Command::new(program());
    command.args(args).current_dir(root()).env_remove("EDGEGATE_POLICY");
    finish(&mut command, input)
}

/// Runs the tool with more in its environment.
pub fn with_environment(args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(program());
    command.args(args).current_dir(root()).env_remove("EDGEGATE_POLICY").envs(variables.iter().copied());
    finish(&mut command, "")
}

/// Runs a line as a shell would, with the tool on its path.
pub fn shell(line: &str) -> Ran {
    let program = program();
    let folder = program.parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    finish(Command::new("sh").args(["-ec", line]).current_dir(root()).env("PATH", path), "")
}

/// The tool: the program that was built with these tests, or the one that EDGEGATE_TOOL names, such as the one in Node.
pub fn program() -> PathBuf {
    let named = std::env::var_os("EDGEGATE_TOOL").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_edgegate")))
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A folder of one's own, empty; and of this process's own, since `npm run mutants` runs several beside each other.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The demo's secrets, and the private halves of its keys.
pub fn demo_secrets() -> Vec<String> {
    let text = fs::read_to_string(root().join("demo/.dev.vars")).unwrap();
    let values = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.starts_with("EDGEGATE_LOOPBACK"))
        .filter_map(|line| line.split_once('='));
    let private = |value: &str| {
        let jwk: Option<Value> = serde_json::from_str(value).ok();
        jwk.map_or(value.to_owned(), |jwk| jwk["d"].as_str().unwrap().to_owned())
    };
    values.map(|(_, value)| private(value)).collect()
}

fn finish(command: &mut Command, input: &str) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes()); // it may not want any
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    for secret in demo_secrets() {
        let leaks = ran.out.contains(&secret) || ran.err.contains(&secret);
        assert!(!leaks, "a secret of {} bytes is shown by {command:?}", secret.len());
    }
    ran
}
