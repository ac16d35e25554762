//! Remarks on passwords, tickets, brokers and XSRF tokens.

use super::check::Advisor;
use super::time;
use super::warning::Warning;
use crate::{CredentialKind, Dialect, Route, Xsrf};

impl Advisor<'_> {
    /// `[ticket]`.
    pub(super) fn schemes(&mut self) {
        let policy = self.policy;
        if let (Some(ticket), Some(session)) = (&policy.ticket, &policy.session)
            && ticket.lifetime > session.absolute
        {
            let (ticket, session) = (time::show_duration(ticket.lifetime), time::show_duration(session.absolute));
            let remark = format!("`lifetime` is {ticket}, but the session behind a ticket ends after {session}");
            self.say(Warning::TicketLifetimeLong, "ticket", &remark);
        }
        let has_apps = policy.ticket.as_ref().is_some_and(|ticket| !ticket.app_tokens.is_empty());
        if has_apps && !self.accepts(|one| matches!(one, CredentialKind::AppTicket(_))) {
            self.say(
                Warning::SettingUnused,
                "ticket",
                "`app_tokens` has no effect, since no route accepts `app-ticket`",
            );
        }
        if policy.ticket.as_ref().is_some_and(|ticket| ticket.pages) {
            self.say(Warning::TicketForPages, "ticket", "`pages = true`: every script of a page here can get a ticket of its visitor, which can be passed on and outlives the idle limit");
        }
    }

    /// Luminate's pages are open to everybody, and its token comes into them by a tag.
    fn luminate_pages(&mut self, route: &Route, label: &str) {
        match route.xsrf {
            Xsrf::Always => self.say(Warning::XsrfAlwaysOnOpen, label, "has `xsrf = \"always\"` and pages that are open to everybody: a signed-in visitor is refused what anybody else may see"),
            Xsrf::Token if route.tags.is_none() => self.say(Warning::XsrfTokenWithoutTags, label, "has `xsrf = \"token\"` without `tags`: no form gets the `auth` that it has to post by `[[S86]]`"),
            _ => {}
        }
    }

    /// The same of one route.
    pub(super) fn schemes_of(&mut self, route: &Route) {
        let label = format!("routes.{}", route.name);
        let takes_sessions = route.takes_sessions();
        let is_open = !route.is_guarded();
        if route.xsrf == Xsrf::Off {
            self.say(
                Warning::XsrfOff,
                &label,
                "`xsrf = \"off\"`: a page elsewhere can make its visitor's browser change things here",
            );
        }
        if route.dialect == Dialect::SuperOffice && takes_sessions && route.xsrf < Xsrf::Always {
            self.say(Warning::SuperofficeWithoutXsrf, &label, "speaks `superoffice` without `xsrf = \"always\"`: SuperOffice asks for the token on every request of a session");
        }
        if route.xsrf == Xsrf::Always && is_open {
            self.say(
                Warning::XsrfAlwaysOnOpen,
                &label,
                "has `xsrf = \"always\"` and `none`: a signed-in visitor is refused what anybody else may see",
            );
        }
        if route.luminate().is_some() {
            self.luminate_pages(route, &label);
        }
        if route.broker.is_none() {
            return;
        }
        if route.xsrf == Xsrf::Always {
            self.say(Warning::BrokerUnusable, &label, "names a `broker`, but with `xsrf = \"always\"` no page opens by its address, session or not; name it on the route of the pages");
        }
        if is_open {
            self.say(
                Warning::BrokerUnusable,
                &label,
                "names a `broker`, but `none` lets everybody through, so nobody is sent to it",
            );
        }
        if !route.methods.iter().any(|method| method == "GET") {
            self.say(
                Warning::BrokerUnusable,
                &label,
                "names a `broker`, but lacks `GET`, by which alone a browser is sent to it",
            );
        }
    }
}
