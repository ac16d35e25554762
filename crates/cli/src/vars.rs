//! A secrets file, in the form that wrangler reads as `.dev.vars`: `NAME=value`, quotes, comments.

use zeroize::Zeroizing;

use edgegate_core::secret::Secret;

/// The secrets of a file, by name. If a name occurs twice, the last counts, as it does for wrangler.
#[derive(Debug, Default)]
pub struct Vars(Vec<(String, Secret)>);

impl Vars {
    /// Reads a file's text.
    ///
    /// # Errors
    /// The number of the first line that is no assignment; never what stands there.
    pub fn read(text: &str) -> Result<Self, usize> {
        let mut vars = Vec::new();
        let mut rest = text.trim_start_matches('\u{feff}');
        while !rest.is_empty() {
            let line = text.len().saturating_sub(rest.len());
            let (found, after) = assignment(rest).ok_or_else(|| line_number(text, line))?;
            if let Some((name, value)) = found {
                vars.push((name.to_owned(), Secret::new(value.as_bytes())));
            }
            rest = after;
        }
        Ok(Self(vars))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Secret> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Every name, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Whether a text can name a secret.
pub fn is_name(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(named)
}

type Assignment<'a> = (&'a str, Zeroizing<String>);

/// The assignment on the first line, if it is not blank or a comment, and what follows it.
fn assignment(text: &str) -> Option<(Option<Assignment<'_>>, &str)> {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    let trimmed = line.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Some((None, after));
    }
    let (name, _) = line.split_once('=')?;
    let (_, value) = text.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let plausible = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || !name.bytes().all(plausible) {
        return None;
    }
    if let Some((value, after)) = quoted(value) {
        return Some((Some((name, value)), after));
    }
    let (_, value) = line.split_once('=')?;
    let value = value.split('#').next().unwrap_or_default().trim();
    Some((Some((name, Zeroizing::new(value.to_owned()))), after))
}

/// A value in quotes, which may span lines; nothing but a comment follows it on its last line.
fn quoted(text: &str) -> Option<(Zeroizing<String>, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let inner = text.strip_prefix(quote)?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let is_end = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        is_end
    })?;
    let (value, rest) = inner.split_at_checked(end)?;
    let rest = rest.strip_prefix(quote)?;
    let (tail, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let tail = tail.trim();
    let value = match quote {
        '"' => value.replace("\\n", "\n").replace("\\r", "\r"),
        _ => value.to_owned(),
    };
    (tail.is_empty() || tail.starts_with('#')).then(|| (Zeroizing::new(value), after))
}

fn line_number(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        let secret = Vars::read(text).unwrap().get("A").unwrap();
        String::from_utf8(secret.expose().to_vec()).unwrap()
    }

    #[test]
    fn values_as_wrangler_reads_them() {
        for (text, expected) in [
            ("A=plain", "plain"),
            (" export A = spaced \r\n", "spaced"),
            ("A=b # comment", "b"),
            ("A='b # kept'", "b # kept"),
            ("A=\"two\\nlines\" # comment", "two\nlines"),
            ("A='two\\nstay'", "two\\nstay"),
            ("A=`a\"b'c`", "a\"b'c"),
            ("A=\"spans\nlines\"\nB=1", "spans\nlines"),
            ("A={\"kty\":\"EC\"}", "{\"kty\":\"EC\"}"),
            ("A=a=b==", "a=b=="),
            ("A=\"open", "\"open"),
            ("A=first\nA=last", "last"),
            ("# A=no\n\nA=", ""),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_named_by_its_line() {
        assert_eq!(Vars::read("A=1\n\n# x\nhunter2\n").unwrap_err(), 4);
        assert_eq!(Vars::read("A=\"1\n2\"\na b=1").unwrap_err(), 3);
        assert!(Vars::read("").unwrap().names().is_empty());
    }
}
