//! The header fields that only a gateway may write, as data: name, what an origin takes it for, who says so.
//!
//! Names stand as [`fold`](super::headers::fold) makes them, by their first letters, so that an ordinary field is compared
//! with few of them or none. One that ends with `-` is a family: every name that begins so. No entry lies within a family
//! of the list. `docs/headers.md` has the same table.

/// Whether a folded name is reserved.
pub(crate) fn covers(folded: &str) -> bool {
    let is_meant = |name: &&str| match folded.strip_prefix(*name) {
        Some("") => true,
        Some(_) => name.ends_with('-') && folded != DECIDED_BY_ROUTE,
        None => false,
    };
    beside(folded.as_bytes()).iter().any(is_meant)
}

/// What lies within a family and passes on some routes: `on_behalf` removes it on all others.
pub const DECIDED_BY_ROUTE: &str = "x-forwarded-for";

/// What the platform writes. Only its own spelling is that.
pub(crate) fn is_alias_of_platform(folded: &str) -> bool {
    matches!(folded, "cf-connecting-ip" | "cf-connecting-ipv6" | "cf-pseudo-ipv4")
}

/// A row of the list.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The folded name, or a family.
    pub name: &'static str,
    /// What an origin takes it for.
    pub meaning: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// Keeps meaning and source out of the Worker.
macro_rules! reserved {
    ($($start:pat => { $($name:literal, $meaning:literal, $source:literal;)+ })+) => {
        /// The entries with the same first letters.
        fn beside(name: &[u8]) -> &'static [&'static str] {
            match name {
                $($start => &[$($name,)+],)+
                _ => &[],
            }
        }

        /// The whole list, in the order of the names' bytes.
        #[cfg(not(target_arch = "wasm32"))]
        pub const ROWS: &[Row] = &[$($(Row { name: $name, meaning: $meaning, source: $source },)+)+];
    };
}

