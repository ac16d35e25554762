//! Rules for what `[pages]` says: links, files and texts.

use super::suggest;
use super::value::Text;
use crate::client;
use crate::texts;

/// A path of this site, or an https address.
pub(crate) fn link(text: &str) -> Result<(), String> {
    if text.starts_with('/') {
        return path(text);
    }
    https(text).map_err(|_| format!("`{}` is not possible here: a path of this site, or an https address", shown(text)))
}

/// The same, or who reads mail.
pub(crate) fn support(text: &str) -> Result<(), String> {
    let is_mail = |address: &str| {
        let whole = address.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'));
        whole && address.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.+-_".contains(&byte))
    };
    match text.strip_prefix("mailto:") {
        Some(address) if is_mail(address) => Ok(()),
        Some(_) => Err(format!("`{}` is no address of mail: `mailto:help@example.org`", shown(text))),
        None => link(text),
    }
}

/// A path of this site, with its query.
pub(crate) fn path(text: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\^`{|};,".contains(&byte);
    match text.starts_with('/') && !text.starts_with("//") && text.len() <= 2000 && text.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(format!("`{}` is no path of this site", shown(text))),
    }
}

/// An https address.
pub(crate) fn https(text: &str) -> Result<(), String> {
    match text.starts_with("https://") && client::redirect_uri(text).is_ok() {
        true => Ok(()),
        false => Err(format!("`{}` is not possible here: an https address", shown(text))),
    }
}

/// The file of a picture, beside the policy.
pub(crate) fn picture(text: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    let is_picture = [".svg", ".png", ".ico"].iter().any(|kind| text.ends_with(kind));
    let stays = !text.starts_with(['/', '.']) && !text.contains("..") && !text.contains("//");
    match is_picture && stays && text.len() <= 200 && text.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(format!("`{}` is not possible here: an svg, png or ico file beside the policy", shown(text))),
    }
}

/// A text of the operator's own, with its key.
pub(crate) fn text((key, text): &(&str, Text<'_>)) -> Option<(String, String)> {
    let keys: Vec<&str> = texts::all(texts::ENGLISH).map(|(key, _)| key).collect();
    let Some(english) = texts::english(key) else {
        text.wrong(&format!("is no text of the pages{}", suggest::hint(key, keys.iter().copied(), "they are")));
        return None;
    };
    let wanted = texts::placeholders(english);
    if texts::placeholders(text.value) != wanted {
        let listed = wanted.iter().map(|name| format!("`{{{name}}}`")).collect::<Vec<_>>().join(" and ");
        let needs = if wanted.is_empty() { String::from("no braces") } else { listed };
        text.wrong(&format!("needs {needs}, as the English text has: {english}"));
    }
    let is_line = !text.value.trim().is_empty() && text.value.len() <= 1000 && !text.value.contains(char::is_control);
    if !is_line {
        text.wrong("must be one line of 1 to 1000 bytes");
    }
    Some(((*key).to_owned(), text.value.to_owned()))
}

/// Whether a language is one that the gateway has, or brings all that it needs.
pub(crate) fn is_whole(language: &str, own: &[(String, String)]) -> Result<(), String> {
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(String::from("is no language: two or three small letters, as `de`"));
    }
    if texts::of(language).is_some() {
        return Ok(());
    }
    let is_missing = |key: &&str| !own.iter().any(|(known, _)| known == key);
    let missing: Vec<&str> = texts::all(texts::ENGLISH).map(|(key, _)| key).filter(is_missing).collect();
    match missing.first() {
        None => Ok(()),
        Some(first) => Err(format!("{}, and {} texts of it are missing, the first is `{first}`", NEW, missing.len())),
    }
}

/// What is wrong with a language without texts.
pub(crate) fn unknown(language: &str) -> String {
    let known = suggest::listed(texts::LANGUAGES.iter().map(|(language, _)| *language));
    format!("`{}`: {NEW}; there are {known}. `[pages.texts.…]` brings another", shown(language))
}

fn shown(text: &str) -> String {
    text.escape_debug().to_string()
}

const NEW: &str = "the gateway does not have this language";
