//! Names that the file gives to things, and references to them.

use std::collections::HashMap;
use std::sync::Arc;

use super::suggest;
use super::value::Text;

/// The things of one kind, by name, in file order. One that was wrong keeps its name, so that a reference
/// to it is not reported as well.
pub(crate) struct Names<T> {
    kind: &'static str,
    entries: Vec<(String, Option<Arc<T>>)>,
    places: HashMap<String, usize>,
}

/// A name that an entry of `accept` gives, or that of a kind of which there is one.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) text: &'a Text<'a>,
    pub(crate) name: &'a str,
}

/// What holds the profiles of a kind, or all that the file says of it.
pub(crate) trait Holder<T> {
    /// What is held under that name.
    fn held(&self, named: Named<'_>) -> Option<Arc<T>>;
}

impl<T> Holder<T> for &Names<T> {
    fn held(&self, named: Named<'_>) -> Option<Arc<T>> {
        self.find(named.text, named.name)
    }
}

impl<T> Holder<T> for Option<&Arc<T>> {
    fn held(&self, _: Named<'_>) -> Option<Arc<T>> {
        self.map(Arc::clone)
    }
}

impl<T> Names<T> {
    /// `kind` is the table they stand in.
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, entries: Vec::new(), places: HashMap::new() }
    }

    pub(crate) fn add(&mut self, name: &str, thing: Option<T>) {
        self.places.entry(name.to_owned()).or_insert(self.entries.len());
        self.entries.push((name.to_owned(), thing.map(Arc::new)));
    }

    /// What a name stands for, which is put to use by that; a name that stands for nothing is reported.
    pub(crate) fn find(&self, text: &Text<'_>, name: &str) -> Option<Arc<T>> {
        text.report.add_use(format!("{}.{name}", self.kind));
        self.look_up(text, name)
    }

    /// The same without putting it to use.
    pub(crate) fn look_up(&self, text: &Text<'_>, name: &str) -> Option<Arc<T>> {
        let place = self.places.get(name).and_then(|place| self.entries.get(*place));
        if let Some((_, thing)) = place {
            return thing.clone();
        }
        let label = format!("tables `[{}.*]`", self.kind);
        let hint = suggest::hint(name, self.entries.iter().map(|(known, _)| known.as_str()), &label);
        text.wrong(&format!("there is no `[{}.{name}]`{hint}", self.kind));
        None
    }

    pub(crate) fn things(&self) -> impl Iterator<Item = &Arc<T>> {
        self.entries.iter().filter_map(|(_, thing)| thing.as_ref())
    }

    pub(crate) fn into_things(self) -> Vec<Arc<T>> {
        self.entries.into_iter().filter_map(|(_, thing)| thing).collect()
    }
}
