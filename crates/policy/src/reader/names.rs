//! Names that the file gives to things, and references to them.

use std::collections::HashMap;
use std::sync::Arc;

use super::suggest;
use super::value::Text;

/// The things of one kind, by name, in file order. One that was wrong keeps its name, so that a reference
/// to it is not reported as well.
pub(super) struct Names<T> {
    kind: &'static str,
    entries: Vec<(String, Option<Arc<T>>)>,
    places: HashMap<String, usize>,
}

impl<T> Names<T> {
    /// `kind` is the table they stand in.
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, entries: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn add(&mut self, name: &str, thing: Option<T>) {
        self.places.entry(name.to_owned()).or_insert(self.entries.len());
        self.entries.push((name.to_owned(), thing.map(Arc::new)));
    }

    /// What a name stands for; a name that stands for nothing is reported.
    pub(super) fn find(&self, text: &Text<'_>, name: &str) -> Option<Arc<T>> {
        let place = self.places.get(name).and_then(|place| self.entries.get(*place));
        if let Some((_, thing)) = place {
            return thing.clone();
        }
        let label = format!("tables `[{}.*]`", self.kind);
        let hint = suggest::hint(name, self.entries.iter().map(|(known, _)| known.as_str()), &label);
        text.wrong(&format!("there is no `[{}.{name}]`{hint}", self.kind));
        None
    }

    pub(super) fn things(&self) -> impl Iterator<Item = &Arc<T>> {
        self.entries.iter().filter_map(|(_, thing)| thing.as_ref())
    }

    pub(super) fn into_things(self) -> Vec<Arc<T>> {
        self.entries.into_iter().filter_map(|(_, thing)| thing).collect()
    }
}
