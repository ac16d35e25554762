//! Header fields as the runtime hands them over: names in lower case, values of one name joined by `", "`.

/// A borrowed list of header fields.
///
/// # Example
/// ```
/// use edgegate_core::http::Headers;
///
/// let headers = Headers::new(vec![("accept", "text/html"), ("cookie", "a=1")]);
/// assert_eq!(headers.get("accept"), Some("text/html"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Headers<'a> {
    /// Takes pairs of lower-case name and value.
    pub fn new(pairs: Vec<(&'a str, &'a str)>) -> Self {
        Self(pairs)
    }

    /// The value of a field by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.0.iter().copied()
    }

    /// Bytes of all names and values together.
    pub fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }
}
