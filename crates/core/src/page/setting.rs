//! The frame of every page: whose it is, in which language it is written, and what a browser may do with it.

use crate::http::answer::Answer;
use crate::own_paths::ASSETS;
use crate::page::style;
use crate::policy::Pages;
use crate::texts::{Book, Words, escape};

/// For whom a page is written, and whose it is.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The texts, in the visitor's language.
    pub words: Words<'a>,
    /// What the policy says of pages.
    pub pages: &'a Pages,
    /// The host that was asked, as HTML.
    pub host: String,
    logo: Option<String>,
    favicon: Option<String>,
}

impl<'a> Setting<'a> {
    /// For a request to an address, whose sender reads these languages (`Accept-Language`).
    pub fn new(pages: &'a Pages, book: &Book, url: &str, accepted: Option<&str>) -> Self {
        let words = Words::choose(&pages.languages, accepted, book);
        let host = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
        let picture = |file: &Option<String>, part| file.as_ref().and_then(|_| book.picture(part));
        let (logo, favicon) = (picture(&pages.logo, "logo"), picture(&pages.favicon, "favicon"));
        Self { words, pages, host: escape(host), logo, favicon }
    }

    /// A page. Title and body are HTML, the title without tags; the title is also the heading.
    pub fn page(&self, status: u16, title: &str, body: &str) -> Answer {
        let Self { words, pages, .. } = self;
        let site = escape(&pages.name);
        let whole = if site.is_empty() { title.to_owned() } else { format!("{title} · {site}") };
        let stylesheet = pages.stylesheet.as_deref().map_or(String::new(), |path| link("stylesheet", path));
        let icon = self.favicon.as_deref().map_or(String::new(), |name| link("icon", &[ASSETS, name].concat()));
        let html = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\"><head>{HEAD}<title>{whole}</title><style>{}{}</style>{stylesheet}{icon}</head>\n\
             <body>{}<main><h1>{title}</h1>{body}</main>{}</body></html>\n",
            words.language(),
            words.direction(),
            style::of(&pages.accent),
            style::STYLE,
            self.head(),
            self.foot(body),
        );
        Answer::new(status, "text/html; charset=utf-8", html)
            .with("content-language", words.language().to_owned())
            .with("vary", "Accept-Language".to_owned())
            .with("content-security-policy", self.protections())
    }

    /// Whose page it is.
    fn head(&self) -> String {
        let logo = self.logo.as_deref().map_or(String::new(), |name| format!("<img src=\"{ASSETS}{name}\" alt=\"\">"));
        let host = &self.host;
        let name = match self.pages.name.as_str() {
            "" => String::new(),
            name => format!("<b dir=\"auto\">{}</b>", escape(name)),
        };
        format!("<header>{logo}<p>{name}<span dir=\"ltr\">{host}</span></p></header>")
    }

    /// Who helps, and what a site has to say of itself; what the page says already is not said again.
    fn foot(&self, body: &str) -> String {
        let Pages { support, privacy, imprint, .. } = self.pages;
        let links = [("support", support), ("privacy", privacy), ("imprint", imprint)];
        let links = links.iter().filter_map(|(key, address)| Some(self.link(key, address.as_deref()?)));
        let links: Vec<String> = links.filter(|link| !body.contains(link)).collect();
        if links.is_empty() { String::new() } else { format!("<footer>{}</footer>", links.join(" ")) }
    }

    /// A link whose words are a text.
    pub fn link(&self, key: &str, address: &str) -> String {
        format!("<a href=\"{}\">{}</a>", escape(address), self.words.say(key))
    }

    /// A link that looks like a button. Its words are HTML.
    pub fn button(&self, class: &str, words: &str, address: &str) -> String {
        format!("<a class=\"button{class}\" href=\"{}\">{words}</a>", escape(address))
    }

    /// The ways on from a page that does not lead further by itself: buttons, the home page, and who helps.
    pub fn ways(&self, buttons: &str) -> String {
        let home = match buttons {
            "" => self.button("", &self.words.say("home"), &self.pages.home),
            _ => self.button(" plain", &self.words.say("home"), &self.pages.home),
        };
        let help = self.pages.support.as_deref().map_or(String::new(), |address| self.link("support", address));
        format!(
            "<p class=\"ways\">{buttons}{home}</p>{}",
            if help.is_empty() { help } else { format!("<p>{help}</p>") }
        )
    }

    /// By which the site's owner finds the request.
    pub fn id(&self, request_id: &str) -> String {
        let label = self.words.say("request_id");
        format!("<p class=\"small\">{label} <code dir=\"ltr\">{}</code></p>", escape(request_id))
    }

    /// What the site is called: its name, or else its host.
    fn site(&self) -> String {
        if self.pages.name.is_empty() { isolated(&self.host) } else { isolated(&escape(&self.pages.name)) }
    }

    /// Where an address of this site leads, for a person: its path, or the site where that says nothing.
    pub(super) fn place(&self, next: &str) -> String {
        match next.split(['?', '#']).next().unwrap_or_default() {
            "" | "/" => self.site(),
            path => isolated(&escape(path)),
        }
    }

    fn protections(&self) -> String {
        let own = if self.pages.stylesheet.is_some() { " 'self'" } else { "" };
        let pictures = if self.logo.is_some() || self.favicon.is_some() { " img-src 'self';" } else { "" };
        format!("default-src 'none'; style-src 'unsafe-inline'{own};{pictures} {PROTECTIONS}")
    }
}

/// A page in English without a site's looks, for whoever runs the site: a title, which is also its heading, and a body of
/// trusted HTML.
pub fn page(status: u16, title: &str, body: &str) -> Answer {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head>{HEAD}<title>{title}</title><style>{}{}</style></head>\n\
         <body><main><h1>{title}</h1>{body}</main></body></html>\n",
        style::USUAL,
        style::STYLE,
    );
    let protections = format!("default-src 'none'; style-src 'unsafe-inline'; {PROTECTIONS}");
    Answer::new(status, "text/html; charset=utf-8", html).with("content-security-policy", protections)
}

/// A page that no other site shows in a frame, whose form may lead to other sites: browsers apply `form-action` to every
/// redirect that follows a form. `pictures`: the origin of a picture of another site.
pub fn leading_away(answer: Answer, pictures: Option<&str>) -> Answer {
    let mut answer = answer.with("x-frame-options", "DENY".to_owned());
    for (_, value) in answer.headers.iter_mut().filter(|(name, _)| *name == "content-security-policy") {
        *value = value.replace(" form-action 'self';", "");
        if let Some(origin) = pictures {
            let others = value.replace(" img-src 'self';", "");
            *value = format!("{others}; img-src 'self' {origin}");
        }
    }
    answer
}

/// A value in a sentence, which keeps its own direction. `value` is HTML.
pub fn isolated(value: &str) -> String {
    format!("<bdi>{value}</bdi>")
}

fn link(relation: &str, address: &str) -> String {
    format!("<link rel=\"{relation}\" href=\"{}\">", escape(address))
}

const HEAD: &str = "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
                    <meta name=\"robots\" content=\"noindex\">";
const PROTECTIONS: &str = "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
