//! `require` and `headers` of a route: which claims it asks for, and which it tells the origin.

use std::sync::Arc;

use toml::de::DeValue;

use super::claim_header;
use super::suggest;
use super::table::Table;
use super::text;
use crate::field_name::fold;
use crate::rule::{SUBJECT, claim_names};
use crate::shape::{Key, route};
use crate::{ClaimField, ClaimPattern, CredentialKind, EMAIL, Forward, NamePattern, Route, Rule, WantedClaims};

/// Who can say something of a caller on a route.
#[derive(Clone, Copy)]
pub(super) struct Speakers<'a> {
    /// The kinds of credential that it accepts.
    pub(super) kinds: &'a [CredentialKind],
    /// Sessions are opened by who says more of people than a subject.
    pub(super) says_claims: bool,
}

impl Speakers<'_> {
    fn may_say(self, kind: &CredentialKind, claim: &str) -> bool {
        let is_silent = matches!(kind, CredentialKind::Session) && !self.says_claims && claim != SUBJECT;
        !is_silent && kind.may_say(claim)
    }
}

/// `require`: what a credential has to say. Each kind that the route accepts has to be able to.
pub(super) fn require(table: &Table<'_>, speakers: Speakers<'_>) -> Vec<Rule> {
    let kinds = speakers.kinds;
    let key = &route::REQUIRE;
    let Some(own) = filled(table, key, "name a claim that has to be there, or leave it out") else { return Vec::new() };
    let mut rules = Vec::new();
    for (claim, value) in own.entries {
        let claim: &str = claim.get_ref();
        if matches!(value.get_ref(), DeValue::Table(_)) {
            own.wrong_at(
                claim,
                "is a table; a name with a dot stands in quotes: `\"realm_access.roles\" = [\"staff\"]`",
            );
            continue;
        }
        if let Err(reason) = claim_name(claim) {
            own.wrong_at(claim, &reason);
        }
        let mut values = Vec::new();
        for text in own.texts_at(claim) {
            match pattern(claim, text.value, kinds) {
                Ok(value) => values.push(value),
                Err(reason) => text.wrong(&reason),
            }
        }
        rules.push(Rule { claim: claim.to_owned(), values });
    }
    for kind in kinds {
        let cannot = |rule: &&Rule| !speakers.may_say(kind, &rule.claim);
        if matches!(kind, CredentialKind::Luminate(_)) {
            table
                .wrong(key, "is not for `luminate`: the dialect says what opens its addresses, and its pages are open");
        } else if let Some(rule) = rules.iter().find(cannot) {
            let (word, claim) = (kind.word(), rule.claim.escape_debug());
            let reason = match kind {
                CredentialKind::Session if kind.may_say(&rule.claim) => {
                    format!(
                        "never holds: nothing says `{claim}` of who is signed in; add `[providers.NAME]`, who says it"
                    )
                }
                _ => format!("never holds for `{word}`, which says no `{claim}`; give `{word}` a route of its own"),
            };
            table.wrong(key, &reason);
        }
    }
    rules
}

/// A value of a claim. Where every subject is an e-mail address, those of `subject` are read as those of `email`. Where only
/// some are, and in whatever pattern has an `@`, a `*` stands as it does there: `*example.org` would be anybody's domain.
fn pattern(claim: &str, text: &str, kinds: &[CredentialKind]) -> Result<ClaimPattern, String> {
    if claim != SUBJECT {
        return ClaimPattern::parse(claim, text);
    }
    let says_address = |kind: &CredentialKind| kind.issuer().is_some_and(|issuer| issuer.subject == EMAIL);
    if !kinds.is_empty() && kinds.iter().all(says_address) {
        return ClaimPattern::parse(EMAIL, text);
    }
    let pattern = ClaimPattern::parse(claim, text)?;
    let has_star = text.starts_with('*') || text.ends_with('*');
    if (has_star && kinds.iter().any(says_address)) || (text.starts_with('*') && text.contains('@')) {
        ClaimPattern::parse(EMAIL, text)?;
    }
    Ok(pattern)
}

