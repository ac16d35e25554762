//! Texts and pictures of the gateway's pages, as one module beside the compiled policy.

use std::path::Path;

use super::host;
use super::output::Failure;
use edgegate_core::digest;
use edgegate_core::policy::{Policy, texts};
use edgegate_core::texts::bind;

/// The module of a policy, whose pictures lie beside it.
///
/// # Errors
/// Exit code 2: a picture cannot be read, is too large, or is not what its name says.
pub fn module(path: &Path, policy: &Policy) -> Result<Vec<u8>, Failure> {
    let pages = &policy.pages;
    let languages =
        pages.languages.iter().filter_map(|language| Some((format!("{language}.txt"), said(policy, language)?)));
    let mut pieces: Vec<(String, Vec<u8>)> = languages.map(|(name, texts)| (name, texts.into_bytes())).collect();
    for (part, file) in [("logo", &pages.logo), ("favicon", &pages.favicon)] {
        if let Some(file) = file {
            pieces.push(picture(path, part, file)?);
        }
    }
    Ok(bind(&pieces))
}

/// The texts of a language, with the operator's own in their places; None for English as the Worker has it.
fn said(policy: &Policy, language: &str) -> Option<String> {
    let own: Vec<&(String, String)> =
        policy.texts.iter().filter(|one| one.language == language).flat_map(|one| &one.texts).collect();
    if language == "en" && own.is_empty() {
        return None;
    }
    let theirs = texts::of(language).unwrap_or_default();
    let text = |key: &str| {
        let own = own.iter().find(|(known, _)| known == key).map(|(_, text)| text.as_str());
        own.or_else(|| texts::find(theirs, key))
    };
    let lines = texts::all(texts::ENGLISH).filter_map(|(key, _)| Some(format!("{key} = {}\n", text(key)?)));
    Some(lines.collect())
}

/// A picture, named by what it is for and by its content.
fn picture(policy: &Path, part: &str, file: &str) -> Result<(String, Vec<u8>), Failure> {
    let path = policy.parent().unwrap_or(Path::new("")).join(file);
    let wrong = |reason: String| {
        Failure::usage(format!("{}: pages.{part}: {}: {reason}", policy.display(), path.display()))
            .todo("Name an svg, png or ico file that lies beside the policy, of 64 kB or less.")
    };
    let bytes = host::read(&path).map_err(|error| wrong(error.to_string()))?;
    if bytes.len() > MOST {
        return Err(wrong(format!("{} bytes, and at most {MOST} are served", bytes.len())));
    }
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let begins = match ending {
        "png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "ico" => bytes.starts_with(&[0, 0, 1, 0]),
        _ => std::str::from_utf8(&bytes).is_ok_and(|text| text.contains("<svg")),
    };
    if !begins {
        return Err(wrong(format!("this is no {ending} file")));
    }
    let digest = digest::hex(&digest::sha256(&[&bytes]));
    let short = digest.get(..16).unwrap_or_default();
    Ok((format!("{part}.{short}.{ending}"), bytes))
}

/// Bytes of a picture: it is read whenever it is served.
const MOST: usize = 64 * 1024;
