//! Two spellings of one address, byte by byte: where they part, and what became of it.

use serde::Serialize;

/// The first difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Offset of the first byte that differs.
    pub byte: usize,
    /// What that byte is part of.
    pub part: String,
    /// The differing piece, as the signer had it.
    pub signed: String,
    /// The differing piece, as it arrived.
    pub received: String,
    /// Both sides with what stands around, for a person.
    #[serde(skip)]
    pub picture: String,
}

/// Compares; None if the two are the same.
pub fn compare(signed: &str, received: &str) -> Option<Difference> {
    let (left, right): (Vec<char>, Vec<char>) = (signed.chars().collect(), received.chars().collect());
    let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    if same == left.len() && same == right.len() {
        return None;
    }
    let shorter = left.len().min(right.len()) - same;
    let tail = left.iter().rev().zip(right.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    let middle = |chars: &[char]| chars.iter().take(chars.len() - tail).skip(same).collect::<String>();
    let longer = if left.len() > same { signed } else { received };
    let byte = left.iter().take(same).map(|c| c.len_utf8()).sum();
    Some(Difference {
        byte,
        part: part(longer, byte),
        signed: middle(&left),
        received: middle(&right),
        picture: format!("{}{}", side("signed  ", &left, same), side("received", &right, same)),
    })
}

/// Which part of an address a byte lies in.
fn part(url: &str, byte: usize) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url.bytes().skip(host).position(|b| b == b'/').map_or(url.len(), |at| host + at);
    let query = url.find('?').unwrap_or(url.len());
    match byte {
        _ if byte < host => "the scheme".to_owned(),
        _ if byte < path => "the host".to_owned(),
        _ if byte < query => "the path".to_owned(),
        _ => {
            let before = url.get(..byte).unwrap_or_default();
            let start = before.rfind(['?', '&']).map_or(query, |at| at) + 1;
            let name: String = url.chars().skip(url.get(..start).map_or(0, |s| s.chars().count())).collect();
            let name = name.split(['=', '&', '#']).next().unwrap_or_default().escape_debug().to_string();
            format!("the parameter {name}")
        }
    }
}

/// One side with a mark under the first character that differs.
fn side(label: &str, chars: &[char], same: usize) -> String {
    let start = same.saturating_sub(AROUND);
    let shown = |from: usize, to: usize| {
        let piece: String = chars.iter().take(to).skip(from).collect();
        piece.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
    };
    let dots = if start > 0 { "..." } else { "" };
    let before = format!("{dots}{}", shown(start, same));
    let after = shown(same, same + AROUND);
    let end = if chars.len() > same + AROUND { "..." } else { "" };
    format!("  {label}  {before}{after}{end}\n  {}  {}^\n", " ".repeat(label.len()), " ".repeat(before.chars().count()))
}

/// Characters shown on either side.
const AROUND: usize = 28;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_and_its_place() {
        for (signed, received, byte, part, a, b) in [
            ("http://h/p?n=O'x&z", "http://h/p?n=O%27x&z", 14, "the parameter n", "'", "%27"),
            ("http://h/p?a=%2F", "http://h/p?a=%2f", 15, "the parameter a", "F", "f"),
            ("http://h/p", "http://h/q", 9, "the path", "p", "q"),
            ("http://h/p", "https://h/p", 4, "the scheme", "", "s"),
            ("http://a:1/p", "http://a/p", 8, "the host", ":1", ""),
            ("http://h/p?a=1", "http://h/p?a=1&b=2", 14, "the parameter a", "", "&b=2"),
            ("http://h/p?a=é&b=ü", "http://h/p?a=é&b=u", 18, "the parameter b", "ü", "u"),
        ] {
            let found = compare(signed, received).unwrap();
            let told = (found.byte, found.part.as_str(), found.signed.as_str(), found.received.as_str());
            assert_eq!(told, (byte, part, a, b), "{signed} {received}");
        }
        assert_eq!(compare("http://h/", "http://h/"), None);
    }

    #[test]
    fn the_mark_stands_under_the_difference() {
        let picture = compare("http://h/\u{1b}a", "http://h/\u{1b}b").unwrap().picture;
        let lines: Vec<&str> = picture.lines().collect();
        assert_eq!(lines[0].find('a'), lines[1].find('^'));
        assert!(!picture.contains('\u{1b}'));
    }
}
