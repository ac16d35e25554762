//! What the gateway made is known again in every spelling that could be turned back, and nothing else is.

use edgegate_core::credential::{own, registry, session};
use edgegate_core::digest::{base64url, standard_base64};
use edgegate_core::policy::KeyUse;
use edgegate_core::sealed::cache::Recent;
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::sealed::seal::{self, Kind};
use edgegate_core::sealed::session_token;
use edgegate_core::sealed::store::Context;
use proptest::prelude::*;
use serde_json::json;

use super::{Fixed, KEYRING, POLICY, ascii};
use crate::support::NOW;
use std::cell::Cell;

/// The context of [`POLICY`] with these ports.
fn ctx<'a, P>(recent: &'a Recent, ports: &'a P) -> Context<'a, P> {
    Context { ports, policy: &POLICY, recent, secrets: KEYRING.usable(false), now: NOW }
}

fn is_own(text: &str) -> bool {
    let recent = Recent::default();
    own::is_in(ctx(&recent, &()), text)
}

/// Ways to write a text from which it can be had back.
fn around(text: &str) -> Vec<String> {
    let middle = text.len() / 2;
    let escaped: String = text.bytes().map(|b| format!("%{b:02x}")).collect();
    let twice: String = escaped.replace('%', "%25");
    let mut all = vec![
        text.to_owned(),
        format!(" {text}\t"),
        format!("{text}\u{a0}"),
        format!("{}\n {}", &text[..middle], &text[middle..]),
        format!("{text}="),
        format!("{text}=="),
        format!("{}...", text.trim_end_matches('.')),
        text.trim_end_matches(['.', '=']).to_owned(),
        format!("Bearer {text}"),
        format!("SOTicket {text}"),
        format!("JSESSIONID={text}"),
        format!("\"{text}\""),
        format!("{text},x"),
        escaped,
        twice,
    ];
    let prefixes = POLICY.routes.iter().map(|route| route.bearer.prefix.clone()).filter(|prefix| !prefix.is_empty());
    all.extend(prefixes.chain(["cf_".to_owned(), "a-b_".to_owned()]).map(|prefix| format!("{prefix}{text}")));
    all
}

/// With letters of its own alphabet directly around it.
fn between_letters(text: &str) -> Vec<String> {
    let bare = text.trim_end_matches(['.', '=']);
    let bare = bare.strip_prefix("7T:").unwrap_or(bare);
    let mut all = Vec::new();
    for (before, after) in
        [("x", ""), ("", "x"), ("prefix", ""), ("x", "x"), ("0", "0"), ("a0A", "f"), ("A-_/", "AAAAA")]
    {
        all.extend([text, bare].map(|text| format!("{before}{text}{after}")));
    }
    all.push(format!("{text}-{text}"));
    all.push(format!("{bare}{bare}"));
    all
}

/// Audiences of credentials that are written without a prefix.
const SPELLED: [&str; 6] = ["", "servlet", "servlet nobody", "session", "http session", "session ticket"];

