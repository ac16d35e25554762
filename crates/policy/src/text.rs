//! Rules for the small strings that come in by the policy and by the admin API.

/// A scope token of RFC 6749 section 3.3.
pub fn scope(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    admit(text, 128, allowed, "1 to 128 printable characters without space, `\"` and `\\`; one scope an entry")?;
    Ok(text.to_owned())
}

/// What people read on a page.
pub fn title(text: &str) -> Result<(), String> {
    let is_visible = |c: char| {
        !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match !text.trim().is_empty() && text.len() <= 200 && text.chars().all(is_visible) {
        true => Ok(()),
        false => Err(String::from("must be 1 to 200 bytes of visible text")),
    }
}

/// Checks a text's length and its bytes; `form` says what is possible.
pub(crate) fn admit(text: &str, longest: usize, allowed: fn(u8) -> bool, form: &str) -> Result<(), String> {
    match !text.is_empty() && text.len() <= longest && text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(format!("`{}` is not possible here: {form}", text.escape_debug())),
    }
}
