//! An address as an operator writes it, and as a client sends it.

use super::host;
use super::output::Failure;

/// An address that a client can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// As a browser's parser writes it (WHATWG URL), without fragment.
    pub sent: String,
    /// The fragment with its `#`, which no client sends.
    pub fragment: String,
    /// What was changed on the way here.
    pub notes: Vec<String>,
}

impl Address {
    /// Reads an absolute http or https address.
    ///
    /// # Errors
    /// Exit code 2.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let example = "Write the whole address in quotes: 'https://gate.example.org/files/a?b=c'";
        let url = host::as_browsers_write(text);
        let url = url.ok_or_else(|| Failure::usage("this is no whole address").todo(example))?;
        let (scheme, rest) = url.split_once(':').unwrap_or_default();
        if !matches!(scheme, "http" | "https") {
            return Err(Failure::usage(format!("the address has the scheme {scheme}")).todo(example));
        }
        if rest.trim_start_matches('/').split('/').next().is_some_and(|authority| authority.contains('@')) {
            return Err(Failure::usage("the address has a user name or password before an @")
                .todo("Clients send that as an Authorization header, not in the address; leave it out."));
        }
        let (sent, fragment) = url.split_at_checked(url.find('#').unwrap_or(url.len())).unwrap_or_default();
        let (sent, fragment) = (sent.to_owned(), fragment.to_owned());
        let mut notes = Vec::new();
        if text.split('#').next() != Some(sent.as_str()) {
            notes.push(format!("clients send this address as {sent}, and that is what counts"));
        }
        Ok(Self { sent, fragment, notes })
    }

    /// The query without `?`; empty if there is none.
    pub fn query(&self) -> &str {
        self.sent.split_once('?').map_or("", |(_, query)| query)
    }

    /// The same address with another query.
    pub fn with_query(&self, query: &str) -> String {
        let before = self.sent.split('?').next().unwrap_or_default();
        format!("{before}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sends() {
        for (text, sent) in [
            ("http://H.example:80/a?b", "http://h.example/a?b"),
            ("http://h/a/../b?n=O'Neil x", "http://h/b?n=O%27Neil%20x"),
            ("https://bücher.example/é#top", "https://xn--bcher-kva.example/%C3%A9"),
        ] {
            let address = Address::read(text).unwrap();
            assert_eq!((address.sent.as_str(), address.notes.len()), (sent, 1), "{text}");
        }
        let same = Address::read("http://127.0.0.1:8787/a?b=%27#top").unwrap();
        assert_eq!((same.query(), same.fragment.as_str(), same.notes.len()), ("b=%27", "#top", 0));
        assert_eq!(same.with_query("c"), "http://127.0.0.1:8787/a?c");
    }

    #[test]
    fn what_is_no_address() {
        for text in ["", "/files/a", "ftp://h/a", "mailto:a@b", "https://", "http://u@h/", "http://u:p@h/"] {
            assert!(Address::read(text).is_err(), "{text}");
        }
    }
}
