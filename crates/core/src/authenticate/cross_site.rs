//! Whether a request that a browser opens by itself is not another site's: Fetch Metadata and Origin, and where the route
//! says so, the session's token.

use crate::authenticate::form::{self, Form};
use crate::credential::session::xsrf::{self, Expected};
use crate::exchange::Exchange;
use crate::exchange::body::NewBody;
use crate::http::{cors, fetch_metadata, query};
use crate::policy::{Route, Xsrf};
use crate::ports::Ports;
use crate::refusal::Reason;

/// The field in which a page's form shows the token of its session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether some origin would read a name as this one.
    pub(crate) is_named: fn(&str) -> bool,
}

/// That of an ordinary session.
pub(crate) const FIELD: Field = Field { name: xsrf::FIELD, is_named: |name| query::folds_onto(name, xsrf::FIELD) };

/// Checks the session's token on a request that an authentic session opens, where the route asks for it.
/// `body`: its form, if that was read; where the token is looked for in one, it is read
/// here, and is afterwards without it.
///
/// # Errors
/// `BoundTokenMissing`, `BoundTokenMismatch`, and those of reading a form.
pub(crate) async fn check<P: Ports>(
    x: &Exchange<'_, P>,
    route: &Route,
    expected: Expected<'_>,
    field: Field,
    body: &mut Option<NewBody>,
) -> Result<(), Reason> {
    let Exchange { request, .. } = *x;
    let asks = route.xsrf == Xsrf::Always
        || (route.xsrf == Xsrf::Token && !matches!(request.method, "GET" | "HEAD" | "OPTIONS"));
    if asks {
        let posted = match request.headers.get(xsrf::HEADER) {
            Some(_) => None,
            // Boxed: few requests read a form, and every request's future would be as large.
            None => Box::pin(in_form(x, field, body)).await?,
        };
        let shown = request.headers.get(xsrf::HEADER).or(posted.as_deref());
        expected.check(shown)?;
    }
    Ok(())
}

/// Checks the origin of a request that changes something, or opens a connection to do so.
///
/// # Errors
/// `CrossSite`.
pub(crate) fn check_origin<P>(x: &Exchange<'_, P>, route: &Route) -> Result<(), Reason> {
    let Exchange { request, target, .. } = *x;
    let headers = &request.headers;
    let only_reads = matches!(request.method, "GET" | "HEAD" | "OPTIONS") && headers.get("upgrade").is_none();
    let is_granted = || route.cors.as_ref().is_some_and(|cors| cors.credentials && cors::is_granted(cors, headers));
    let is_own = || fetch_metadata::is_own_form(headers, &target.origin());
    match only_reads || route.xsrf == Xsrf::Off || is_own() || is_granted() {
        true => Ok(()),
        false => Err(Reason::CrossSite),
    }
}

/// The token in a form, for pages without a script. It is cut from what goes on.
async fn in_form<P: Ports>(
    x: &Exchange<'_, P>,
    field: Field,
    body: &mut Option<NewBody>,
) -> Result<Option<String>, Reason> {
    if matches!(x.request.method, "GET" | "HEAD") {
        return Ok(None);
    }
    let form = match body.take() {
        // Read already, for a token that was not in it.
        Some(NewBody::Whole(bytes)) => {
            let fields = String::from_utf8(bytes).map_err(|_| Reason::FormMalformed)?;
            let rest = query::cut(&fields, |param| (field.is_named)(param.name)).into_bytes();
            Some(Form { fields, body: NewBody::Whole(rest) })
        }
        _ => form::read(x, field.is_named, |_| false).await?,
    };
    let Some(form) = form else { return Ok(None) };
    let posted = query::sole(&form.fields, field.name)?.map(query::decode);
    *body = Some(form.body);
    posted.map(String::from_utf8).transpose().map_err(|_| Reason::BoundTokenMismatch)
}
