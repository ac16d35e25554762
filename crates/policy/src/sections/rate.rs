//! `rate` of a route: how many requests it takes, and of whom they are counted.

use crate::{Policy, Route};

/// `rate = { ... }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// So many requests are let through in a window.
    pub limit: u64,
    /// How long a window is, in seconds.
    pub period: u64,
    /// Whose requests are counted together.
    pub by: RateBy,
    /// The Ledger counts; else the platform's limiter, in each location for itself.
    pub exact: bool,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateBy {
    /// Those of one network: an IPv4 address, an IPv6 /64.
    Network,
    /// Those of one subject.
    Subject,
    /// Those of one client, or made by one key.
    Client,
    /// Those by one link or signed redirect.
    Link,
}

impl Rate {
    /// The binding of the platform's limiter that counts so. Its numbers are in its name: the platform does not say which
    /// ones a limiter has, and so none is asked that was declared with others.
    ///
    /// # Example
    /// ```
    /// use edgegate_policy::{Rate, RateBy};
    ///
    /// let rate = Rate { limit: 100, period: 60, by: RateBy::Subject, exact: false };
    /// assert_eq!(rate.binding(), "EDGEGATE_RATE_100_60");
    /// ```
    pub fn binding(&self) -> String {
        format!("EDGEGATE_RATE_{}_{}", self.limit, self.period)
    }

    /// Whether something passes that the other rate would refuse: more requests in the other's window, or those of others.
    pub fn is_looser_than(&self, than: &Self) -> bool {
        let windows = than.period.div_ceil(self.period.max(1)).max(1);
        self.by != than.by || self.limit.saturating_mul(windows) > than.limit || (than.exact && !self.exact)
    }

    /// In words, for people.
    pub fn said(&self) -> String {
        let Self { limit, period, by, exact } = self;
        let who = if *exact { "the Ledger" } else { "the platform's limiter, in each location for itself" };
        format!("{limit} requests in {period} s by {}, counted by {who}", by.word())
    }
}

impl RateBy {
    /// As the policy writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Subject => "subject",
            Self::Client => "client",
            Self::Link => "link",
        }
    }
}

impl Route {
    /// Its rate, if it counts so.
    pub fn rate_by(&self, by: RateBy) -> Option<&Rate> {
        self.rate.as_ref().filter(|rate| rate.by == by)
    }
}

