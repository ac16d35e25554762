//! The words of `accept`: one for each kind of credential, and those that stand for several.

use super::Facts;

/// Every word that `accept` may hold.
pub(crate) fn words() -> Vec<String> {
    let presets = PRESETS.iter().map(|(name, _)| (*name).to_owned());
    Facts::ALL.iter().map(|facts| facts.spelling()).chain(presets).collect()
}

/// `protocols.md` C1: what SuperOffice takes in a company's own network, and online.
pub(crate) const PRESETS: [(&str, &[&str]); 2] = [
    ("superoffice-onsite", &["bearer", "ticket", "basic", "session"]),
    ("superoffice-online", &["bearer", "app-ticket", "session"]),
];