/// `headers`: in which fields the origin is told what.
pub(super) fn headers(table: &Table<'_>, speakers: Speakers<'_>, forward: Option<&Forward>) -> Vec<ClaimField> {
    let kinds = speakers.kinds;
    let key = &route::HEADERS;
    let mut fields: Vec<ClaimField> = Vec::new();
    let Some(own) = filled(table, key, "name a field and its claim, or leave it out") else { return fields };
    for (name, claim) in own.all_texts() {
        if let Err(reason) = claim_header::check(name) {
            claim.wrong(&reason);
        }
        if fields.iter().any(|earlier| fold(&earlier.name) == fold(name)) {
            claim.wrong(&format!("`{name}` is told twice; origins read `-`, `_` and `.` of header names as one"));
        }
        let is_same = |(other, _): &(String, String)| fold(other) == fold(name);
        if forward.is_some_and(|to| to.set.iter().chain(&to.credentials.headers).any(is_same)) {
            claim.wrong(&format!("`{name}` has its value from `set` or `set_secret` already"));
        }
        claim.parsed(claim_name);
        if !kinds.is_empty() && !kinds.iter().any(|kind| speakers.may_say(kind, claim.value)) {
            let shown = claim.value.escape_debug();
            claim.wrong(&format!("is never there, since nothing in `accept` says `{shown}`"));
        }
        fields.push(ClaimField { name: name.to_owned(), claim: claim.value.to_owned() });
    }
    fields
}

/// What is to be said of subjects, where several issue them: each has its own, and one may be another's by name.
pub(super) fn shared_subjects(rules: &[Rule], kinds: &[CredentialKind]) -> Option<String> {
    let issuers = kinds.iter().filter(|kind| kind.issuer().is_some()).count();
    let is_named = rules.iter().any(|rule| rule.claim == SUBJECT && !rule.values.is_empty());
    let words: Vec<String> = kinds.iter().map(CredentialKind::word).collect();
    (is_named && issuers > 0 && words.len() > 1).then(|| {
        let list = suggest::listed(words.iter().map(String::as_str));
        format!("`require` names a `subject`, whichever of {list} says it: each has subjects of its own, and one may be called as another's")
    })
}

/// What the routes ask for and tell, together.
pub(super) fn wanted(routes: &[Arc<Route>]) -> WantedClaims {
    let required = routes.iter().flat_map(|route| route.require.iter().map(|rule| &rule.claim));
    let told = routes.iter().flat_map(|route| route.headers.iter().map(|field| &field.claim));
    let signed = routes.iter().flat_map(|route| &route.forward.jwt_claims);
    let mut paths: Vec<String> =
        required.chain(told).chain(signed).filter(|claim| *claim != SUBJECT).cloned().collect();
    paths.sort_unstable();
    paths.dedup();
    let names = routes.iter().flat_map(|route| route.headers.iter().map(|field| field.name.to_ascii_lowercase()));
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    let fields = names.iter().filter_map(|name| NamePattern::parse(name).ok()).map(NamePattern::folded).collect();
    WantedClaims { paths, fields }
}

/// A table whose keys the file chooses, of which one is needed.
fn filled<'t>(table: &Table<'t>, key: &Key, todo: &str) -> Option<Table<'t>> {
    let own = table.free_table(key)?;
    if own.entries.is_empty() {
        table.wrong(key, &format!("is empty; {todo}"));
    }
    Some(own)
}

/// The path of a claim that is told.
pub(super) fn claim(text: &str) -> Result<String, String> {
    claim_name(text).map(|()| text.to_owned())
}

/// The path of a claim.
fn claim_name(text: &str) -> Result<(), String> {
    text::name(text)?;
    match claim_names(text).iter().any(String::is_empty) {
        true => Err(format!(
            "`{}` has nothing beside a dot, which leads into a claim; a dot of the name itself is written `\\.`",
            text.escape_debug()
        )),
        false => Ok(()),
    }
}
