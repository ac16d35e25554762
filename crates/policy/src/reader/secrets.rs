//! Names of Worker secrets: what is the secret of one thing is that of no other.

use super::names::Names;
use super::text;
use super::value::Text;
use crate::{Admin, Issuer, Key, Luminate};

/// Names of the secrets that have a meaning already.
pub(crate) fn all(
    keys: &Names<Key>,
    issuers: &Names<Issuer>,
    luminate: Option<&Luminate>,
    admin: Option<&Admin>,
) -> Vec<String> {
    let keys = keys.things().map(|key| key.secret.as_str());
    let issuers = issuers.things().filter_map(|issuer| issuer.secret());
    let administrators = luminate.into_iter().flat_map(|luminate| &luminate.administrators);
    let administrators = administrators.map(|administrator| administrator.secret.as_str());
    let admin = admin.into_iter().flat_map(Admin::secrets);
    keys.chain(issuers).chain(administrators).chain(admin).map(str::to_owned).collect()
}

/// A secret that is nobody else's.
pub(crate) fn own(text: &Text<'_>, taken: &mut Vec<String>) -> Option<String> {
    text.parsed(text::secret)?;
    if taken.iter().any(|other| other == text.value) {
        text.wrong(&format!("`{}` is another's secret already; each has a value of its own", text.value));
    }
    taken.push(text.value.to_owned());
    Some(text.value.to_owned())
}