fn every_key() -> impl Strategy<Value = usize> {
    let sealing = |at: &usize| matches!(POLICY.keys[*at].usage, KeyUse::Seal | KeyUse::Client);
    prop::sample::select(
        (0..POLICY.keys.len()).filter(sealing).filter(|at| POLICY.keys[*at].secret != "ABSENT_KEY").collect::<Vec<_>>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_a_seal_wrote_is_known_again(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        key in every_key(),
        payload in prop::collection::vec(any::<u8>(), 0..=seal::PAYLOAD),
        expires in 0..1_u64 << 40,
        random in any::<u8>(),
    ) {
        let key = &POLICY.keys[key];
        let terms = seal::Terms { kind, issued: NOW, expires, audience: "a", payload: &payload };
        let sealed = seal::seal(&terms, super::signing(key), &Fixed(Cell::new(random))).unwrap();
        let text = ascii(&sealed.text());
        for text in around(&text).into_iter().chain(around(&text.to_uppercase())).chain(around(&text.to_lowercase())) {
            prop_assert!(is_own(&text), "{}", text);
        }
        for wrapped in [base64url(text.as_bytes()), standard_base64(text.as_bytes())] {
            prop_assert!(is_own(&wrapped), "{}", wrapped);
        }
        prop_assert!(is_own(&format!("{text}x")) && is_own(&format!("{text}{text}")), "with more behind it");
        prop_assert!(!is_own(&text[..text.len() - 5]), "cut, nothing can be had back from it");
        for spelling in [Encoding::Servlet, Encoding::UpperHex, Encoding::Dotted, Encoding::Ticket] {
            let text = ascii(&spelling.write(sealed.bytes()));
            let other = standard_base64(sealed.bytes());
            for text in around(&text).into_iter().chain([other]) {
                prop_assert!(is_own(&text), "{:?} {}", spelling, text);
            }
            // Issued for an audience that writes its credentials so.
            let terms = seal::Terms { audience: SPELLED[random as usize % SPELLED.len()], ..terms };
            let spelled = ascii(&spelling.write(seal::seal(&terms, super::signing(key), &Fixed(Cell::new(random))).unwrap().bytes()));
            for text in between_letters(&spelled) {
                prop_assert!(is_own(&text), "{:?} {}", spelling, text);
                for wrapped in [base64url(text.as_bytes()), standard_base64(text.as_bytes())] {
                    prop_assert!(is_own(&wrapped), "{:?} {}", spelling, wrapped);
                    prop_assert!(is_own(&format!("x{wrapped}y")), "{:?} {}", spelling, wrapped);
                }
            }
            if matches!(spelling, Encoding::Servlet | Encoding::UpperHex) {
                for text in around(&text.to_uppercase()).into_iter().chain(around(&text.to_lowercase())) {
                    prop_assert!(is_own(&text), "{:?} {}", spelling, text);
                }
            }
        }
    }

    #[test]
    fn a_token_of_a_session_is_known_without_the_session(random in any::<u8>(), purpose in "[a-z]{1,8}") {
        let recent = Recent::default();
        let entropy = Fixed(Cell::new(random));
        let ctx = ctx(&recent, &entropy);
        let policy = &POLICY.luminate.as_ref().unwrap().session;
        let one = session::start_anonymous(ctx, policy).unwrap();
        let text = ascii(&session_token::token(ctx, policy, &one, &purpose).unwrap());
        for text in around(&text).into_iter().chain([text.to_uppercase(), text.to_lowercase()]) {
            prop_assert!(is_own(&text), "{}", text);
        }
        let bare = text.trim_end_matches('.');
        for text in [format!("x{text}"), format!("prefix{bare}"), format!("{bare}x"), format!("x{text}x")] {
            prop_assert!(is_own(&text), "{}", text);
        }
    }

    #[test]
    fn what_others_made_is_not(
        text in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43}|[0-9a-f]{64}|[0-9a-f]{92}\
                |[A-Za-z0-9_-]{60,700}|eyJ[A-Za-z0-9_-]{60}\\.[A-Za-z0-9_-]{400,900}\\.[A-Za-z0-9_-]{86}\
                |eyJ[A-Za-z0-9_-]{30}\\.\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{300}\\.[A-Za-z0-9_-]{22}|ya29\\.[A-Za-z0-9_-]{100,200}|gh[op]_[A-Za-z0-9]{36}|[A-Za-z0-9+/]{85}=",
    ) {
        prop_assert!(!is_own(&text), "{}", text);
    }
}

#[test]
fn a_client_s_secret_and_the_house_s_own_are_known() {
    let recent = Recent::default();
    let entropy = Fixed(Cell::new(5));
    let registry = POLICY.registry.as_ref().unwrap();
    let (secret, _) = registry::new_secret(ctx(&recent, &entropy), registry, "shop").unwrap();
    for text in [ascii(&secret), ascii(KEYRING.usable(false).secret("ADMIN_KEY").unwrap())] {
        assert!(is_own(&text) && is_own(&format!(" {text}")), "{text}");
    }
    let secret = ascii(&secret);
    assert!(is_own(&format!("x{secret}")) && is_own(&format!("{secret}x")));
}

// Its head or its signature may be cut off, or something may stand before it.
#[test]
fn what_a_jwt_of_this_gateway_says_is_known_by_its_issuer() {
    let claims = |issuer: &str| base64url(json!({"iss": issuer, "sub": "jo", "exp": NOW}).to_string().as_bytes());
    let (own, anothers) = (claims(POLICY.gateway.issuer.as_str()), claims("https://idp.example"));
    for text in ["{}", "x.{}", "Bearer e30.{}.c2ln", "id={}&b=1"] {
        assert!(is_own(&text.replace("{}", &own)), "{text}");
        assert!(!is_own(&text.replace("{}", &anothers)), "{text}, another issuer's");
    }
}
