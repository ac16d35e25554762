//! `[brokers.<name>]`: who knows people by Negotiate or NTLM, on a connection of its own.

use std::sync::Arc;

use super::Link;
use crate::BaseUrl;

/// `[brokers.<name>]`: who knows people by Negotiate or NTLM, on a connection of its own.
#[derive(Debug, Clone)]
pub struct Broker {
    /// The table's name; its answers come back to `/.edgegate/broker/<name>`.
    pub name: String,
    /// Where browsers are sent.
    pub url: BaseUrl,
    /// Its answers: single use, with a subject, by keys that sign nothing else.
    pub link: Arc<Link>,
}

coded!(struct Broker { name, url, link });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Broker;
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::table::Table;
    use crate::reader::value::Text;
    use crate::sections::session;
    use crate::shape::{Key, Kind, Shape, form};
    use crate::{BaseUrl, Link};

    pub(crate) static SECTION: Key = Key::new(
        "brokers",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Who knows people by Negotiate or NTLM, by name. A route sends browsers to one by `broker`. Needs \
         `[session]`.",
    );
    /// `[brokers.NAME]`
    static TABLE: Shape =
        Shape::new("brokers.*", "A broker; its answers come to /.edgegate/broker/<name>.", "", &[&URL, &LINK]);
    static URL: Key = Key::new(
        "url",
        Kind::Text,
        form::URL,
        "Address that browsers are redirected to: https, or http on loopback; without a query and without a \
         trailing slash. The gateway itself never calls it.",
    )
    .required();
    static LINK: Key = Key::new(
        "link",
        Kind::Text,
        form::SLUG,
        "Name of the `[links.NAME]` profile of its answers. That profile has `single_use = true` and a `subject` \
         other than `state`, and covers method and host. Its keys are in no other profile, and no route accepts it, \
         because the signer of such a link can name any user. The browser returns at once, so `max_lifetime` can be \
         short.",
    )
    .required();

    /// Every `[brokers.*]`.
    pub(crate) fn read(root: &Table<'_>, links: &Names<Link>) -> Names<Broker> {
        let mut brokers = Names::new("brokers");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("brokers", name, &table);
            if !root.has(&session::SECTION) {
                table
                    .report
                    .add(table.line, format!("{}: it opens a session, and there is no `[session]`", table.label));
            }
            let url = table.parsed(&URL, BaseUrl::parse);
            if url.as_ref().is_some_and(|url| !url.is_https() && !url.is_loopback()) {
                let reason = "is http: who is on the way could take the answer that signs somebody in; use https";
                table.wrong(&URL, reason);
            }
            let link = table.text(&LINK).and_then(|text| {
                let link = links.find(&text, text.value)?;
                check_link(&text, &link, links);
                Some(link)
            });
            let broker = url.zip(link).map(|(url, link)| Broker { name: name.to_owned(), url, link });
            brokers.add(name, broker);
        }
        brokers
    }

    /// What a broker signs opens a session for whomever it names, so it is as strict as a link can be.
    fn check_link(text: &Text<'_>, link: &Link, links: &Names<Link>) {
        for (is_so, demand) in [
            (link.single_use, "`single_use = true`: whoever finds its answer in a history would be signed in"),
            (
                link.subject.as_ref().is_some_and(|subject| subject != "state"),
                "a `subject`: the parameter that says who was signed in, and that is not `state`",
            ),
            (link.grace == 0, "no `grace`: its answer signs in once"),
            (link.cover_method && link.cover_host, "method and host covered: its answer is for this gate alone"),
        ] {
            if !is_so {
                text.wrong(&format!("`[links.{}]` needs {demand}", link.name));
            }
        }
        let shares = |other: &&std::sync::Arc<Link>| {
            other.name != link.name && other.keys.iter().any(|key| link.keys.contains(key))
        };
        if let Some(other) = links.things().find(shares) {
            let reason = format!(
                "`[links.{}]` has a key in common with `[links.{}]`: who signs those could sign anybody in",
                link.name, other.name
            );
            text.wrong(&reason);
        }
    }
}
