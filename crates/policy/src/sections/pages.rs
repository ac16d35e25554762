//! `[pages]`: what the gateway's own pages look like, and in which languages they are.

/// `[pages]`
#[derive(Debug, Clone)]
pub struct Pages {
    /// What people call the site; empty: its host.
    pub name: String,
    /// File of its picture, beside the policy.
    pub logo: Option<String>,
    /// File of its small picture, beside the policy.
    pub favicon: Option<String>,
    /// Its colour.
    pub accent: Accent,
    /// Where its visitors begin (default `/`).
    pub home: String,
    /// Who helps.
    pub support: Option<String>,
    /// What becomes of data.
    pub privacy: Option<String>,
    /// Who runs the site.
    pub imprint: Option<String>,
    /// Said above the sign-in form; empty: nothing.
    pub text: String,
    /// For who has forgotten the password.
    pub forgotten: Option<String>,
    /// Path of a stylesheet on this site.
    pub stylesheet: Option<String>,
    /// Languages, the first for who wants none of them.
    pub languages: Vec<String>,
}

/// A colour as three: under white text, and of links on light and dark grounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    /// Of buttons.
    pub button: String,
    /// Of links on a light ground.
    pub on_light: String,
    /// Of links on a dark ground.
    pub on_dark: String,
}

coded!(struct Pages { name, logo, favicon, accent, home, support, privacy, imprint, text, forgotten, stylesheet, languages });
coded!(struct Accent { button, on_light, on_dark });