reserved! {
    [b'-', ..] => {
        "-wsat", "authentication type (`$WSAT`)", "IBM WebSphere plug-in, private headers";
        "-wscc", "client certificate (`$WSCC`)", "IBM WebSphere plug-in, private headers";
        "-wsis", "scheme (`$WSIS`)", "IBM WebSphere plug-in, private headers";
        "-wspr", "protocol (`$WSPR`)", "IBM WebSphere plug-in, private headers";
        "-wsra", "client address (`$WSRA`)", "IBM WebSphere plug-in, private headers";
        "-wsrh", "client host (`$WSRH`)", "IBM WebSphere plug-in, private headers";
        "-wsru", "user (`$WSRU`)", "IBM WebSphere plug-in, private headers";
        "-wssc", "scheme (`$WSSC`)", "IBM WebSphere plug-in, private headers";
        "-wssn", "host (`$WSSN`)", "IBM WebSphere plug-in, private headers";
        "-wssp", "port (`$WSSP`)", "IBM WebSphere plug-in, private headers";
    }
    [b'a', ..] => {
        "affiliation", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
        "auth-type", "authentication type", "RFC 3875 section 4.1.1";
        "auth-user", "identity", "YunoHost SSOwat";
        "authorization", "credential", "RFC 9110 section 11.6.2";
    }
    [b'c', ..] => {
        "cas-", "identity", "Apache mod_auth_cas, CASAttributePrefix";
        "cf-access-", "identity", "Cloudflare Access, Validate JWTs";
        "cf-cert-", "client certificate", "Cloudflare, managed transform for client certificates";
        "cf-client-cert-", "client certificate", "Cloudflare, mTLS at the edge";
        "client-cert", "client certificate", "RFC 9440 section 2.2";
        "client-cert-", "client certificate", "RFC 9440 section 2.3";
        "client-ip", "address", "Rails, ActionDispatch::RemoteIp; CodeIgniter";
        "cloudfront-forwarded-proto", "scheme", "Amazon CloudFront, request headers";
        "cloudfront-viewer-address", "address", "Amazon CloudFront, request headers";
    }
    [b'd', ..] => {
        "do-connecting-ip", "address", "DigitalOcean App Platform";
        "document-root", "file", "Apache and PHP, server variables";
        "document-uri", "path", "nginx and PHP, server variables";
        "dpop", "credential", "RFC 9449 section 4.1";
    }
    [b'e', ..] => {
        "edgegate-", "identity, from this gate", "Edgegate";
        "entitlement", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
        "eppn", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
    }
    [b'f', ..] => {
        "fastly-client-ip", "address", "Fastly, request headers";
        "fly-client-ip", "address", "Fly.io, request headers";
        "forwarded", "host, scheme, address", "RFC 7239";
        "forwarded-for", "address", "request-ip (npm)";
        "front-end-https", "scheme", "Microsoft Exchange and IIS behind ISA Server";
    }
    [b'g', ..] => {
        "gap-", "identity", "oauth2-proxy, GAP-Auth and GAP-Signature";
        "gateway-interface", "CGI variable", "RFC 3875 section 4.1.4";
    }
    [b'h', ..] => {
        "http2-settings", "hop-by-hop field", "RFC 9113 section 3.1";
        "https", "scheme", "Apache and PHP, server variables; RFC 3875 section 4.1";
    }
    [b'i', ..] => {
        "impersonate-", "identity", "Kubernetes, user impersonation";
        "incap-client-ip", "address", "Imperva Cloud WAF";
        "iv-", "identity", "IBM Verify Access (WebSEAL), junctions";
    }
    [b'l', ..] => {
        "l5d-", "identity, route", "Linkerd, l5d-client-id and l5d-dst-override";
    }
    [b'm', ..] => {
        "mellon-", "identity", "Apache mod_auth_mellon";
    }
    [b'o', ..] => {
        "oam-", "identity", "Oracle Access Manager";
        "oidc-", "identity", "Apache mod_auth_openidc, OIDCClaimPrefix";
        "osso-", "identity", "Oracle mod_osso";
    }
    [b'p', ..] => {
        "pairwise-id", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
        "path-info", "path", "gunicorn, forwarder_headers; RFC 3875 section 4.1.5";
        "path-translated", "file", "RFC 3875 section 4.1.6";
        "persistent-id", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
        "proxy", "address that the origin's own calls go through", "httpoxy, CVE-2016-5385";
        "proxy-authorization", "credential", "RFC 9110 section 11.7.2";
        "proxy-client-ip", "address", "Oracle WebLogic Server, WebLogic Plug-In";
        "proxy-connection", "hop-by-hop field", "RFC 9112 appendix C.2.2";
    }
    [b'q', ..] => {
        "query-string", "query", "RFC 3875 section 4.1.7";
    }
    [b'r', ..] => {
        "redirect-", "CGI variables of the request before an internal redirect", "Apache httpd, custom error responses";
        "remote-", "identity (`-User`, `-Groups`, `-Name`, `-Email`), address", "Authelia, trusted header SSO; RFC 3875 section 4.1.8 to 4.1.11";
        "request-method", "method", "RFC 3875 section 4.1.12";
        "request-scheme", "scheme", "Apache httpd, mod_rewrite";
        "request-uri", "path", "Apache, nginx and PHP, server variables";
    }
    [b's', ..] => {
        "script-", "path, file (`-Name`, `-Filename`, `-Uri`, `-Url`)", "gunicorn, forwarder_headers; RFC 3875 section 4.1.13";
        "server-addr", "CGI variable", "Apache and PHP, server variables";
        "server-name", "host", "RFC 3875 section 4.1.14";
        "server-port", "port", "RFC 3875 section 4.1.15";
        "server-protocol", "CGI variable", "RFC 3875 section 4.1.16";
        "shib-", "identity", "Shibboleth SP, ShibUseHeaders";
        "sm-", "identity", "Broadcom SiteMinder, SM_USER";
        "ssl-", "client certificate (`-Client-*`), scheme", "nginx and Apache mod_ssl, SSL_CLIENT_*";
        "subject-id", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
    }
    [b't', ..] => {
        "tailscale-", "identity", "Tailscale Serve, identity headers";
        "targeted-id", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
        "teleport-", "identity", "Teleport, teleport-jwt-assertion";
        "true-client-ip", "address", "Akamai and Cloudflare, True-Client-IP";
    }
    [b'u', ..] => {
        "unscoped-affiliation", "identity", "Shibboleth SP, attribute-map.xml with ShibUseHeaders";
    }
    [b'w', ..] => {
        "wl-proxy-", "identity, scheme, client certificate", "Oracle WebLogic Server, WebLogic Plug-In";
    }
    [b'x', b'-', b'a', ..] => {
        "x-accel-", "file", "Rack::Sendfile, X-Accel-Mapping; nginx";
        "x-amzn-lambda-context", "identity", "AWS Lambda Web Adapter";
        "x-amzn-mtls-", "client certificate", "AWS Application Load Balancer, mutual TLS";
        "x-amzn-oidc-", "identity", "AWS Application Load Balancer, user authentication";
        "x-amzn-request-context", "identity", "AWS Lambda Web Adapter";
        "x-anonymous-consumer", "identity", "Kong Gateway, authentication plug-ins";
        "x-apigateway-", "identity (`-Api-Userinfo`), event", "Google API Gateway; aws-serverless-express";
        "x-appengine-", "identity, internal call", "Google App Engine, request headers";
        "x-arr-", "client certificate, scheme", "Microsoft ARR and Azure App Service";
        "x-astro-", "path, state", "Astro, adapter for Vercel";
        "x-auth-audience", "identity", "Keycloak Gatekeeper";
        "x-auth-email", "identity", "Keycloak Gatekeeper";
        "x-auth-groups", "identity", "Keycloak Gatekeeper";
        "x-auth-name", "identity", "Keycloak Gatekeeper";
        "x-auth-request-", "identity", "oauth2-proxy, set_xauthrequest";
        "x-auth-roles", "identity", "Keycloak Gatekeeper";
        "x-auth-subject", "identity", "Keycloak Gatekeeper";
        "x-auth-user", "identity", "Traefik, ForwardAuth authResponseHeaders";
        "x-auth-userid", "identity", "Keycloak Gatekeeper";
        "x-auth-username", "identity", "Keycloak Gatekeeper";
        "x-authenticated-", "identity", "Kong Gateway, OAuth 2.0 plug-in";
        "x-authentik-", "identity", "authentik, proxy provider";
        "x-azure-", "proof of Azure Front Door, address", "Azure Front Door, protocol support";
    }
    [b'x', b'-', b'c', ..] => {
        "x-cf-forwarded-url", "address", "Cloud Foundry, route services";
        "x-cf-proxy-", "proof of Cloud Foundry's router", "Cloud Foundry, route services";
        "x-client-cert", "client certificate", "ingress controllers, HAProxy";
        "x-client-cert-", "client certificate", "ingress controllers, HAProxy";
        "x-client-dn", "identity", "Puppet Server, external TLS termination";
        "x-client-ip", "address", "request-ip (npm); CodeIgniter";
        "x-client-verify", "client certificate", "Puppet Server, external TLS termination";
        "x-cluster-client-ip", "address", "Rackspace Cloud Load Balancers; CodeIgniter";
        "x-consumer-", "identity", "Kong Gateway, authentication plug-ins";
        "x-credential-", "identity", "Kong Gateway, authentication plug-ins";
    }
    [b'x', b'-', b'e', ..] => {
        "x-endpoint-api-userinfo", "identity", "Google Cloud Endpoints";
        "x-envoy-", "path, internal call, route", "Envoy, HTTP header manipulation";
    }
    [b'x', b'-', b'f', ..] => {
        "x-forwarded", "host, scheme, address", "the draft before RFC 7239";
        "x-forwarded-", "identity (`-User`, `-Email`, `-Groups`, `-Roles`, `-Preferred-Username`, `-Access-Token`, `-Client-Cert`, `-Tls-Client-Cert`), host, port, address (`-For`, `-By`), scheme (`-Proto`, `-Protocol`, `-Scheme`, `-Ssl`), method, path (`-Prefix`, `-Path`, `-Uri`, `-Script-Name`)", "MDN; oauth2-proxy; Envoy; Traefik; Rack; Django; Plack";
    }
    [b'x', b'-', b'g', ..] => {
        "x-goog-authenticated-", "identity", "Google Identity-Aware Proxy, signed headers";
        "x-goog-iap-", "identity", "Google Identity-Aware Proxy, signed headers";
    }
    [b'x', b'-', b'h', ..] => {
        "x-host", "host", "PortSwigger, HTTP Host header attacks";
        "x-http-destinationurl", "address", "OWASP, Web Security Testing Guide";
        "x-http-host-override", "host", "PortSwigger, HTTP Host header attacks";
        "x-http-method", "method", "Microsoft Open Data Protocol";
        "x-http-method-override", "method", "Google Data Protocol; Rack::MethodOverride; Symfony";
        "x-http-path-override", "path", "OWASP, Web Security Testing Guide";
    }
    [b'x', b'-', b'i', ..] => {
        "x-id-token", "identity", "Apache APISIX, openid-connect";
        "x-invoke-", "path, query", "Next.js, internal headers";
    }
    [b'x', b'-', b'm', ..] => {
        "x-matched-path", "path", "Next.js, internal headers";
        "x-method-override", "method", "IBM; Express method-override";
        "x-middleware-override-headers", "header fields", "Next.js, internal headers";
        "x-middleware-rewrite", "path", "Next.js, internal headers";
        "x-middleware-subrequest", "skips what protects a page", "Next.js, CVE-2025-29927";
        "x-middleware-subrequest-", "skips what protects a page", "Next.js, CVE-2025-29927";
        "x-ms-client-principal", "identity", "Azure App Service and Static Web Apps";
        "x-ms-client-principal-", "identity", "Azure App Service, user identities";
        "x-ms-token-", "credential", "Azure App Service, OAuth tokens";
    }
    [b'x', b'-', b'n', ..] => {
        "x-nf-client-connection-ip", "address", "Netlify, request headers";
        "x-now-route-matches", "path", "Next.js, internal headers";
    }
    [b'x', b'-', b'o', ..] => {
        "x-original-", "path (`-URL`, `-URI`), host, method, scheme, address", "IIS URL Rewrite; ingress-nginx; ASP.NET Core, forwarded headers";
        "x-override-url", "path", "OWASP, Web Security Testing Guide";
    }
    [b'x', b'-', b'p', ..] => {
        "x-pomerium-", "identity", "Pomerium, identity headers";
        "x-proxy-", "identity (`-User`, `-Roles`), address", "OpenSearch, proxy-based authentication";
        "x-proxyuser-ip", "address", "Google services, proxies of their own users";
    }
    [b'x', b'-', b'r', ..] => {
        "x-real-ip", "address", "nginx, ngx_http_realip_module; request-ip (npm)";
        "x-real-user", "identity", "nginx, proxy_set_header from $remote_user";
        "x-remote-", "identity (`-User`, `-Group`, `-Extra-*`)", "Kubernetes, authenticating proxy";
        "x-rewrite-", "path (`-URL`)", "ISAPI_Rewrite; Symfony and Laminas";
    }
    [b'x', b'-', b's', ..] => {
        "x-sandstorm-", "identity", "Sandstorm, sandstorm-http-bridge";
        "x-scheme", "scheme", "ingress-nginx";
        "x-script-name", "path", "Flask, ReverseProxied; CherryPy";
        "x-sendfile", "file", "Apache mod_xsendfile";
        "x-sendfile-", "file (`-Type`)", "Rack::Sendfile";
        "x-serverless-authorization", "credential", "Google Cloud Run, service-to-service";
        "x-ssl-", "client certificate (`-Client-*`), scheme", "HAProxy, ssl_c_*; Puppet Server";
        "x-sucuri-clientip", "address", "Sucuri firewall";
    }
    [b'x', b'-', b't', ..] => {
        "x-token-subject", "identity", "Caddy, caddy-security";
        "x-token-user-", "identity", "Caddy, caddy-security";
        "x-traversal-", "path, query", "Paste; Plack::Middleware::ReverseProxyPath";
    }
    [b'x', b'-', b'u', ..] => {
        "x-url-scheme", "scheme", "Flask and Paste; MDN of X-Forwarded-Proto";
        "x-user", "identity", "Ory Oathkeeper, header mutator";
        "x-userinfo", "identity", "kong-oidc; Apache APISIX, openid-connect";
    }
    [b'x', b'-', b'v', ..] => {
        "x-vercel-forwarded-for", "address", "Vercel, request headers";
        "x-vhm-", "host, path", "repoze.vhm";
        "x-vouch-", "identity", "Vouch Proxy";
    }
    [b'x', b'-', b'w', ..] => {
        "x-waws-unencoded-url", "path", "Azure App Service";
        "x-webauth-", "identity", "Grafana, auth.proxy; Gitea";
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))] // the whole list stays out of the Worker
mod tests {
    use super::*;
    use crate::forward::headers::fold;

