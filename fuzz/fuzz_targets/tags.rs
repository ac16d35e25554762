//! However a page is cut, the same comes out; what is not known is left as it is.
use arbitrary::Arbitrary;
use edgegate_core::policy::TagPlaces;
use edgegate_core::tags::{Expander, Expansion, Vocabulary};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    cut: u8,
    places: (bool, bool, bool),
    page: &'a [u8],
}

/// Whether anything is known.
struct Known(bool);

impl Vocabulary for Known {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match tag {
            _ if !self.0 => None,
            "S86" => Some(Expansion::Markup("<input value=TOKEN>".to_owned())),
            other => other.strip_prefix("S86:").map(|text| Expansion::Plain(text.to_owned())),
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        tag.len() > 8
    }

    fn element_prefix(&self) -> &str {
        "convio:"
    }

    fn element(&mut self, name: &str, _: &[(&str, &str)]) -> Option<Expansion> {
        self.0.then(|| Expansion::Plain(name.to_owned()))
    }

    fn trusts(&self, _: &str, authority: &str) -> bool {
        authority.starts_with('g')
    }
}

target!(|input: Input<'_>| {
    let (script, style, comment) = input.places;
    let expand = |known, size| {
        let mut out = Vec::new();
        let mut expander = Expander::new(Known(known), TagPlaces { script, style, comment });
        input.page.chunks(size).for_each(|chunk| expander.push(chunk, &mut out));
        expander.finish(&mut out);
        out
    };
    let whole = expand(true, usize::MAX);
    assert_eq!(expand(true, 1), whole);
    assert_eq!(expand(true, usize::from(input.cut).max(1)), whole);
    assert_eq!(expand(false, usize::from(input.cut).max(1)), input.page);
});
