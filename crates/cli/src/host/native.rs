//! The tool as a program of the operating system.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::Agent;
use ureq::tls::TlsConfig;
use zeroize::Zeroizing;

use super::{Answer, CALLING, CONNECTING, Call, Error, MAX_ANSWER, Stream, USER_AGENT};

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The arguments, the program's name first.
pub fn arguments() -> Vec<String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// A variable of the environment; None if it is empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// A file's bytes.
///
/// # Errors
/// It is not there, or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    Ok(fs::read(path)?)
}

/// Whether there is something at a path.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Makes a folder, and those above it.
///
/// # Errors
/// It cannot be made.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    Ok(fs::create_dir_all(path)?)
}

/// Writes a file at once: what reads it never sees half of it.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, data: &[u8]) -> Result<(), Error> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    Ok(fs::write(&new, data).and_then(|()| fs::rename(&new, path))?)
}

/// Adds to a file, which afterwards nobody else can read.
///
/// # Errors
/// It cannot be written.
pub fn append_private(path: &Path, text: &str) -> Result<(), Error> {
    let mut file = open_private(path)?;
    Ok(file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?)
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Gives a file the date of another that was saved later. What cannot be done is left.
pub fn keep_up(path: &Path, with: &Path) {
    let time = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    if let (Some(later), Some(date)) = (time(with), time(path))
        && later > date
    {
        let file = File::options().append(true).open(path);
        let _ = file.and_then(|file| file.set_modified(later));
    }
}

/// Standard input as far as `limit` bytes, wiped when dropped.
///
/// # Errors
/// It is not text.
pub fn read_input(limit: u32) -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::new());
    io::stdin().lock().take(u64::from(limit)).read_to_string(&mut text)?;
    Ok(text)
}

/// Whether a person sits at a stream.
pub fn is_terminal(stream: Stream) -> bool {
    match stream {
        Stream::In => io::stdin().is_terminal(),
        Stream::Out => io::stdout().is_terminal(),
        Stream::Err => io::stderr().is_terminal(),
    }
}

/// Writes to standard output or standard error. A reader that has gone away (`| head`) is no failure.
pub fn print(stream: Stream, text: &str) {
    let _ = match stream {
        Stream::Err => write_all(io::stderr(), text),
        Stream::In | Stream::Out => write_all(io::stdout(), text),
    };
}

fn write_all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes()).and_then(|()| to.flush())
}

/// An absolute address as a browser's parser writes it (WHATWG URL), with its fragment; None if it is none.
pub fn as_browsers_write(address: &str) -> Option<String> {
    url::Url::parse(address).ok().map(String::from)
}

/// Now, in Unix seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Waits.
pub fn pause(seconds: u32) {
    std::thread::sleep(Duration::from_secs(u64::from(seconds)));
}

/// Makes a call, and follows no redirect: the key goes to the address that was named, and to no other.
///
/// # Errors
/// Nobody answers, or not in time.
pub fn call(call: &Call<'_>) -> Result<Answer, Error> {
    let request = agent(call).post(call.url).header("authorization", call.authorization);
    let request = request.header("content-type", "application/json").header("accept", "application/json");
    let mut response = request.send(call.body.as_bytes()).map_err(|error| Error(why(&error)))?;
    let body = response.body_mut().with_config().limit(u64::from(MAX_ANSWER)).read_to_string().unwrap_or_default();
    let is_mitigated = response.headers().contains_key("cf-mitigated");
    Ok(Answer { status: response.status().as_u16(), is_mitigated, body })
}

/// In words that Node has for it, too.
fn why(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "the connection is refused".to_owned()
        }
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionReset => {
            "the connection broke off".to_owned()
        }
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::Timeout(_) => "it takes too long".to_owned(),
        other => other.to_string(),
    }
}

fn agent(call: &Call<'_>) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(Duration::from_secs(u64::from(CONNECTING))))
        .timeout_global(Some(Duration::from_secs(u64::from(CALLING))))
        .user_agent(USER_AGENT);
    if !call.by_proxy {
        config = config.proxy(None);
    }
    if call.any_certificate {
        config = config.tls_config(TlsConfig::builder().disable_verification(true).build());
    }
    config.build().new_agent()
}
