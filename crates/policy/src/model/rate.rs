//! `rate` of a route: how many requests it takes, and of whom they are counted.

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

coded!(struct Rate { limit, period, by, exact });
coded!(enum RateBy { 0 Network, 1 Subject, 2 Client, 3 Link });

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
