//! A query or a form, taken apart once: asking for a hundred names reads it no second time.

use crate::http::query::{decode, fold, names, params, readings};
use crate::refusal::Reason;

/// The fields of a query or a form, in order.
///
/// # Example
/// ```
/// use edgegate_core::http::Fields;
///
/// let form = Fields::read("name=jo&page=2");
/// assert_eq!(form.sole("page"), Ok(Some("2")));
/// ```
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<Field<'a>>);

/// A name that some origin could read.
#[derive(Debug)]
struct Field<'a> {
    raw: &'a str,
    folded: Vec<u8>,
    /// What PHP reads, where that is another name.
    unclosed: Option<Vec<u8>>,
    /// Undecoded; None for a name behind a `;`, which only some origins read.
    value: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Takes a query or form apart.
    pub fn read(text: &'a str) -> Self {
        let of_piece = |param: crate::http::query::Param<'a>| {
            names(param.raw).enumerate().map(move |(at, raw)| {
                // `a;b=1`: a reader that splits at `&` alone sees the name `a;b`.
                let value = (at == 0 && raw.len() == param.name.len()).then_some(param.value);
                let (folded, unclosed) = readings(raw);
                Field { raw, folded, unclosed, value }
            })
        };
        Self(params(text).flat_map(of_piece).filter(|field| !field.raw.is_empty()).collect())
    }

    /// The only field of that exact name, undecoded: what [`sole`](super::query::sole) finds.
    ///
    /// # Errors
    /// `ParameterDuplicate` if the name occurs twice, `ParameterShadowed` if another spelling of it occurs.
    pub fn sole(&self, name: &str) -> Result<Option<&'a str>, Reason> {
        let folded = fold(name);
        let is_alike = |field: &&Field<'_>| field.folded == folded || field.unclosed.as_ref() == Some(&folded);
        let alike = || self.0.iter().filter(is_alike);
        if alike().any(|field| field.raw != name) {
            return Err(Reason::ParameterShadowed);
        }
        let mut values = alike().filter_map(|field| field.value);
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(Reason::ParameterDuplicate),
            (sole, _) if alike().count() > usize::from(sole.is_some()) => Err(Reason::ParameterShadowed),
            (sole, _) => Ok(sole),
        }
    }

    /// The undecoded names that any origin could read.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.0.iter().map(|field| field.raw)
    }

    /// The first value of a name, both decoded.
    pub fn first(&self, name: &str) -> Option<Vec<u8>> {
        let folded = fold(name);
        let mut named = self.0.iter().filter(|field| field.folded == folded && decode(field.raw) == name.as_bytes());
        named.find_map(|field| field.value).map(decode)
    }
}

/// Whether a form has no more fields than are read. Each is compared with many names.
///
/// # Errors
/// `FormMalformed`.
pub fn check_number(form: &str) -> Result<(), Reason> {
    let separators = form.bytes().filter(|b| matches!(b, b'&' | b';')).count();
    if separators < MOST_FIELDS { Ok(()) } else { Err(Reason::FormMalformed) }
}

/// Fields of one form: as many as PHP reads (`max_input_vars`).
pub const MOST_FIELDS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::query::sole;

    #[test]
    fn what_is_found_is_what_a_search_finds() {
        for text in [
            "",
            "&",
            "ts",
            "a=1&ts=%31&b",
            "ts=1&ts=2",
            "ts=1&TS=2&ts=3",
            "a=1;ts=2",
            "ts;b",
            "ts=1;x",
            "ts=1;ts=2",
            "ts=1&a;ts",
            "%74s=1",
            "+ts=1&ts=2",
            "[ts]=1",
            "=ts&ts==1",
            "t=s&tsx=1",
        ] {
            let fields = Fields::read(text);
            for name in ["ts", "t", "a", "tsx"] {
                assert_eq!(fields.sole(name), sole(text, name), "{name} in {text}");
            }
        }
    }

    #[test]
    fn the_first_of_a_name_in_any_escapes() {
        let fields = Fields::read("A=0&a;b=1&%61=%32&a=3");
        assert_eq!(fields.first("a").as_deref(), Some(&b"2"[..]));
        assert_eq!(fields.first("b"), None, "for most origins it is no field");
    }

    #[test]
    fn a_form_has_a_thousand_fields_at_most() {
        assert_eq!(check_number(&"a=1&".repeat(999)), Ok(()));
        for form in ["a=1&".repeat(1000), ";".repeat(1000), "a;&".repeat(500)] {
            assert_eq!(check_number(&form), Err(Reason::FormMalformed));
        }
    }
}
