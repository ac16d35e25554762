//! Pictures of the gateway's pages, below `/.edgegate/assets/`. A name holds the digest of its content, so caches keep it.

use crate::exchange::Exchange;
use crate::http::answer::Answer;
use crate::own_paths::ASSETS;
use crate::refusal::Reason;

/// The picture of that name.
///
/// # Errors
/// `NoRoute`.
pub fn answer<P>(x: &Exchange<'_, P>) -> Result<Answer, Reason> {
    let name = x.target.path.strip_prefix(ASSETS).unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (_, kind) = KINDS.iter().find(|(known, _)| *known == ending).ok_or(Reason::NoRoute)?;
    let bytes = x.state.book.piece(name).ok_or(Reason::NoRoute)?;
    // An SVG that is opened by itself is a document of this site; it runs nothing.
    let answer = Answer::new(200, kind, String::new()).kept_for_good();
    let answer =
        answer.with("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox".to_owned());
    Ok(Answer { bytes, ..answer })
}

/// Endings of files, and their types. Texts of pages lie beside them and are no pictures.
const KINDS: [(&str, &str); 3] = [("svg", "image/svg+xml"), ("png", "image/png"), ("ico", "image/x-icon")];
