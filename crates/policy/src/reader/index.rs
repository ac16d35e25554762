//! The index of a policy's routes.

use std::sync::Arc;

use crate::index::{Entry, RouteIndex};
use crate::neighbour::Reading;
use crate::reading::{Last, loosest, read};
use crate::{HostPattern, PathPattern, Route};

impl RouteIndex {
    /// The index of a policy's routes.
    pub(crate) fn new(routes: &[Arc<Route>]) -> Self {
        let mut index = Self::default();
        for (place, route) in routes.iter().enumerate() {
            let host = route.host.as_ref().map(HostPattern::to_string).unwrap_or_default();
            let reading = Reading::of(&route.path);
            index.longest = index.longest.max(reading.base.len());
            index.written.push(Entry { host: host.clone(), base: route.path.base().to_owned(), place });
            index.folded.push(Entry { host: host.clone(), base: route.path.base().to_ascii_lowercase(), place });
            index.read.push(Entry { host: host.clone(), base: reading.base.clone(), place });
            index.routes.push((reading, Arc::default()));
            if route.host.as_ref().is_none_or(HostPattern::is_wildcard) {
                index.wide.push((host, route.host.clone()));
            }
            index.methods.extend(route.methods.iter().cloned());
        }
        index.written.sort();
        index.folded.sort();
        index.read.sort();
        index.wide.sort_by(|(one, _), (other, _)| one.cmp(other));
        index.wide.dedup_by(|(one, _), (other, _)| one == other);
        index.methods.sort();
        index.methods.dedup();
        index.note_siblings(routes);
        index
    }

    fn note_siblings(&mut self, routes: &[Arc<Route>]) {
        let is_prefix = |place: usize| routes.get(place).is_some_and(|route| route.path.is_prefix());
        for same in self.written.chunk_by(|one, other| one.host == other.host && one.base == other.base) {
            for kind in [true, false] {
                let siblings = same.iter().map(|entry| entry.place).filter(|place| is_prefix(*place) == kind);
                let siblings: Arc<Vec<usize>> = Arc::new(siblings.collect());
                for place in siblings.iter() {
                    if let Some((_, noted)) = self.routes.get_mut(*place) {
                        *noted = Arc::clone(&siblings);
                    }
                }
            }
        }
    }
}

impl Reading {
    /// A pattern's.
    pub(crate) fn of(pattern: &PathPattern) -> Self {
        let base = pattern.base();
        let prefix = pattern.is_prefix();
        let whole = loosest(base).into_owned();
        let has_head = prefix && !base.is_empty() && whole != read(base, Last::Kept);
        let has_head = has_head || (prefix && whole != read(base, Last::Within));
        Self { base: if has_head { read(base, Last::Kept) } else { whole }, prefix, has_head }
    }
}
