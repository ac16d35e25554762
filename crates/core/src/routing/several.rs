//! The route of a path that origins read in several ways.

use std::sync::Arc;

use crate::http::readings::readings;
use crate::http::{Target, target};
use crate::own_paths;
use crate::policy::{Policy, Route};
use crate::refusal::Reason;

/// The route that takes the path as it is written, if it allows what the path has, and if every reading leads to this
/// route too: what guards it then guards whatever the origin serves. The same holds for the path that the origin gets.
///
/// # Errors
/// `PathAmbiguous`, `PathNearGuarded`.
pub(super) fn find<'p>(policy: &'p Policy, method: &str, asked: &Target<'_>) -> Result<&'p Arc<Route>, Reason> {
    let route = led_to(policy, method, asked)?;
    let allows = |path: &str| target::check_path(path).is_ok_and(|found| route.paths.allows(found));
    let mut whole = vec![asked.path.to_owned()];
    whole.extend(readings(asked.path));
    for path in &whole {
        let reading = asked.with_path(path);
        let goes_on = super::forwarded_path(route, path).is_some_and(|path| allows(&path));
        let is_same = allows(path) && goes_on && !own_paths::is_own(policy, path);
        if !is_same || led_to(policy, method, &reading)?.place != route.place {
            return Err(Reason::PathAmbiguous);
        }
    }
    Ok(route)
}

/// The route for one reading. What leads nowhere in one reading is ambiguous.
fn led_to<'p>(policy: &'p Policy, method: &str, reading: &Target<'_>) -> Result<&'p Arc<Route>, Reason> {
    super::find_as_written(policy, method, reading).map_err(|reason| match reason {
        Reason::NoRoute => Reason::PathAmbiguous,
        reason => reason,
    })
}