/// The operator's own texts of a language.
#[cfg(feature = "reader")]
#[derive(Debug, Clone)]
pub struct OwnTexts {
    /// The language.
    pub language: String,
    /// Key and text.
    pub texts: Vec<(String, String)>,
}

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use toml::de::DeValue;

    use super::{Accent, OwnTexts, Pages};
    use crate::reader::accent;
    use crate::reader::table::Table;
    use crate::reader::{page_texts, text};
    use crate::shape::{Key, Kind, Shape};
    use crate::texts;

    pub(crate) static SECTION: Key = Key::new(
        "pages",
        Kind::Table(&TABLE),
        "",
        "What the gateway's own pages look like, and in which languages they are. [Pages](pages.md) shows them.",
    );
    /// `[pages]`
    static TABLE: Shape = Shape::new(
        "pages",
        "",
        "",
        &[
            &NAME,
            &LOGO,
            &FAVICON,
            &ACCENT,
            &HOME,
            &SUPPORT,
            &PRIVACY,
            &IMPRINT,
            &TEXT,
            &FORGOTTEN,
            &STYLESHEET,
            &LANGUAGES,
            &TEXTS,
        ],
    );
    static NAME: Key = Key::new(
        "name",
        Kind::Text,
        r#""type": "string", "minLength": 1, "maxLength": 200"#,
        "What people call the site. It stands at the head of every page, above the host, so that a person can tell whose \
         password page it is.",
    )
    .usually("the host alone");
    static LOGO: Key = Key::new(
        "logo",
        Kind::Text,
        PICTURE,
        "A picture beside the name: the path of an svg, png or ico file beside the policy, of 64 kB or less. \
         `edgegate build` reads it, and the gateway serves it below `/.edgegate/assets/`.",
    )
    .usually("none");
    static FAVICON: Key =
        Key::new("favicon", Kind::Text, PICTURE, "The picture of the browser's tab, as `logo`.").usually("none");
    static ACCENT: Key = Key::new(
        "accent",
        Kind::Text,
        r##""type": "string", "pattern": "^#[0-9a-fA-F]{6}$""##,
        "The colour of buttons and links, `#rrggbb`. White text on it must have a contrast of 4.5 or more (WCAG 1.4.3); \
         links are a darker or lighter one of the same hue where their ground needs it.",
    )
    .usually("`\"#0b57d0\"`");
    static HOME: Key = Key::new(
        "home",
        Kind::TextOr("/"),
        LINK,
        "Where a visitor can begin anew: a path of this site, or an https address.",
    );
    static SUPPORT: Key = Key::new(
        "support",
        Kind::Text,
        r#""type": "string", "pattern": "^(mailto:|https://|/)""#,
        "Who helps: `mailto:`, https, or a path of this site.",
    )
    .usually("none");
    static PRIVACY: Key =
        Key::new("privacy", Kind::Text, LINK, "What the site says of privacy; linked on every page.").usually("none");
    static IMPRINT: Key =
        Key::new("imprint", Kind::Text, LINK, "Who runs the site; linked on every page.").usually("none");
    static TEXT: Key = Key::new(
        "text",
        Kind::Text,
        r#""type": "string", "minLength": 1, "maxLength": 200"#,
        "A sentence above the sign-in form, in no other language than you write it.",
    )
    .usually("none");
    static FORGOTTEN: Key =
        Key::new("forgotten", Kind::Text, LINK, "Where a new password is to be had; linked below the sign-in form.")
            .usually("none");
    static STYLESHEET: Key = Key::new(
        "stylesheet",
        Kind::Text,
        r#""type": "string", "pattern": "^/[^/]""#,
        "Path of a stylesheet of your own on this site, linked after the gateway's. A route must serve it to everybody.",
    )
    .usually("none");
    static LANGUAGES: Key = Key::new(
        "languages",
        Kind::Texts(Some("is empty; leave it out for all of them")),
        r#""items": {"type": "string", "pattern": "^[a-z]{2,3}$"}"#,
        "Languages of the pages, of which `Accept-Language` chooses. Whoever wants none of them gets the first.",
    )
    .usually("all");
    static TEXTS: Key = Key::new(
        "texts",
        Kind::Other,
        r#""type": "object", "propertyNames": {"pattern": "^[a-z]{2,3}$"}, "additionalProperties": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 1000}}"#,
        "Your own texts: `[pages.texts.de]` with keys of `crates/policy/texts/en.txt`. A text has the same `{…}` as the \
         English one. Of a language that the gateway does not have, all are needed.",
    )
    .usually("none");

    /// `[pages]`, and the operator's own texts.
    pub(crate) fn read(root: &Table<'_>) -> (Pages, Vec<OwnTexts>) {
        let Some(table) = root.table(&SECTION) else { return (usual(), Vec::new()) };
        let own = own_texts(&table);
        let languages = table.texts(&LANGUAGES);
        for language in &languages {
            let is_known = texts::of(language.value).is_some();
            if !is_known && !own.iter().any(|one| one.language == language.value) {
                language.wrong(&page_texts::unknown(language.value));
            }
        }
        let named: Vec<String> = languages.iter().map(|language| language.value.to_owned()).collect();
        for one in own.iter().filter(|one| !named.is_empty() && !named.contains(&one.language)) {
            table.wrong(&TEXTS, &format!("`{}` is not one of `languages`, so nobody reads its texts", one.language));
        }
        let usual = usual();
        let added = own.iter().map(|one| &one.language).filter(|name| texts::of(name).is_none());
        let pages = Pages {
            name: table.checked(&NAME, text::title).unwrap_or_default(),
            logo: table.checked(&LOGO, page_texts::picture),
            favicon: table.checked(&FAVICON, page_texts::picture),
            accent: table.parsed(&ACCENT, accent::read).unwrap_or(usual.accent),
            home: table.checked_or(&HOME, page_texts::link),
            support: table.checked(&SUPPORT, page_texts::support),
            privacy: table.checked(&PRIVACY, page_texts::link),
            imprint: table.checked(&IMPRINT, page_texts::link),
            text: table.checked(&TEXT, text::title).unwrap_or_default(),
            forgotten: table.checked(&FORGOTTEN, page_texts::link),
            stylesheet: table.checked(&STYLESHEET, page_texts::path),
            languages: match named.is_empty() {
                true => usual.languages.iter().chain(added).cloned().collect(),
                false => named,
            },
        };
        (pages, own)
    }

    fn usual() -> Pages {
        Pages {
            name: String::new(),
            logo: None,
            favicon: None,
            accent: Accent {
                button: String::from("#0b57d0"),
                on_light: String::from("#0b57d0"),
                on_dark: String::from("#9cc2ff"),
            },
            home: String::from("/"),
            support: None,
            privacy: None,
            imprint: None,
            text: String::new(),
            forgotten: None,
            stylesheet: None,
            languages: texts::LANGUAGES.iter().map(|(language, _)| (*language).to_owned()).collect(),
        }
    }

    fn own_texts(table: &Table<'_>) -> Vec<OwnTexts> {
        let Some(all) = table.free_table(&TEXTS) else { return Vec::new() };
        let mut own = Vec::new();
        for (language, value) in all.entries {
            let language: &str = language.get_ref();
            let DeValue::Table(entries) = value.get_ref() else {
                all.wrong_at(language, "must be a table of texts");
                continue;
            };
            let (label, line) = (format!("{}.{language}", all.label), all.line_of(language));
            let one = Table { report: all.report, label, line, entries };
            let texts: Vec<(String, String)> = one.all_texts().iter().filter_map(page_texts::text).collect();
            if let Err(reason) = page_texts::is_whole(language, &texts) {
                all.wrong_at(language, &reason);
            }
            own.push(OwnTexts { language: language.to_owned(), texts });
        }
        own
    }

    const PICTURE: &str = r#""type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._/-]*\\.(svg|png|ico)$""#;
    const LINK: &str = r#""type": "string", "pattern": "^(https://|/)""#;
}
