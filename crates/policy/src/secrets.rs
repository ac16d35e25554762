//! The Worker secrets that a policy names, and what each is for.

use super::{Admin, Forward, Key, KeyUse, Policy};

/// A Worker secret by one of the places that name it.
#[derive(Debug, Clone, Copy)]
pub struct NamedSecret<'p> {
    /// Its name.
    pub name: &'p str,
    /// What its value is for.
    pub usage: SecretUse<'p>,
}

/// What the value of a secret is for.
#[derive(Debug, Clone, Copy)]
pub enum SecretUse<'p> {
    /// A key.
    Key(&'p Key),
    /// The admin API.
    Admin,
    /// The password of a Luminate administrator.
    Administrator(&'p str),
    /// The gateway's own secret at another authorization server.
    Issuer(&'p str),
    /// The gateway's own secret at a provider.
    Provider(&'p str),
    /// The password of a program, for HTTP Basic.
    Machine(&'p str),
    /// What `SO-AppToken` may be.
    Application,
    /// What the gateway shows an origin.
    Origin(&'p str),
    /// The operator's look at a site that is closed for maintenance.
    Maintenance,
    /// What a sender of webhooks signs with.
    Webhook(&'p str),
}

impl Policy {
    /// Every secret that the policy names, in file order; one that several places name comes once for each.
    pub fn secrets(&self) -> impl Iterator<Item = NamedSecret<'_>> {
        let keys = self.keys.iter().map(|key| (&*key.secret, SecretUse::Key(key)));
        let admin = self.admin.iter().flat_map(Admin::secrets).map(|name| (name, SecretUse::Admin));
        let administrators = self.luminate.iter().flat_map(|luminate| &luminate.administrators);
        let administrators = administrators.map(|one| (&*one.secret, SecretUse::Administrator(&one.name)));
        let at_issuers = self.issuers.iter().filter_map(|it| Some((it.secret()?, SecretUse::Issuer(&it.name))));
        let at_providers = self.providers.iter().filter_map(|it| Some((it.secret()?, SecretUse::Provider(&it.name))));
        let machines = self.basic.iter().flat_map(|basic| &basic.machines);
        let machines = machines.map(|machine| (&*machine.secret, SecretUse::Machine(&machine.name)));
        let applications = self.ticket.iter().flat_map(|ticket| &ticket.app_tokens);
        let applications = applications.map(|name| (&**name, SecretUse::Application));
        let senders =
            self.webhooks.iter().flat_map(|it| it.secrets.iter().map(|name| (&**name, SecretUse::Webhook(&it.name))));
        let all = keys
            .chain(admin)
            .chain(administrators)
            .chain(at_issuers)
            .chain(at_providers)
            .chain(machines)
            .chain(applications)
            .chain(senders);
        let pass = self.maintenance.pass.iter().map(|(_, name)| (&**name, SecretUse::Maintenance));
        all.chain(pass).chain(self.shown_to_origins()).map(|(name, usage)| NamedSecret { name, usage })
    }

    /// What origins are shown; a route has what its origin has, and perhaps more.
    fn shown_to_origins(&self) -> impl Iterator<Item = (&str, SecretUse<'_>)> {
        let of_origins =
            self.origins.iter().flat_map(|origin| origin.credentials.secrets().map(|name| (name, &*origin.name)));
        let of_routes = self.routes.iter().flat_map(|route| {
            let Forward { origin, credentials, .. } = &route.forward;
            let is_more = |name: &&str| !origin.credentials.secrets().any(|known| known == *name);
            credentials.secrets().filter(is_more).map(|name| (name, &*origin.name))
        });
        of_origins.chain(of_routes).map(|(name, origin)| (name, SecretUse::Origin(origin)))
    }

    /// The names of these secrets, each once.
    pub fn secret_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for secret in self.secrets() {
            if !names.contains(&secret.name) {
                names.push(secret.name);
            }
        }
        names
    }
}

impl SecretUse<'_> {
    /// Whether another system chose the value, or its form: it may then be shorter than what the operator makes.
    pub fn is_chosen_elsewhere(&self) -> bool {
        match self {
            SecretUse::Key(key) => match key.usage {
                KeyUse::Digest | KeyUse::Identity => true,
                KeyUse::Link(_) | KeyUse::Seal | KeyUse::Assertion | KeyUse::Client => false,
            },
            SecretUse::Administrator(_)
            | SecretUse::Issuer(_)
            | SecretUse::Provider(_)
            | SecretUse::Origin(_)
            | SecretUse::Webhook(_) => true,
            SecretUse::Admin | SecretUse::Machine(_) | SecretUse::Application | SecretUse::Maintenance => false,
        }
    }
}
