//! Which attributes may hold what a tag stands for, and writing them.

use crate::tags::address::looks_like_one_from;
use crate::tags::bracket::{self, Bracket};
use crate::tags::cursor::Cursor;
use crate::tags::page::whole_address;
use crate::tags::scan::{find, from};
use crate::tags::tag::{Attribute, Name, attributes};
use crate::tags::write::{Place, write};
use crate::tags::{Expander, Vocabulary};

impl<V: Vocabulary> Expander<V> {
    /// Goes over a start tag, at which the cursor stands, and expands what may be.
    pub(crate) fn attributes(&mut self, name: &Name, tag: &[u8], cursor: &mut Cursor<'_>) {
        let mut at = 0;
        for attribute in attributes(tag).filter(|attribute| attribute.value.contains(&b'[')) {
            let role = role(name.bytes(), attribute.name);
            if role != Role::Never {
                cursor.pass(attribute.at - at);
                self.value(&attribute, role, cursor);
                at = attribute.at + attribute.value.len();
            }
        }
        cursor.pass(tag.len() - at);
    }

    fn value(&mut self, attribute: &Attribute<'_>, role: Role, cursor: &mut Cursor<'_>) {
        let value = attribute.value;
        let place = if attribute.is_quoted { Place::Quoted } else { Place::Unquoted };
        let mut before = Before::new(value, role);
        let mut at = 0;
        while let Some(length) = find(*b"[", from(value, at)) {
            cursor.pass(length);
            at += length;
            let Bracket::Tag(tag) = bracket::read(from(value, at)) else {
                cursor.pass(1);
                at += 1;
                continue;
            };
            let expansion = match before.is_fine(at, |address| self.page.trusts(address, false, &self.vocabulary)) {
                true => self.vocabulary.bracket(tag),
                false if at == 0 => whole_address(value, &mut self.vocabulary),
                false => None,
            };
            let length = bracket::length(tag);
            let is_written = expansion.is_some_and(|known| cursor.replace(length, |out| write(&known, place, out)));
            if !is_written {
                cursor.pass(length);
            }
            at += length;
        }
        cursor.pass(value.len() - at);
    }
}

/// What stands before a tag in a value, read once however many tags follow.
struct Before<'a> {
    value: &'a [u8],
    /// From how many bytes on they are an address.
    address: usize,
    /// Where its first `?` or `#` stands. No tag behind it changes where the address leads.
    settled: usize,
    /// Whether it is trusted, settled as it is.
    is_trusted: Option<bool>,
}

impl<'a> Before<'a> {
    fn new(value: &'a [u8], role: Role) -> Self {
        let address = if role == Role::Address { 0 } else { looks_like_one_from(value).unwrap_or(usize::MAX) };
        Self { value, address, settled: find(*b"?#", value).unwrap_or(usize::MAX), is_trusted: None }
    }

    /// Whether a tag may be expanded behind so many bytes. Ask in ascending order.
    fn is_fine(&mut self, at: usize, trusts: impl Fn(&[u8]) -> bool) -> bool {
        let before = self.value.get(..at).unwrap_or_default();
        match at {
            _ if at < self.address => true,
            _ if at > self.settled => *self.is_trusted.get_or_insert_with(|| trusts(before)),
            // A tag before this one is part of what decides where the address leads: no such address is trusted.
            _ if find(*b"[", before).is_some() => false,
            _ => trusts(before),
        }
    }
}

/// What a value is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nothing is expanded.
    Never,
    /// An address.
    Address,
    /// Anything else; some hold addresses.
    Other,
}

fn role(element: &[u8], attribute: &[u8]) -> Role {
    let name = Name::of(attribute);
    let role = match name.bytes() {
        b"" => Role::Never,
        b"href" | b"src" | b"action" | b"formaction" | b"data" | b"poster" | b"cite" | b"background" | b"manifest"
        | b"longdesc" | b"usemap" | b"icon" | b"lowsrc" | b"dynsrc" | b"xlink:href" | b"itemid" | b"itemtype" => {
            Role::Address
        }
        // Code, lists of addresses, and names that travel with a window to where a link leads.
        b"style" | b"srcdoc" | b"srcset" | b"imagesrcset" | b"ping" | b"content" | b"http-equiv" | b"archive"
        | b"classid" | b"codebase" | b"code" | b"object" | b"profile" | b"attributionsrc" | b"target"
        | b"formtarget" | b"csp" | b"base" | b"is" | b"datasrc" | b"datafld" | b"implementation" | b"pluginspage"
        | b"pluginurl" | b"flashvars" => Role::Never,
        other if CODE.iter().any(|prefix| other.starts_with(prefix)) => Role::Never,
        other if other.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) => Role::Other,
        // `@click`, `:src`, `[src]` and the like are code to some library.
        _ => Role::Never,
    };
    match element {
        b"script" | b"style" | b"link" | b"base" | b"meta" | b"applet" | b"param" | b"frameset" => Role::Never,
        // What is beside the address reaches the page that is framed: a name, a policy, a parameter.
        b"iframe" | b"frame" | b"object" | b"embed" | b"portal" | b"fencedframe" if role == Role::Other => Role::Never,
        _ => role,
    }
}

/// Beginnings of names of attributes that hold code, to browsers or to common libraries.
const CODE: [&[u8]; 7] = [b"on", b"hx-", b"data-hx-", b"x-", b"v-", b"ng-", b"data-ng-"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_has_its_role() {
        for (element, attribute, expected) in [
            ("a", "HREF", Role::Address),
            ("a", "title", Role::Other),
            ("a", "data-token", Role::Other),
            ("a", "target", Role::Never),
            ("a", "onClick", Role::Never),
            ("a", "STYLE", Role::Never),
            ("img", "srcset", Role::Never),
            ("a", "@click", Role::Never),
            ("a", "xlink:href", Role::Address),
            ("meta", "content", Role::Never),
            ("script", "src", Role::Never),
            ("link", "href", Role::Never),
            ("iframe", "src", Role::Address),
            ("iframe", "name", Role::Never),
            ("object", "data", Role::Address),
        ] {
            assert_eq!(role(element.as_bytes(), attribute.as_bytes()), expected, "{element} {attribute}");
        }
        assert_eq!(role(b"a", "x".repeat(100).as_bytes()), Role::Never);
    }
}
