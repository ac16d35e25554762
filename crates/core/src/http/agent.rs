//! What a person would call the program that sent a request: "Firefox" on "Windows", by its User-Agent (RFC 9110 section
//! 10.1.5).
//!
//! Nothing is decided by it. It is kept in a few words, so that what is stored of a visitor is no more than is shown.

/// A program and what it runs on, as far as its User-Agent tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    /// `Firefox`, `curl`.
    pub program: String,
    /// `Windows`, `iPhone`.
    pub system: String,
}

impl Agent {
    /// From the value of User-Agent.
    ///
    /// # Example
    /// ```
    /// use edgegate_core::http::agent::Agent;
    ///
    /// let agent = Agent::read("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0");
    /// assert_eq!((agent.program.as_str(), agent.system.as_str()), ("Firefox", "Windows"));
    /// ```
    pub fn read(text: &str) -> Self {
        let named = |names: &[(&str, &str)]| {
            names.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| (*name).to_owned())
        };
        let program = named(&PROGRAMS).unwrap_or_else(|| first_product(text));
        Self { program, system: named(&SYSTEMS).unwrap_or_default() }
    }
}

/// Of a program that is no browser: the name that it begins with.
fn first_product(text: &str) -> String {
    let name = text.split(['/', ' ']).next().unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().take_while(|c| is_name(*c)).take(LONGEST).collect()
}

/// What a browser's User-Agent holds, and its name. Most hold the names of others too, so the order counts.
const PROGRAMS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
/// Characters of a name.
const LONGEST: usize = 40;

#[cfg(test)]
mod tests {
    use super::Agent;

    #[test]
    fn names_that_people_know() {
        for (text, program, system) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
            ("curl/8.5.0", "curl", ""),
            ("python-requests/2.32.3", "python-requests", ""),
            ("<script>alert(1)</script>", "", ""),
            ("", "", ""),
        ] {
            let expected = Agent { program: program.to_owned(), system: system.to_owned() };
            assert_eq!(Agent::read(text), expected, "{text}");
        }
        assert_eq!(Agent::read(&"a".repeat(500)).program.len(), 40);
    }
}
