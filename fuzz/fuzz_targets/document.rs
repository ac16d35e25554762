//! Whatever the document, it is read or it is none; and a path finds in it what a slow evaluator finds.

use arbitrary::Arbitrary;
use edgegate_core::redirect::document::{Document, Path};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    tree: Tree,
    path: Vec<(bool, u8, u8)>,
    text: &'a str,
    free: &'a str,
}

#[derive(Debug, Arbitrary)]
struct Tree {
    name: u8,
    attribute: Option<u8>,
    before: u8,
    children: Vec<Tree>,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// A node as the evaluator knows it: what it is, its name, its text, and what it holds.
enum Node {
    Element(&'static str, Vec<Node>),
    Attribute(String),
    Text(String),
}

impl Tree {
    fn name(&self) -> &'static str {
        NAMES[usize::from(self.name) % 3]
    }

    fn write(&self, depth: usize, xml: &mut String) -> Node {
        let name = self.name();
        xml.push_str(&format!("<x:{name}"));
        let mut held = Vec::new();
        if let Some(value) = self.attribute {
            xml.push_str(&format!(" d=\"{value}\""));
            held.push(Node::Attribute(value.to_string()));
        }
        xml.push('>');
        if self.before > 0 {
            xml.push_str(&self.before.to_string());
            held.push(Node::Text(self.before.to_string()));
        }
        for child in self.children.iter().filter(|_| depth < 6).take(4) {
            held.push(child.write(depth + 1, xml));
        }
        xml.push_str(&format!("</x:{name}>"));
        Node::Element(name, held)
    }
}

target!(|input: Input<'_>| {
    for text in [input.text, input.free] {
        if let (Some(document), Some(path)) = (Document::read(text), Path::parse(input.free)) {
            let told = document.text(&path);
            assert!(document.plain_text(&path).is_none_or(|plain| Some(plain) == told));
            assert_eq!(document.without(|_| true).text(&path), None.or(told.filter(|_| false)));
        }
    }
    let mut xml = String::new();
    let root = Node::Element("", vec![input.tree.write(0, &mut xml)]);
    let document = Document::read(&xml).unwrap_or_else(|| panic!("{xml}"));
    let mut written = String::new();
    for (anywhere, what, position) in input.path.iter().take(6) {
        written.push_str(if *anywhere { "//" } else { "/" });
        let (test, may_count) = match what % 7 {
            at @ 0..=2 => (NAMES[usize::from(at)], true),
            3 => ("*", true),
            4 => ("@d", false),
            5 => ("text()", true),
            _ => (".", false),
        };
        written.push_str(test);
        if may_count && *position % 4 > 0 {
            written.push_str(&format!("[{}]", position % 4));
        }
    }
    let Some(path) = Path::parse(&written) else { return };
    let mut order = Vec::new();
    number(&root, &mut order);
    let mut selected: Vec<&Node> = vec![&root];
    for step in steps(&written) {
        let mut next: Vec<&Node> = Vec::new();
        for from in &selected {
            let mut starts = Vec::new();
            if step.0 { number(from, &mut starts) } else { starts.push(*from) }
            for start in starts {
                next.extend(select(start, step.1, step.2));
            }
        }
        let at = |node: &&Node| order.iter().position(|known| core::ptr::eq(*known, *node));
        next.sort_by_key(at);
        next.dedup_by(|one, other| core::ptr::eq(*one, *other));
        selected = next;
    }
    assert_eq!(document.text(&path), selected.first().map(|node| text(node)), "{written} in {xml}");
});

/// Every node in document order.
fn number<'n>(node: &'n Node, order: &mut Vec<&'n Node>) {
    order.push(node);
    if let Node::Element(_, held) = node {
        held.iter().for_each(|held| number(held, order));
    }
}

fn steps(path: &str) -> Vec<(bool, &str, usize)> {
    let mut steps = Vec::new();
    let mut anywhere = false;
    for piece in path.split('/').skip(1) {
        if piece.is_empty() {
            anywhere = true;
            continue;
        }
        let (test, position) = match piece.split_once('[') {
            Some((test, digits)) => (test, digits.trim_end_matches(']').parse().unwrap_or(0)),
            None => (piece, 0),
        };
        steps.push((core::mem::take(&mut anywhere), test, position));
    }
    steps
}

fn select<'n>(from: &'n Node, test: &str, position: usize) -> Vec<&'n Node> {
    if test == "." {
        return vec![from];
    }
    let Node::Element(_, held) = from else { return Vec::new() };
    let fits = |node: &&Node| match node {
        Node::Element(name, _) => test == "*" || test == *name,
        Node::Attribute(_) => test == "@d",
        Node::Text(_) => test == "text()",
    };
    let found: Vec<&Node> = held.iter().filter(fits).collect();
    match position {
        0 => found,
        at => found.get(at - 1).copied().into_iter().collect(),
    }
}

fn text(node: &Node) -> String {
    match node {
        Node::Attribute(text) | Node::Text(text) => text.clone(),
        Node::Element(_, held) => held
            .iter()
            .filter(|held| !matches!(held, Node::Attribute(_)))
            .map(text)
            .collect(),
    }
}
