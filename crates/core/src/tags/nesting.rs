//! Which elements are open, as far as it can be told without building a tree.
//!
//! It serves one question: is a form really over at its `</form>`? A browser keeps what follows inside the
//! form, and sends it with the form, if an element was left open in it, or if one that was misnested before
//! is opened again inside (WHATWG HTML 13.2.4.3, 13.2.6.4.7). So one misnested tag and the answer is no from
//! there on.

use crate::tags::tag::Name;

/// The open elements; of little use once torn.
#[derive(Debug, Default)]
pub struct Nesting {
    /// Each name, then its length.
    names: Vec<u8>,
    depth: usize,
    formatting: usize,
    /// How many of each of [`SINGLE`].
    single: [usize; SINGLE.len()],
    is_torn: bool,
}

impl Nesting {
    /// A start tag of an element that has an end tag.
    pub fn open(&mut self, name: &Name) {
        let name = name.bytes();
        if self.is_torn || is_ignored(name) || (is_ended_by_itself(name) && self.top() == name) {
            return;
        }
        // A second one of these ends the first, with whatever is open between.
        let ends_first = self.single(name).is_some_and(|open| *open > 0);
        let length = u8::try_from(name.len()).unwrap_or(0);
        if ends_first || length == 0 || self.names.len() > LONGEST {
            return self.tear();
        }
        self.names.extend_from_slice(name);
        self.names.push(length);
        self.depth += 1;
        self.formatting += usize::from(is_formatting(name));
        if let Some(open) = self.single(name) {
            *open += 1;
        }
    }

    /// An end tag.
    pub fn close(&mut self, name: &Name) {
        let name = name.bytes();
        if self.is_torn || is_ignored(name) {
            return;
        }
        while self.top() != name && is_ended_with(self.top(), name) {
            self.pop();
        }
        match self.depth > 0 && self.top() == name {
            true => self.pop(),
            false => self.tear(),
        }
    }

    /// From here on nothing is known.
    pub fn tear(&mut self) {
        self.is_torn = true;
        self.names = Vec::new();
    }

    /// How many are open; none if that is not known.
    pub fn depth(&self) -> Option<usize> {
        (!self.is_torn).then_some(self.depth)
    }

    /// Whether an element opened now will surely be over at its end tag.
    pub fn is_certain(&self) -> bool {
        !self.is_torn && self.formatting == 0
    }

    fn top(&self) -> &[u8] {
        let name = self.names.split_last().and_then(|(length, names)| {
            let at = names.len().checked_sub(usize::from(*length))?;
            names.get(at..)
        });
        name.unwrap_or_default()
    }

    fn single(&mut self, name: &[u8]) -> Option<&mut usize> {
        let at = SINGLE.iter().position(|single| *single == name)?;
        self.single.get_mut(at)
    }

    fn pop(&mut self) {
        self.formatting -= usize::from(is_formatting(self.top()));
        let length = self.top().len() + 1;
        if let Some(at) = SINGLE.iter().position(|single| *single == self.top())
            && let Some(open) = self.single.get_mut(at)
        {
            *open = open.saturating_sub(1);
        }
        self.names.truncate(self.names.len().saturating_sub(length));
        self.depth = self.depth.saturating_sub(1);
    }
}

/// Neither opened nor closed by their tags: void elements, the page's frame, and what holds no elements.
fn is_ignored(name: &[u8]) -> bool {
    matches!(
        name,
        b"area"
            | b"base"
            | b"basefont"
            | b"bgsound"
            | b"br"
            | b"col"
            | b"embed"
            | b"frame"
            | b"hr"
            | b"img"
            | b"input"
            | b"keygen"
            | b"link"
            | b"meta"
            | b"param"
            | b"source"
            | b"track"
            | b"wbr"
            | b"html"
            | b"head"
            | b"body"
            | b"title"
            | b"textarea"
            | b"script"
            | b"style"
            | b"xmp"
            | b"iframe"
            | b"noembed"
            | b"noframes"
    )
}

/// Entries of the list of active formatting elements.
fn is_formatting(name: &[u8]) -> bool {
    matches!(
        name,
        b"a" | b"b"
            | b"big"
            | b"code"
            | b"em"
            | b"font"
            | b"i"
            | b"nobr"
            | b"s"
            | b"small"
            | b"strike"
            | b"strong"
            | b"tt"
            | b"u"
    )
}

fn is_ended_by_itself(name: &[u8]) -> bool {
    has_implied_end(name) || is_of_table(name)
}

/// Whether the end tag of `outer` also ends an open `inner`.
fn is_ended_with(inner: &[u8], outer: &[u8]) -> bool {
    match outer {
        b"table" | b"tbody" | b"thead" | b"tfoot" | b"tr" => has_implied_end(inner) || is_of_table(inner),
        b"address" | b"article" | b"aside" | b"blockquote" | b"button" | b"caption" | b"center" | b"dd"
        | b"details" | b"dialog" | b"dir" | b"div" | b"dl" | b"dt" | b"fieldset" | b"figcaption" | b"figure"
        | b"footer" | b"form" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"header" | b"hgroup" | b"li"
        | b"listing" | b"main" | b"menu" | b"nav" | b"object" | b"ol" | b"pre" | b"search" | b"section" | b"select"
        | b"summary" | b"td" | b"th" | b"ul" => has_implied_end(inner),
        _ => false,
    }
}

/// WHATWG HTML 13.2.6.3.
fn has_implied_end(name: &[u8]) -> bool {
    matches!(name, b"dd" | b"dt" | b"li" | b"optgroup" | b"option" | b"p" | b"rb" | b"rp" | b"rt" | b"rtc")
}

fn is_of_table(name: &[u8]) -> bool {
    matches!(name, b"caption" | b"colgroup" | b"tbody" | b"td" | b"tfoot" | b"th" | b"thead" | b"tr")
}

/// Elements of which a second one ends the first.
const SINGLE: [&[u8]; 3] = [b"a", b"nobr", b"button"];
/// The most bytes of open names.
const LONGEST: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    /// `name` opens, `/name` closes.
    fn after(tags: &str) -> Nesting {
        let mut nesting = Nesting::default();
        for tag in tags.split_whitespace() {
            match tag.strip_prefix('/') {
                Some(name) => nesting.close(&Name::of(name.as_bytes())),
                None => nesting.open(&Name::of(tag.as_bytes())),
            }
        }
        nesting
    }

    #[test]
    fn what_is_nested_well_is_over() {
        for tags in [
            "",
            "div /div",
            "body div p p ul li li /ul br /div /body",
            "table tr td tr td /table",
            "form select option option /select /form",
            "b i /i /b",
        ] {
            assert_eq!(after(tags).depth(), Some(0), "{tags}");
            assert!(after(tags).is_certain(), "{tags}");
        }
    }

    #[test]
    fn what_is_misnested_is_never_over() {
        for tags in ["/div", "div b /div", "b p /b", "x p /x", "a div a", "form div /form", "form td /form", "div /p"] {
            assert_eq!(after(tags).depth(), None, "{tags}");
            assert!(!after(tags).is_certain(), "{tags}");
        }
        assert!(!after("b").is_certain());
    }

    #[test]
    fn it_is_bounded() {
        let nesting = after(&"x ".repeat(LONGEST));
        assert_eq!((nesting.depth(), nesting.names.capacity()), (None, 0));
    }
}
