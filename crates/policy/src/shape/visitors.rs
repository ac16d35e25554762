//! Sessions, and how people and their programs get one.

pub(crate) mod session {
    use super::super::{DAY, HOUR, Key, Kind, MINUTE, Shape, Span, form};

    /// `[session]`
    pub(crate) static TABLE: Shape = Shape::new("session", "", "", &[&KEYS, &COOKIE, &IDLE, &ABSOLUTE, &CACHE]);
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Texts(Some("is empty; name at least one key")),
        form::KEY_IDS,
        "Ids of keys with `use = \"seal\"`.",
    )
    .required();
    pub(crate) static COOKIE: Key = Key::new(
        "cookie",
        Kind::TextOr("edgegate"),
        r#""type": "string", "pattern": "^(?!__)[A-Za-z0-9_-]{1,64}$""#,
        "Name of the cookie, without prefix. On https it is sent as `__Host-NAME`, on http loopback as `NAME`. Not \
         `JSESSIONID` beside `[luminate]`.",
    );
    pub(crate) static IDLE: Key = Key::new(
        "idle",
        Kind::Seconds(&Span {
            usual: 30 * MINUTE,
            least: (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute"),
            most: (30 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "The session ends after this time without a request. At most `absolute`. Activity is recorded in KV, which \
         may lag by a minute or more in other locations, so a limit of a few minutes can end a session early for a \
         user who moves between locations.",
    );
    pub(crate) static ABSOLUTE: Key = Key::new(
        "absolute",
        Kind::Seconds(&Span {
            usual: 12 * HOUR,
            least: (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute"),
            most: (30 * DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "The session ends after this time in any case.",
    );
    pub(crate) static CACHE: Key = Key::new(
        "cache",
        Kind::Seconds(&Span {
            usual: 30,
            least: (0, ""),
            most: (5 * MINUTE, "for so long a revoked credential may still be accepted"),
        }),
        form::DURATION,
        "As in `[bearer]`.",
    );
}

pub(crate) mod nonce {
    use super::super::{DAY, Key, Kind, MINUTE, Shape, Span, form};

    /// `[nonce]`
    pub(crate) static TABLE: Shape = Shape::new("nonce", "", "", &[&KEYS, &PARAMETER, &LIFETIME]);
    pub(crate) static KEYS: Key = Key::new(
        "keys",
        Kind::Texts(Some("is empty; name at least one key")),
        form::KEY_IDS,
        "Ids of keys with `use = \"seal\"`.",
    )
    .required();
    pub(crate) static PARAMETER: Key =
        Key::new("parameter", Kind::TextOr("NONCE_TOKEN"), form::NAME, "Query parameter that carries it.");
    pub(crate) static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: 15 * MINUTE,
            least: (MINUTE, "its record lies in Workers KV, which keeps nothing for less than a minute"),
            most: (DAY, "what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a nonce, and the maximum that a call may request.",
    );
}

pub(crate) mod sign_in {
    use super::super::{Key, Kind, Shape, form};

    /// `[sign_in]`
    pub(crate) static TABLE: Shape = Shape::new("sign_in", "", "", &[&ORIGIN, &PATH, &KEY]);
    pub(crate) static ORIGIN: Key =
        Key::new("origin", Kind::Text, form::SLUG, "Name of the origin that checks passwords.").required();
    pub(crate) static PATH: Key = Key::new("path", Kind::Text, form::PATH, "Path of its check.").required();
    pub(crate) static KEY: Key =
        Key::new("key", Kind::Text, form::KEY_ID, "Id of the key with `use = \"assertion\"`.").required();
}

pub(crate) mod basic {
    use super::super::{Key, Kind, MINUTE, Shape, Span, form};

    /// `[basic]`
    pub(crate) static TABLE: Shape = Shape::new("basic", "", "", &[&PEOPLE, &CACHE, &MACHINES]);
    pub(crate) static PEOPLE: Key = Key::new(
        "people",
        Kind::Flag(false),
        form::FLAG,
        "People use the account and password that [`[sign_in]`](#sign_in) checks; guesses are counted as on its \
         page. The origin is asked about the same password once at a time, and about one that was wrong or that it \
         did not answer once in ten seconds. `true` needs that table.",
    )
    .usually("whether there is a `[sign_in]`");
    pub(crate) static CACHE: Key = Key::new(
        "cache",
        Kind::Seconds(&Span {
            usual: MINUTE,
            least: (0, ""),
            most: (5 * MINUTE, "for so long a password that was changed still works"),
        }),
        form::DURATION,
        "How long an isolate accepts a right password from the same network without asking the origin again. After \
         a change the old password still works for this time. With `0s`, and on routes with `revocation = \
         \"strict\"`, the origin is asked every time. What is remembered is a keyed digest, for the network that \
         sent the right password.",
    );
    pub(crate) static MACHINES: Key = Key::new(
        "machines",
        Kind::Tables(&super::super::machine::TABLE),
        r#""propertyNames": {"pattern": "^[A-Za-z0-9._@-]{1,64}$"}"#,
        "Programs with a password of their own, below. With `people = false` there must be at least one.",
    )
    .usually("none");
}

pub(crate) mod machine {
    use super::super::{Key, Kind, Shape, form};

    /// `[basic.machines.NAME]`
    pub(crate) static TABLE: Shape = Shape::new("basic.machines.*", "A program.", "", &[&SECRET, &SUBJECT]);
    pub(crate) static SECRET: Key = Key::new(
        "secret",
        Kind::Text,
        form::SECRET,
        "Name of the Worker secret that holds the password, of 16 bytes or more. Nothing else may use it.",
    )
    .required();
    pub(crate) static SUBJECT: Key =
        Key::new("subject", Kind::Text, form::SUBJECT, "The subject that the origin receives.").usually("its name");
}

pub(crate) mod ticket {
    use super::super::{DAY, HOUR, Key, Kind, MINUTE, Shape, Span, form};

    /// `[ticket]`
    pub(crate) static TABLE: Shape = Shape::new("ticket", "", "", &[&LIFETIME, &PAGES, &APP_TOKENS]);
    pub(crate) static LIFETIME: Key = Key::new(
        "lifetime",
        Kind::Seconds(&Span {
            usual: 6 * HOUR,
            least: (MINUTE, "no program would get to use it"),
            most: (DAY, "it is pasted and passed on; what leaks would stay good for longer"),
        }),
        form::DURATION,
        "Lifetime of a ticket, and the maximum that a call may request. It never outlives the `absolute` limit of \
         its session.",
    );
    pub(crate) static PAGES: Key = Key::new(
        "pages",
        Kind::Flag(false),
        form::FLAG,
        "Any page on this host may request a ticket for its visitor. A script can copy such a ticket, and it \
         outlives the idle limit.",
    );
    pub(crate) static APP_TOKENS: Key = Key::new(
        "app_tokens",
        Kind::Texts(Some("is empty; name the secrets, or leave it out")),
        r##""items": {"$ref": "#/$defs/secret"}, "maxItems": 2"##,
        "One or two names of Worker secrets; the second is for rotation. On a route that accepts `app-ticket`, a \
         ticket is only accepted with the value of one of them in `SO-AppToken`. Each has 16 bytes or more, and \
         nothing else may use it. The field never reaches the origin.",
    )
    .usually("`[]`");
}

pub(crate) mod broker {
    use super::super::{Key, Kind, Shape, form};

    /// `[brokers.NAME]`
    pub(crate) static TABLE: Shape =
        Shape::new("brokers.*", "A broker; its answers come to /.edgegate/broker/<name>.", "", &[&URL, &LINK]);
    pub(crate) static URL: Key = Key::new(
        "url",
        Kind::Text,
        form::URL,
        "Address that browsers are redirected to: https, or http on loopback; without a query and without a \
         trailing slash. The gateway itself never calls it.",
    )
    .required();
    pub(crate) static LINK: Key = Key::new(
        "link",
        Kind::Text,
        form::SLUG,
        "Name of the `[links.NAME]` profile of its answers. That profile has `single_use = true` and a `subject` \
         other than `state`, and covers method and host. Its keys are in no other profile, and no route accepts it, \
         because the signer of such a link can name any user. The browser returns at once, so `max_lifetime` can be \
         short.",
    )
    .required();
}
