//! Whether a request that a browser opens by itself is not another site's: Fetch Metadata and Origin, and where the route
//! says so, the session's token.

use super::credentials::Visit;
use crate::credential::seal::Sealed;
use crate::credential::{bearer, xsrf};
use crate::http::{fetch_metadata, query};
use crate::policy::{Session, Xsrf};
use crate::ports::Ports;
use crate::refusal::Reason;
use crate::rewrite::cors;

/// Judges a request that an authentic session opens. `form`: its body, if that was read; where the token is looked for in
/// a form, it is read here, and is afterwards without it.
///
/// # Errors
/// `BoundTokenMissing`, `BoundTokenMismatch`, `CrossSite`, and those of reading a form.
pub(super) async fn judge<P: Ports>(
    visit: &Visit<'_, P>,
    policy: &Session,
    session: &Sealed,
    form: &mut Option<Vec<u8>>,
) -> Result<(), Reason> {
    let Visit { ctx, route, incoming, .. } = *visit;
    let asks = route.xsrf == Xsrf::Always
        || (route.xsrf == Xsrf::Token && !matches!(incoming.method, "GET" | "HEAD" | "OPTIONS"));
    if asks {
        let field = match incoming.headers.get(xsrf::HEADER) {
            Some(_) => None,
            None => in_form(visit, form).await?,
        };
        let shown = incoming.headers.get(xsrf::HEADER).or(field.as_deref());
        xsrf::judge(ctx, policy, session, &incoming.headers, shown)?;
    }
    judge_origin(visit)
}

/// Judges where a request comes from that changes something, or opens a connection to do so.
///
/// # Errors
/// `CrossSite`.
pub(super) fn judge_origin<P>(visit: &Visit<'_, P>) -> Result<(), Reason> {
    let Visit { route, incoming, target, .. } = *visit;
    let headers = &incoming.headers;
    let only_reads = matches!(incoming.method, "GET" | "HEAD" | "OPTIONS") && headers.get("upgrade").is_none();
    let is_granted = || route.cors.as_ref().is_some_and(|cors| cors.credentials && cors::is_granted(cors, headers));
    let is_own = || fetch_metadata::is_own_form(headers, &target.origin());
    match only_reads || route.xsrf == Xsrf::Off || is_own() || is_granted() {
        true => Ok(()),
        false => Err(Reason::CrossSite),
    }
}

/// The token in a form, for pages without a script. It is cut from what goes on.
async fn in_form<P: Ports>(visit: &Visit<'_, P>, form: &mut Option<Vec<u8>>) -> Result<Option<String>, Reason> {
    let Visit { gate, incoming, ports, .. } = *visit;
    if matches!(incoming.method, "GET" | "HEAD") || !incoming.has_form()? {
        return Ok(None);
    }
    let text = match form.take() {
        Some(bytes) => String::from_utf8(bytes).map_err(|_| Reason::FormMalformed)?,
        None => bearer::read_form(ports, gate.policy.limits.form).await?,
    };
    let field = query::sole(&text, xsrf::FIELD)?.map(query::decode);
    *form = Some(query::cut(&text, |param| param.name == xsrf::FIELD).into_bytes());
    field.map(String::from_utf8).transpose().map_err(|_| Reason::BoundTokenMismatch)
}