impl Policy {
    /// The bindings of all limiters that its routes need, each once.
    pub fn limiters(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for rate in self.routes.iter().filter_map(|route| route.rate.as_ref()).filter(|rate| !rate.exact) {
            let name = rate.binding();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

coded!(struct Rate { limit, period, by, exact });
coded!(enum RateBy { 0 Network, 1 Subject, 2 Client, 3 Link });

#[cfg(feature = "reader")]
pub(crate) use file::{KEY, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::{Rate, RateBy};
    use crate::reader::suggest;
    use crate::reader::table::Table;
    use crate::sections::Surroundings;
    use crate::shape::{Bounds, DAY, Key, Kind, MINUTE, Shape, Span, form, words};
    use crate::{CredentialKind, Facts, SingleUse};

    pub(crate) static KEY: Key = Key::new(
        "rate",
        Kind::Table(&TABLE),
        "",
        "How many requests the route takes of each network, subject, client or link, [below](#rate-of-a-route). More are \
         429.",
    )
    .usually("any number");
    /// `[routes[].rate]`
    static TABLE: Shape = Shape::new("routes[].rate", "", "", &[&LIMIT, &PERIOD, &BY, &EXACT]);
    static LIMIT: Key = Key::new(
        "limit",
        Kind::Number(&Bounds { usual: None, least: 1, most: 1_000_000 }),
        "",
        "So many requests are let through in a window.",
    )
    .required();
    static PERIOD: Key = Key::new(
        "period",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (1, "no clock here knows less"),
            most: (31 * DAY, "the Ledger would keep each count for longer than a month"),
        }),
        form::DURATION,
        "How long a window is. Without `exact` it is `10s` or `1m`: the platform's limiter knows no other.",
    )
    .required();
    static BY: Key = Key::new(
        "by",
        Kind::Text,
        "",
        "Whose requests are counted together: those of a `\"network\"` (an IPv4 address, an IPv6 /64), a `\"subject\"`, a \
         `\"client\"` or the key that made a credential, or a `\"link\"` (or signed redirect).",
    )
    .of(|| words(&WORDS))
    .required();
    static EXACT: Key = Key::new(
        "exact",
        Kind::Flag(false),
        form::FLAG,
        "`true`: the Ledger counts, exactly and for all locations together, at one call a request. `false`: the limiter \
         that is bound as `EDGEGATE_RATE_<limit>_<seconds>`, such as `EDGEGATE_RATE_100_60`, in each location for itself.",
    );
    const WORDS: [(&str, RateBy); 4] = [
        (RateBy::Network.word(), RateBy::Network),
        (RateBy::Subject.word(), RateBy::Subject),
        (RateBy::Client.word(), RateBy::Client),
        (RateBy::Link.word(), RateBy::Link),
    ];

    /// `rate` of a route that accepts these kinds.
    pub(crate) fn read(route: &Table<'_>, around: &Surroundings<'_, '_>, kinds: &[CredentialKind]) -> Option<Rate> {
        let table = route.table(&KEY)?;
        let by = table.word(&BY, &WORDS);
        let gives = |by: RateBy| kinds.iter().any(|kind| kind.facts().counted_by.contains(&by));
        if let Some(by) = by.filter(|by| *by != RateBy::Network && !kinds.is_empty() && !gives(*by)) {
            table.wrong(&BY, &none_of(by));
        }
        let exact = table.flag(&EXACT);
        if exact && around.single_use == SingleUse::BestEffort {
            let reason = "`exact` counts in the ledger, which `[storage] single_use = \"best-effort\"` does without";
            table.wrong(&EXACT, reason);
        }
        let period = table.seconds(&PERIOD);
        if !exact && table.has(&PERIOD) && ![10, MINUTE].contains(&period) {
            let reason = "the platform's limiter counts for `10s` or `1m`; for another time write `exact = true`";
            table.wrong(&PERIOD, reason);
        }
        Some(Rate { limit: table.number(&LIMIT)?, period, by: by?, exact })
    }

    /// Said of a word that none of the route's credentials has anything for.
    fn none_of(by: RateBy) -> String {
        let gives = Facts::ALL.iter().filter(|facts| facts.counted_by.contains(&by));
        let words: Vec<String> = gives.map(|facts| facts.spelling()).collect();
        format!(
            "no credential of the route says whose `{}` it is, since `accept` has none of {}",
            by.word(),
            suggest::listed(words.iter().map(String::as_str))
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looser_is_what_lets_more_through_in_the_window_of_the_other() {
        let rate = |limit, period| Rate { limit, period, by: RateBy::Subject, exact: true };
        for (one, other, is_looser) in [
            (rate(100, 60), rate(100, 60), false),
            (rate(101, 60), rate(100, 60), true),
            (rate(99, 60), rate(100, 60), false),
            (rate(100, 30), rate(100, 60), true),
            (rate(50, 30), rate(100, 60), false),
            (rate(50, 29), rate(100, 60), true),
            (rate(100, 3600), rate(100, 60), false),
            (rate(1000, 3600), rate(100, 60), true),
            (rate(100, 60), rate(1000, 3600), true),
            (Rate { by: RateBy::Client, ..rate(1, 60) }, rate(100, 60), true),
            (Rate { exact: false, ..rate(1, 60) }, rate(100, 60), true),
            (rate(100, 60), Rate { exact: false, ..rate(100, 60) }, false),
        ] {
            assert_eq!(one.is_looser_than(&other), is_looser, "{one:?} beside {other:?}");
        }
    }
}
