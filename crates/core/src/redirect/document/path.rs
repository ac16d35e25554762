//! Location paths: the part of XPath 1.0 that says where something stands.
//!
//! ```text
//! path = ["/" | "//"] step {("/" | "//") step}
//! step = ["@"] (name | "*") ["[" number "]"]  |  "text()" ["[" number "]"]  |  "."
//! ```
//!
//! A path begins at the document, with or without a `/`. No other axis, function or predicate is known.

use crate::redirect::document::{Document, Kind};

/// A path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    /// After `//`: from every node below, too.
    anywhere: bool,
    test: Test,
    /// From 1.
    position: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    /// None is `*`.
    Child(Option<String>),
    Attribute(Option<String>),
    Text,
    Here,
}

impl Path {
    /// Reads a path; None if it is none, or none that is known here.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while steps.len() < LONGEST {
            let anywhere = rest.starts_with("//");
            if anywhere || rest.starts_with('/') {
                rest = rest.strip_prefix('/')?;
                rest = rest.strip_prefix('/').unwrap_or(rest);
            }
            let (step, more) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
            steps.push(Step::parse(step, anywhere)?);
            rest = more;
            if rest.is_empty() {
                return Some(Self { steps });
            }
        }
        None
    }

    /// The element below the root that it begins with, if it goes there straight and by names.
    pub fn below_root(&self) -> Option<&str> {
        let [root, below, ..] = self.steps.as_slice() else { return None };
        root.child().and(below.child())
    }

    /// The first node in document order that is selected.
    pub(crate) fn first(&self, document: &Document) -> Option<usize> {
        let mut selected = vec![0];
        for step in &self.steps {
            let mut is_next = vec![false; document.nodes.len()];
            let mut mark = |at: usize| {
                if let Some(mark) = is_next.get_mut(at) {
                    *mark = true;
                }
            };
            let mut widened = 0;
            for at in selected {
                // What lies in a node that was widened was looked at with it.
                let end = match document.nodes.get(at) {
                    Some(node) if step.anywhere && at >= widened => node.end,
                    _ => at + 1,
                };
                for from in at..end {
                    step.select(document, from, &mut mark);
                }
                widened = widened.max(end);
            }
            selected = is_next.iter().enumerate().filter(|(_, mark)| **mark).map(|(at, _)| at).collect();
        }
        selected.first().copied()
    }
}

impl Step {
    /// The name of the child that it goes to, where it is the first one.
    fn child(&self) -> Option<&str> {
        match &self.test {
            Test::Child(name) if !self.anywhere && self.position.is_none() => name.as_deref(),
            _ => None,
        }
    }

    fn parse(text: &str, anywhere: bool) -> Option<Self> {
        let (test, position) = match text.strip_suffix(']') {
            Some(text) => {
                let (test, digits) = text.split_once('[')?;
                let is_number = digits.bytes().all(|b| b.is_ascii_digit());
                (test, Some(digits.parse().ok().filter(|position| is_number && *position > 0)?))
            }
            None => (text, None),
        };
        let test = match test {
            "." if position.is_none() => Test::Here,
            "text()" => Test::Text,
            test => match test.strip_prefix('@') {
                Some(name) => Test::Attribute(name_of(name)?),
                None => Test::Child(name_of(test)?),
            },
        };
        Some(Self { anywhere, test, position })
    }

    /// Marks what the step selects from one node.
    fn select(&self, document: &Document, from: usize, mark: &mut impl FnMut(usize)) {
        if self.test == Test::Here {
            return mark(from);
        }
        let Some(node) = document.nodes.get(from).filter(|node| matches!(node.kind, Kind::Document | Kind::Element))
        else {
            return;
        };
        let mut count = 0;
        let mut at = from + 1;
        while let Some(child) = document.nodes.get(at).filter(|_| at < node.end) {
            let fits = |name: &Option<String>| name.as_ref().is_none_or(|name| *name == child.name);
            let is_wanted = match (&self.test, child.kind) {
                (Test::Child(name), Kind::Element) | (Test::Attribute(name), Kind::Attribute) => fits(name),
                (Test::Text, Kind::Text) => true,
                _ => false,
            };
            count += usize::from(is_wanted);
            if is_wanted && self.position.is_none_or(|position| position == count) {
                mark(at);
            }
            at = child.end;
        }
    }
}

/// A local name, or `*`. A prefix is left out: the reader of documents leaves them out as well.
#[allow(clippy::option_option)] // no name at all, `*`, a name
fn name_of(text: &str) -> Option<Option<String>> {
    let local = text.rsplit(':').next().unwrap_or(text);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || !b.is_ascii();
    match local {
        "*" => Some(None),
        _ if !local.starts_with(|c: char| c.is_alphabetic() || c == '_')
            || !text.bytes().all(|b| is_name(b) || b == b':') =>
        {
            None
        }
        _ => Some(Some(local.to_owned())),
    }
}

/// Steps.
const LONGEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_path() {
        for text in [
            "",
            "/",
            "//",
            "a/",
            "a//",
            "///a",
            "a///b",
            "a[0]",
            "a[x]",
            "a[+1]",
            "a[1",
            "a]",
            "a[]",
            "a[1][2]",
            "..",
            "a/..",
            "a|b",
            "a b",
            "@",
            "count(a)",
            "a[@b]",
            "a::b()",
            "child::a[last()]",
            "text()x",
            ".[1]",
            "$a",
            "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q",
        ] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_in_document_order() {
        let text = "<r x='0'><a><b x='1'>1</b><b>2<c/>3</b></a><b>4</b><a><b>5</b><b>6</b></a></r>";
        let document = Document::read(text).unwrap();
        for (path, expected) in [
            ("r/b", Some("4")),
            ("/r/a/b", Some("1")),
            ("/r/a/b[2]", Some("23")),
            ("/r/a[2]/b[2]", Some("6")),
            ("//b", Some("1")),
            ("//b[2]", Some("23")),
            ("//b[3]", None),
            ("/r//b", Some("1")),
            ("//a//b", Some("1")),
            ("//a[2]//b", Some("5")),
            ("/r/@x", Some("0")),
            ("//@x", Some("0")),
            ("//b/@x", Some("1")),
            ("//b/@y", None),
            ("/r/a/b[2]/text()", Some("2")),
            ("/r/a/b[2]/text()[2]", Some("3")),
            ("/*/*[2]", Some("4")),
            ("./r/./b", Some("4")),
            ("n:r/b", Some("4")),
            ("b/r", None),
            ("/r/text()", None),
        ] {
            let found = Path::parse(path).unwrap().first(&document);
            let text = found.and_then(|_| document.text(&Path::parse(path).unwrap()));
            assert_eq!(text.as_deref(), expected, "{path}");
        }
    }
}
