//! The tool inside Node: `package/tool/host.mjs` has the functions, which throw what Node says.

use std::path::Path;

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::{Answer, CALLING, CONNECTING, Call, Error, MAX_ANSWER, Stream, USER_AGENT};

#[wasm_bindgen(raw_module = "./host.mjs")]
extern "C" {
    #[wasm_bindgen(js_name = args)]
    fn js_args() -> Vec<String>;
    #[wasm_bindgen(js_name = variable)]
    fn js_variable(name: &str) -> Option<String>;
    #[wasm_bindgen(catch, js_name = read)]
    fn js_read(path: &str) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(js_name = exists)]
    fn js_exists(path: &str) -> bool;
    #[wasm_bindgen(catch, js_name = createFolder)]
    fn js_create_folder(path: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = write)]
    fn js_write(path: &str, data: &[u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = appendPrivate)]
    fn js_append_private(path: &str, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = keepUp)]
    fn js_keep_up(path: &str, with: &str);
    #[wasm_bindgen(catch, js_name = readInput)]
    fn js_read_input(limit: u32) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(js_name = isTerminal)]
    fn js_is_terminal(stream: u32) -> bool;
    #[wasm_bindgen(js_name = print)]
    fn js_print(stream: u32, text: &str);
    #[wasm_bindgen(js_name = href)]
    fn js_href(address: &str) -> Option<String>;
    #[wasm_bindgen(js_name = now)]
    fn js_now() -> f64;
    #[wasm_bindgen(js_name = pause)]
    fn js_pause(seconds: u32);
    /// Status, a word if it was mitigated, and the body.
    #[wasm_bindgen(catch, js_name = call)]
    fn js_call(
        url: &str,
        fields: Vec<String>,
        body: &str,
        any_certificate: bool,
        by_proxy: bool,
        limits: &[u32],
    ) -> Result<Vec<String>, JsValue>;
}

/// The arguments, the program's name first.
pub fn arguments() -> Vec<String> {
    js_args()
}

/// A variable of the environment; None if it is empty.
pub fn variable(name: &str) -> Option<String> {
    js_variable(name).filter(|value| !value.is_empty())
}

/// A file's bytes.
///
/// # Errors
/// It is not there, or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    js_read(&text(path)).map_err(said)
}

/// Whether there is something at a path.
pub fn exists(path: &Path) -> bool {
    js_exists(&text(path))
}

/// Makes a folder, and those above it.
///
/// # Errors
/// It cannot be made.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    js_create_folder(&text(path)).map_err(said)
}

/// Writes a file at once: what reads it never sees half of it.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, data: &[u8]) -> Result<(), Error> {
    js_write(&text(path), data).map_err(said)
}

/// Adds to a file, which afterwards nobody else can read.
///
/// # Errors
/// It cannot be written.
pub fn append_private(path: &Path, added: &str) -> Result<(), Error> {
    js_append_private(&text(path), added).map_err(said)
}

/// Gives a file the date of another that was saved later. What cannot be done is left.
pub fn keep_up(path: &Path, with: &Path) {
    js_keep_up(&text(path), &text(with));
}

/// Standard input as far as `limit` bytes, wiped when dropped.
///
/// # Errors
/// It is not text.
pub fn read_input(limit: u32) -> Result<Zeroizing<String>, Error> {
    let bytes = Zeroizing::new(js_read_input(limit).map_err(said)?);
    let read = std::str::from_utf8(&bytes).map_err(|_| Error("stream did not contain valid UTF-8".to_owned()))?;
    Ok(Zeroizing::new(read.to_owned()))
}

/// Whether a person sits at a stream.
pub fn is_terminal(stream: Stream) -> bool {
    js_is_terminal(stream as u32)
}

/// Writes to standard output or standard error. A reader that has gone away (`| head`) is no failure.
pub fn print(stream: Stream, text: &str) {
    js_print(stream as u32, text);
}

/// An absolute address as a browser's parser writes it (WHATWG URL), with its fragment; None if it is none.
pub fn as_browsers_write(address: &str) -> Option<String> {
    js_href(address)
}

/// Now, in Unix seconds.
pub fn now() -> u64 {
    js_now() as u64
}

/// Waits.
pub fn pause(seconds: u32) {
    js_pause(seconds);
}

/// Makes a call, and follows no redirect: the key goes to the address that was named, and to no other.
///
/// # Errors
/// Nobody answers, or not in time.
pub fn call(call: &Call<'_>) -> Result<Answer, Error> {
    let fields = [
        ("authorization", call.authorization),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("user-agent", USER_AGENT),
    ];
    let fields = fields.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]).collect();
    let limits = [CONNECTING, CALLING, MAX_ANSWER];
    let answer = js_call(call.url, fields, call.body, call.any_certificate, call.by_proxy, &limits).map_err(said)?;
    let mut parts = answer.into_iter();
    let status = parts.next().and_then(|status| status.parse().ok()).unwrap_or_default();
    let is_mitigated = parts.next().is_some_and(|mitigated| !mitigated.is_empty());
    Ok(Answer { status, is_mitigated, body: parts.next().unwrap_or_default() })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn said(thrown: JsValue) -> Error {
    Error(thrown.as_string().unwrap_or_default())
}
