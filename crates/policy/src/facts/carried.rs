//! Where the kinds of credential of one policy stand in requests.

use super::Facts;
use crate::carrier::Carrier;
use crate::{Carried, Policy};

impl Carried {
    /// Folds the rows of the kinds that the policy knows.
    pub(crate) fn of(policy: &Policy) -> Self {
        let mut carried = Self::default();
        let known = Facts::ALL.iter().filter(|facts| (facts.is_known)(policy));
        for carrier in known.flat_map(|facts| facts.carriers) {
            match carrier {
                Carrier::Header(name) => carried.headers.push(name),
                Carrier::Cookie(name) => carried.cookies.extend(name.of(policy)),
                Carrier::Parameter(name) => carried.parameters.extend(name.of(policy)),
                Carrier::Prefix(name) => carried.prefixes.push(name),
                Carrier::Authorization | Carrier::OfRoute(_) | Carrier::OfProfile => {}
            }
        }
        carried
    }
}
