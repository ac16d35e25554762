//! A path as origins read it that decode or merge: every combination of what they do.

use crate::http::target::is_unreserved;

/// The readings of a path, itself left out: with escapes of unreserved characters decoded, with `%2F` decoded, with empty
/// segments left out, in this order and in every combination. A reading comes again where a step changes nothing.
///
/// An origin that takes such a step only here and there reads something between these. No route's path has an escape or an
/// empty segment, so what such a reading leads to, the one with all steps leads to as well.
pub fn readings(path: &str) -> impl Iterator<Item = String> {
    (1..8_u8).map(move |steps| {
        let mut reading = path.to_owned();
        if steps & 1 != 0 {
            reading = decoded(&reading, is_unreserved);
        }
        if steps & 2 != 0 {
            reading = decoded(&reading, |byte| byte == b'/');
        }
        if steps & 4 != 0 {
            while reading.contains("//") {
                reading = reading.replace("//", "/");
            }
        }
        reading
    })
}

/// The path with some of its escapes decoded. Only ASCII is decoded, so it stays text.
fn decoded(path: &str, is_decoded: fn(u8) -> bool) -> String {
    let mut pieces = path.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let pair = piece.split_at_checked(2);
        let value = pair.and_then(|(pair, rest)| Some((*crate::digest::from_hex(pair.as_bytes())?.first()?, rest)));
        match value.filter(|(value, _)| value.is_ascii() && is_decoded(*value)) {
            Some((value, rest)) => {
                decoded.push(char::from(value));
                decoded.push_str(rest);
            }
            None => {
                decoded.push('%');
                decoded.push_str(piece);
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination() {
        let all: Vec<String> = readings("/a%2Fb//%63%2f/d").collect();
        assert_eq!(
            all,
            [
                "/a%2Fb//c%2f/d",
                "/a/b//%63//d",
                "/a/b//c//d",
                "/a%2Fb/%63%2f/d",
                "/a%2Fb/c%2f/d",
                "/a/b/%63/d",
                "/a/b/c/d"
            ]
        );
        assert!(readings("/%C3%A9%25").all(|reading| reading == "/%C3%A9%25"));
        assert_eq!(readings("///%2F/").last().unwrap(), "/");
    }
}
