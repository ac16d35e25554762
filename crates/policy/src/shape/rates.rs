//! What a route says of how many requests it takes.

pub(crate) mod route_rate {
    use super::super::{Bounds, DAY, Key, Kind, MINUTE, Shape, Span, form, words};
    use crate::RateBy;

    /// `[routes[].rate]`
    pub(crate) static TABLE: Shape = Shape::new("routes[].rate", "", "", &[&LIMIT, &PERIOD, &BY, &EXACT]);
    pub(crate) static LIMIT: Key = Key::new(
        "limit",
        Kind::Number(&Bounds { usual: None, least: 1, most: 1_000_000 }),
        "",
        "So many requests are let through in a window.",
    )
    .required();
    pub(crate) static PERIOD: Key = Key::new(
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
    pub(crate) static BY: Key = Key::new(
        "by",
        Kind::Text,
        "",
        "Whose requests are counted together: those of a `\"network\"` (an IPv4 address, an IPv6 /64), a `\"subject\"`, a \
         `\"client\"` or the key that made a credential, or a `\"link\"` (or signed redirect).",
    )
    .of(|| words(&WORDS))
    .required();
    pub(crate) static EXACT: Key = Key::new(
        "exact",
        Kind::Flag(false),
        form::FLAG,
        "`true`: the Ledger counts, exactly and for all locations together, at one call a request. `false`: the limiter \
         that is bound as `EDGEGATE_RATE_<limit>_<seconds>`, such as `EDGEGATE_RATE_100_60`, in each location for itself.",
    );
    pub(crate) const WORDS: [(&str, RateBy); 4] = [
        (RateBy::Network.word(), RateBy::Network),
        (RateBy::Subject.word(), RateBy::Subject),
        (RateBy::Client.word(), RateBy::Client),
        (RateBy::Link.word(), RateBy::Link),
    ];
}
