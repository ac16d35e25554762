//! Routes one of whose paths some origin would read into a path that another route takes.

use super::reading::End;
use super::strictness;
use super::{Policy, Route};

/// A route that asks for something which the one that takes a path does not, although some origin may read the path as one
/// of its own.
#[derive(Debug, Clone, Copy)]
pub struct Neighbour<'p> {
    /// It.
    pub route: &'p Route,
    /// The route that takes the path lets more through by any method, and not only methods that this one lacks.
    pub is_looser: bool,
}

impl<'p> Neighbour<'p> {
    /// Those of a route, for a path that it takes at a host, in the policy's order.
    pub fn of(policy: &'p Policy, route: &Route, host: &str, path: &str) -> Vec<Self> {
        let mut places = Vec::new();
        policy.index.read_as(host, path, |place| {
            if !policy.index.siblings(route.place).contains(&place) {
                places.push(place);
            }
        });
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|place| compared(policy, route, policy.routes.get(place)?)).collect()
    }
}

/// A pattern as the most forgiving origin reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) base: String,
    pub(crate) prefix: bool,
    /// Its last part is one that is passed over elsewhere, such as `index.php` of `/index.php/*`.
    pub(crate) has_head: bool,
}

coded!(struct Reading { base, prefix, has_head });

impl Reading {
    /// Whether it covers a path whose reading ends so.
    pub(super) fn takes_end(&self, end: &End<'_>) -> bool {
        if self.has_head { end.kept == self.base } else { self.takes(end.itself) }
    }

    fn takes(&self, reading: &str) -> bool {
        match self.prefix {
            true => is_within(reading, &self.base),
            false => reading == self.base,
        }
    }
}

/// What another route, no sibling, asks for beyond what a route does; None if that is nothing, or is meant so.
fn compared<'p>(policy: &Policy, route: &Route, other: &'p Route) -> Option<Neighbour<'p>> {
    let index = &policy.index;
    let (own, reading) = (index.reading(route.place)?, index.reading(other.place)?);
    // What comes later and surrounds this route is what it was taken out of; what it covers is never reached.
    let is_behind = index.siblings(other.place).first() > index.siblings(route.place).first();
    let surrounds = reading.prefix && is_within(&own.base, &reading.base) || reading == own;
    if is_behind && (surrounds || route.path.covers(&other.path)) {
        return None;
    }
    let is_looser = !strictness::looser_in(route, other).is_empty();
    // What differs in case alone is refused before a guarded route in any event. Of one that is open only the methods count,
    // whichever of the two stands first.
    let may_matter = other.is_guarded() && !is_behind;
    let lacks = |method: &String| !policy.takes(other, method);
    (is_looser || may_matter || route.methods.iter().any(lacks)).then_some(Neighbour { route: other, is_looser })
}

/// Whether a reading is `base` or lies below it; everything lies below `/`.
fn is_within(reading: &str, base: &str) -> bool {
    base == "/" || reading.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
