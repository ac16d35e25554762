//! A document that a call was answered with, read from XML or JSON into one tree.
//!
//! Names are local names: a prefix says nothing here. What is beyond `NODES` or `DEPTH` is no document to us.

pub(crate) mod json;
pub(crate) mod path;
pub(crate) mod xml;

pub use crate::redirect::document::path::Path;

/// A document. Its nodes stand in document order, each before what it holds.
///
/// # Example
/// ```
/// use edgegate_core::redirect::document::{Document, Path};
///
/// let answer = Document::read("<user><id>7</id></user>").unwrap();
/// assert_eq!(answer.root(), "user");
/// assert_eq!(answer.text(&Path::parse("/user/id").unwrap()).as_deref(), Some("7"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    kind: Kind,
    /// Local name of an element or attribute.
    name: String,
    /// Value of an attribute, or text.
    text: String,
    parent: usize,
    /// Behind the last node that it holds.
    end: usize,
    /// It is not told.
    is_withheld: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What holds the root element.
    Document,
    Element,
    Attribute,
    Text,
}

impl Document {
    /// Reads XML or JSON, whichever it is. JSON is an object of one member, the root; a list is one element for each of
    /// its values, and a plain value can be asked for as an attribute too.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.as_bytes().first()? {
            b'{' => json::read(text),
            b'<' => xml::read(text),
            _ => None,
        }
    }

    /// Name of the root element.
    pub fn root(&self) -> &str {
        let mut elements = self.nodes.iter().filter(|node| node.kind == Kind::Element);
        elements.next().map_or("", |node| node.name.as_str())
    }

    /// Without what stands under names that are withheld, or within: it says nothing any more.
    pub fn without(mut self, withheld: impl Fn(&str) -> bool) -> Self {
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else { break };
            let within = self.nodes.get(node.parent).is_some_and(|parent| parent.is_withheld);
            let is_withheld = within || (!node.name.is_empty() && withheld(&node.name));
            if let Some(node) = self.nodes.get_mut(at) {
                node.is_withheld = is_withheld;
            }
        }
        self
    }

    /// The text at a path: of the first node in document order that it selects. None if there is none, if it is withheld, and
    /// if it is far longer than a value can be.
    pub fn text(&self, path: &Path) -> Option<String> {
        let selected = path.first(self)?;
        let node = self.nodes.get(selected).filter(|node| !node.is_withheld)?;
        if !matches!(node.kind, Kind::Document | Kind::Element) {
            return Some(node.text.clone());
        }
        let mut text = String::new();
        for node in
            self.nodes.get(selected..node.end)?.iter().filter(|node| node.kind == Kind::Text && !node.is_withheld)
        {
            text.push_str(&node.text);
            if text.len() > TEXT {
                return None;
            }
        }
        Some(text)
    }

    /// The same of a node that holds no elements; None for one that does.
    pub fn plain_text(&self, path: &Path) -> Option<String> {
        let selected = path.first(self)?;
        let mut within = self.nodes.get(selected + 1..self.nodes.get(selected)?.end)?.iter();
        if within.any(|node| node.kind == Kind::Element) { None } else { self.text(path) }
    }
}

/// Puts a document together, node by node.
#[derive(Debug)]
struct Builder {
    nodes: Vec<Node>,
    open: Vec<usize>,
}

impl Builder {
    fn new() -> Self {
        let top = Node {
            kind: Kind::Document,
            name: String::new(),
            text: String::new(),
            parent: 0,
            end: 0,
            is_withheld: false,
        };
        Self { nodes: vec![top], open: vec![0] }
    }

    fn open(&mut self, name: &str) -> Option<()> {
        let at = self.nodes.len();
        self.add(Kind::Element, name, "")?;
        self.open.push(at);
        (self.open.len() <= DEPTH).then_some(())
    }

    fn close(&mut self) {
        let end = self.nodes.len();
        let closed = self.open.pop().and_then(|at| self.nodes.get_mut(at));
        if let Some(node) = closed {
            node.end = end;
        }
    }

    fn attribute(&mut self, name: &str, value: &str) -> Option<()> {
        self.add(Kind::Attribute, name, value)
    }

    fn text(&mut self, text: &str) -> Option<()> {
        if text.is_empty() { Some(()) } else { self.add(Kind::Text, "", text) }
    }

    fn add(&mut self, kind: Kind, name: &str, text: &str) -> Option<()> {
        let (parent, end) = (*self.open.last()?, self.nodes.len() + 1);
        let local = name.rsplit(':').next().unwrap_or(name);
        self.nodes.push(Node { kind, name: local.to_owned(), text: text.to_owned(), parent, end, is_withheld: false });
        (self.nodes.len() <= NODES).then_some(())
    }

    /// None unless there is just one root, and everything that was opened was closed.
    fn finish(mut self) -> Option<Document> {
        let is_closed = self.open.len() == 1;
        self.close();
        let roots = self.nodes.iter().filter(|node| node.kind == Kind::Element && node.parent == 0).count();
        (is_closed && roots == 1).then_some(Document { nodes: self.nodes })
    }
}

/// Bytes that a text may have that is put together of several.
const TEXT: usize = 16 * 1024;
/// Elements, attributes and texts.
const NODES: usize = 20_000;
/// How deep elements may lie, the document itself included.
const DEPTH: usize = 65;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(document: &str, path: &str) -> Option<String> {
        Document::read(document).unwrap().without(|name| name == "secret").text(&Path::parse(path).unwrap())
    }

    #[test]
    fn one_tree_from_both_forms() {
        let xml = "<?xml version=\"1.0\"?>\n<r xmlns=\"urn:x\"><a id=\"1\">x</a><a id=\"2\">y</a><b/></r>";
        let json = r#"{"r":{"a":["x","y"],"b":null}}"#;
        for document in [xml, json] {
            assert_eq!(Document::read(document).unwrap().root(), "r");
            for (path, text) in [("/r/a", "x"), ("r/a[2]", "y"), ("//a[1]/text()", "x"), ("r/b", "")] {
                assert_eq!(told(document, path).as_deref(), Some(text), "{path} in {document}");
            }
            assert_eq!(told(document, "//.").as_deref(), Some("xy"), "the document itself comes first: {document}");
            assert_eq!(told(document, "r/c"), None);
        }
    }

    #[test]
    fn what_is_withheld_stands_in_no_text() {
        for document in
            ["<r><a>1</a><secret>2<b>3</b></secret><a>4</a></r>", r#"{"r":{"a":[1,4],"secret":{"b":3,"c":2}}}"#]
        {
            assert_eq!(told(document, "/r").as_deref(), Some("14"), "{document}");
            for path in ["/r/secret", "/r/secret/b", "//b", "/r/*[2]", "//b/text()"] {
                let text = told(document, path);
                assert!(text.is_none() || text.as_deref() == Some("4"), "{path} {text:?}");
            }
        }
    }

    #[test]
    fn what_is_no_document() {
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        let many = format!("<a>{}</a>", "<b/>".repeat(20_000));
        for text in ["", " ", "a", "[]", "{}", "{\"a\":1,\"b\":2}", "{\"a\"", "<a>", "<a/><b/>", "</a>", &deep, &many] {
            assert_eq!(Document::read(text), None, "{}", text.get(..20).unwrap_or(text));
        }
    }
}
