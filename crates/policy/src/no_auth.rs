//! Client methods of the Luminate dialect that need no `auth`.

/// Which these are: `no_auth` of `[luminate]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAuth {
    /// The policy does not say: [`USUAL_NO_AUTH`].
    Usual,
    /// Those that the policy names, of whichever servlet.
    Named(Vec<String>),
}

impl NoAuth {
    /// Whether a method of a servlet needs none.
    pub fn covers(&self, servlet: &str, method: &str) -> bool {
        match self {
            NoAuth::Usual => is_usual(servlet, method),
            NoAuth::Named(names) => names.iter().any(|name| name == method),
        }
    }

    /// Those that the policy names, and that usually need one.
    pub fn loosened(&self) -> impl Iterator<Item = &str> {
        let names = match self {
            NoAuth::Usual => &[],
            NoAuth::Named(names) => names.as_slice(),
        };
        let is_usual =
            |name: &str| USUAL_NO_AUTH.iter().any(|(_, methods)| methods.split(' ').any(|method| method == name));
        names.iter().map(String::as_str).filter(move |name| !is_usual(name))
    }
}

fn is_usual(servlet: &str, method: &str) -> bool {
    USUAL_NO_AUTH.iter().any(|(of, methods)| *of == servlet && methods.split(' ').any(|usual| usual == method))
}

/// What a visitor calls before there is a token (`protocols.md` A3.2), donations, and what anybody may look for: where the
/// vendor's reference asks clients for no authentication, and the answer is about no person. `fixtures/luminate-no-auth.json`
/// has the source of each.
pub const USUAL_NO_AUTH: [(&str, &str); 6] = [
    ("CRConsAPI", "getLoginUrl login loginTest logout singleSignOn authenticateUser"),
    ("CRAdvocacyAPI", "getAdvocacyAlerts"),
    ("CRContentAPI", "listImages"),
    ("CRDonationAPI", "donate getDesignationTypes getDesignees getDonationFormInfo startDonation"),
    ("CROrgEventAPI", "getChildEvents getDayEvents getEvent"),
    (
        "CRTeamraiserAPI",
        "getCompaniesByInfo getParticipants getParticipationTypes getTeamraisersByDistance getTeamraisersByInfo \
         getTeamsByInfo",
    ),
];

coded!(enum NoAuth { 0 Usual, 1 Named(value) });
