//! The policy as a whole, with what is not written because it follows from the rest.

use super::codec::{Coded, Reader, Writer};
use crate::{Carried, Policy};

impl Coded for Policy {
    fn write(&self, to: &mut Writer) {
        let Self {
            gateway,
            origins,
            keys,
            links,
            signed_redirects,
            bearer,
            registry,
            clients,
            oauth,
            issuers,
            session,
            nonce,
            sign_in,
            basic,
            ticket,
            brokers,
            luminate,
            identity,
            admin,
            limits,
            single_use,
            objects,
            routes,
            gives_xsrf_tokens,
            takes_xsrf_header,
            index,
            carried: _,
            digest: _,
            #[cfg(feature = "reader")]
                tests: _,
            #[cfg(feature = "reader")]
                places: _,
            #[cfg(feature = "reader")]
                allowances: _,
        } = self;
        gateway.write(to);
        origins.write(to);
        keys.write(to);
        links.write(to);
        signed_redirects.write(to);
        bearer.write(to);
        registry.write(to);
        clients.write(to);
        oauth.write(to);
        issuers.write(to);
        session.write(to);
        nonce.write(to);
        sign_in.write(to);
        basic.write(to);
        ticket.write(to);
        brokers.write(to);
        luminate.write(to);
        identity.write(to);
        admin.write(to);
        limits.write(to);
        single_use.write(to);
        objects.write(to);
        routes.write(to);
        index.write(to);
        gives_xsrf_tokens.write(to);
        takes_xsrf_header.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut policy = Self {
            gateway: Coded::read(from),
            origins: Coded::read(from),
            keys: Coded::read(from),
            links: Coded::read(from),
            signed_redirects: Coded::read(from),
            bearer: Coded::read(from),
            registry: Coded::read(from),
            clients: Coded::read(from),
            oauth: Coded::read(from),
            issuers: Coded::read(from),
            session: Coded::read(from),
            nonce: Coded::read(from),
            sign_in: Coded::read(from),
            basic: Coded::read(from),
            ticket: Coded::read(from),
            brokers: Coded::read(from),
            luminate: Coded::read(from),
            identity: Coded::read(from),
            admin: Coded::read(from),
            limits: Coded::read(from),
            single_use: Coded::read(from),
            objects: Coded::read(from),
            routes: Coded::read(from),
            index: Coded::read(from),
            gives_xsrf_tokens: Coded::read(from),
            takes_xsrf_header: Coded::read(from),
            carried: Carried::default(),
            digest: None,
            #[cfg(feature = "reader")]
            tests: Vec::new(),
            #[cfg(feature = "reader")]
            places: Default::default(),
            #[cfg(feature = "reader")]
            allowances: Vec::new(),
        };
        policy.carried = Carried::of(&policy);
        policy
    }
}