    fn names() -> Vec<&'static str> {
        ROWS.iter().map(|row| row.name).collect()
    }

    #[test]
    fn the_list_is_in_order_folded_and_without_overlap() {
        let names = names();
        for pair in names.windows(2) {
            assert!(pair[0] < pair[1], "{} stands before {}", pair[0], pair[1]);
        }
        for name in &names {
            assert_eq!(fold(name), *name);
            let within = |family: &&str| family.ends_with('-') && name.starts_with(*family) && family != name;
            assert_eq!(names.iter().copied().find(within), None, "{name}");
        }
        assert!(names.iter().any(|family| family.ends_with('-') && DECIDED_BY_ROUTE.starts_with(*family)));
    }

    #[test]
    fn every_entry_is_found_and_no_neighbour_of_it() {
        let names = names();
        for name in &names {
            assert!(covers(name), "{name}");
            let before = &name[..name.len() - 1];
            assert_eq!(covers(before), names.contains(&before), "{before}");
            match name.ends_with('-') {
                true => assert!(covers(&format!("{name}a")) && covers(&format!("{name}zz-9"))),
                false => assert!(!covers(&format!("{name}0")), "{name}0"),
            }
        }
        assert!(!covers("") && !covers("~"));
    }

    #[test]
    fn the_groups_find_what_a_walk_over_the_list_finds() {
        let reads = |folded: &str| {
            let is = |name: &&str| match name.ends_with('-') {
                true => folded.starts_with(*name) && folded != DECIDED_BY_ROUTE,
                false => folded == *name,
            };
            names().iter().any(is)
        };
        for one in names() {
            for end in 0..=one.len() {
                for tail in ["", "-", "0", "a", "zz", "for", "by", "-for"] {
                    let name = format!("{}{tail}", &one[..end]);
                    assert_eq!(covers(&name), reads(&name), "{name}");
                }
            }
        }
    }
}
