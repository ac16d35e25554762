//! Webhooks: what a sender signs is taken, anything else is refused, whichever format it is.

use edgegate_core::digest::{hex, hmac_sha1, hmac_sha256, standard_base64};
use edgegate_core::http::Headers;
use edgegate_core::policy::{Policy, Webhook};
use edgegate_core::refusal::Reason;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::signed::webhook::{Delivery, Verified};
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000;
const KEY: &str = "0123456789abcdef0123456789abcdef";
const PROFILES: [&str; 6] = ["github", "stripe", "slack", "shopify", "standard-webhooks", "custom"];

fn webhook(profile: &str) -> (Webhook, Secrets) {
    let own = match profile {
        "custom" => {
            "header = \"X-Sig\"\nalgorithm = \"hmac-sha1\"\nprefix = \"v1=\"\nsigned = \"{timestamp}.{x-event}.{body}\"\ntimestamp = \"X-Time\"\n"
        }
        _ => "",
    };
    let text = format!(
        "version = 1\ngateway = {{ issuer = \"https://gate.example\" }}\norigins.a = {{ service = \"A\" }}\n\
         [webhooks.it]\nprofile = \"{profile}\"\nsecret = \"HOOK\"\nnext_secret = \"NEXT\"\n{own}\
         [[routes]]\nname = \"a\"\npath = \"/\"\nmethods = [\"POST\"]\naccept = [\"webhook:it\"]\nforward = {{ origin = \"a\" }}\n"
    );
    let policy = Policy::read(&text).unwrap();
    let secrets = Secrets::new(&policy, "", |name| (name == "HOOK").then(|| secret(profile)));
    ((*policy.webhooks[0]).clone(), secrets)
}

fn secret(profile: &str) -> Secret {
    match profile {
        "standard-webhooks" => Secret::new(format!("whsec_{}", standard_base64(KEY.as_bytes()))),
        _ => Secret::new(KEY),
    }
}

/// As the senders' documents say it, piece by piece, without the policy's formats.
fn signed(profile: &str, body: &[u8], time: u64) -> Vec<(&'static str, String)> {
    let (key, time) = (Secret::new(KEY), time.to_string());
    let sha256 = |parts: &[&[u8]]| hmac_sha256(&key, parts);
    match profile {
        "github" => vec![("x-hub-signature-256", format!("sha256={}", hex(&sha256(&[body]))))],
        "stripe" => {
            let mac = hex(&sha256(&[time.as_bytes(), b".", body]));
            vec![("stripe-signature", format!("t={time},v1={mac},v0=00"))]
        }
        "slack" => {
            let mac = hex(&sha256(&[b"v0:", time.as_bytes(), b":", body]));
            vec![("x-slack-signature", format!("v0={mac}")), ("x-slack-request-timestamp", time)]
        }
        "shopify" => vec![("x-shopify-hmac-sha256", standard_base64(&sha256(&[body])))],
        "standard-webhooks" => {
            let mac = standard_base64(&sha256(&[b"msg_1.", time.as_bytes(), b".", body]));
            let signature = format!("v1,{mac}");
            vec![("webhook-id", "msg_1".into()), ("webhook-timestamp", time), ("webhook-signature", signature)]
        }
        _ => {
            let mac = hex(&hmac_sha1(&key, &[time.as_bytes(), b".paid.", body]));
            vec![("x-sig", format!("v1={mac}")), ("x-time", time), ("x-event", "paid".into())]
        }
    }
}

fn verify(profile: &str, fields: &[(&str, String)], body: &[u8]) -> Result<Option<Verified>, Reason> {
    let (webhook, secrets) = webhook(profile);
    let headers = Headers::new(fields.iter().map(|(name, value)| (*name, value.as_str())).collect());
    let Some(delivery) = Delivery::read(&webhook.format, &headers)? else { return Ok(None) };
    delivery.check_time(&webhook, NOW)?;
    delivery.verify(&webhook, secrets.usable(false), body).map(Some)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_a_sender_signs_is_taken_and_no_changed_byte(
        profile in prop::sample::select(PROFILES.to_vec()),
        body in prop::collection::vec(any::<u8>(), 0..64),
        late in 0..=300_u64,
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let fields = signed(profile, &body, NOW - late);
        let verified = verify(profile, &fields, &body).unwrap().unwrap();
        prop_assert!(verified.until.is_none_or(|until| until == NOW - late + 301));
        let mut other = body.clone();
        match other.is_empty() {
            true => other.push(0),
            false => other[at.index(body.len())] ^= 1 << bit,
        }
        prop_assert!(verify(profile, &fields, &other).is_err());
        let field = at.index(fields.len());
        let mut changed = fields.clone();
        let mut bytes = changed[field].1.clone().into_bytes();
        let place = at.index(bytes.len());
        bytes[place] = if bytes[place] == b'~' { b'!' } else { bytes[place] + 1 };
        changed[field].1 = String::from_utf8(bytes).unwrap();
        // Of a list, what is no signature may be anything; in a hexadecimal one letters have no case.
        let taken = matches!(verify(profile, &changed, &body), Ok(Some(_)));
        prop_assert!(!taken || (profile == "stripe" && changed[field].1.contains(&fields[field].1[..80])), "{changed:?}");
    }

    #[test]
    fn no_bytes_make_it_panic(
        profile in prop::sample::select(PROFILES.to_vec()),
        values in prop::collection::vec("[ -~]{0,40}|(t=|v1=|v0=|v1,|sha256=)[0-9a-fA-F=, ]{0,80}", 4),
    ) {
        let names = ["x-hub-signature-256", "stripe-signature", "x-slack-signature", "x-shopify-hmac-sha256", "webhook-signature", "x-sig"];
        let beside = ["x-slack-request-timestamp", "webhook-timestamp", "webhook-id", "x-time", "x-event"];
        let mut fields: Vec<(&str, String)> = names.iter().map(|name| (*name, values[0].clone())).collect();
        fields.extend(beside.iter().zip(&values[1..]).map(|(name, value)| (*name, value.clone())));
        let taken = matches!(verify(profile, &fields, b"{}"), Ok(Some(_)));
        prop_assert!(!taken);
    }
}

#[test]
fn a_time_outside_of_the_tolerance_is_refused_where_it_is_signed() {
    for profile in PROFILES {
        let has_time = !matches!(profile, "github" | "shopify");
        for time in [NOW - 301, NOW + 301] {
            let verified = verify(profile, &signed(profile, b"{}", time), b"{}");
            match has_time {
                true => assert_eq!(verified, Err(Reason::WebhookExpired), "{profile}"),
                false => assert!(verified.unwrap().unwrap().until.is_none(), "{profile}"),
            }
        }
        assert!(verify(profile, &signed(profile, b"{}", NOW + 300), b"{}").is_ok(), "{profile}");
    }
}

#[test]
fn a_secret_that_is_missing_or_no_base64_is_not_a_forgery() {
    let headers = signed("standard-webhooks", b"{}", NOW);
    let (webhook, _) = webhook("standard-webhooks");
    let policy_of = |value: Option<&'static str>| {
        let policy = Policy::read("version = 1\ngateway = { issuer = \"https://gate.example\" }\norigins.a = { service = \"A\" }\n[webhooks.it]\nprofile = \"standard-webhooks\"\nsecret = \"HOOK\"\n[[routes]]\nname = \"a\"\npath = \"/\"\nmethods = [\"POST\"]\naccept = [\"webhook:it\"]\nforward = { origin = \"a\" }\n").unwrap();
        Secrets::new(&policy, "", move |_| value.map(Secret::new))
    };
    let fields = Headers::new(headers.iter().map(|(name, value)| (*name, value.as_str())).collect());
    let delivery = Delivery::read(&webhook.format, &fields).unwrap().unwrap();
    for value in [None, Some("whsec_not base64 at all!"), Some("whsec_"), Some("whsec_AA=="), Some("=")] {
        let secrets = policy_of(value);
        assert_eq!(delivery.verify(&webhook, secrets.usable(false), b"{}"), Err(Reason::SecretMissing), "{value:?}");
    }
}

/// A piece of the text may not pass from a field into the body, or from the body into the field.
#[test]
fn the_border_between_a_field_and_the_body_cannot_be_moved() {
    for (signed, honest, moved) in [
        ("{x-event}:{body}", ("paid", "{\"amount\":1}"), ("paid:{\"amount\"", "1}")),
        ("{x-event}|{timestamp}|{body}", ("paid", "7|{}"), ("paid|1800000000", "{}")),
        ("{body}--{x-event}", ("a", "{}--b"), ("b--a", "{}")),
    ] {
        let (mut webhook, secrets) = webhook("custom");
        let text = format!(
            "version = 1\ngateway = {{ issuer = \"https://gate.example\" }}\norigins.a = {{ service = \"A\" }}\n[webhooks.it]\nprofile = \"custom\"\nsecret = \"HOOK\"\nheader = \"X-Sig\"\nprefix = \"v1=\"\nalgorithm = \"hmac-sha1\"\nsigned = \"{signed}\"\n{}[[routes]]\nname = \"a\"\npath = \"/\"\nmethods = [\"POST\"]\naccept = [\"webhook:it\"]\nforward = {{ origin = \"a\" }}\n",
            if signed.contains("timestamp") { "timestamp = \"X-Time\"\n" } else { "" },
        );
        webhook.format = Policy::read(&text).unwrap().webhooks[0].format.clone();
        let whole =
            signed.replace("{x-event}", honest.0).replace("{timestamp}", "1800000000").replace("{body}", honest.1);
        let mac = hex(&hmac_sha1(&Secret::new(KEY), &[whole.as_bytes()]));
        let ask = |(event, body): (&str, &str)| {
            let fields =
                [("x-sig", format!("v1={mac}")), ("x-time", "1800000000".into()), ("x-event", event.to_owned())];
            let headers = Headers::new(fields.iter().map(|(name, value)| (*name, value.as_str())).collect());
            let delivery = Delivery::read(&webhook.format, &headers)?.unwrap();
            delivery.verify(&webhook, secrets.usable(false), body.as_bytes())
        };
        assert!(ask(honest).is_ok(), "{signed}");
        assert!(ask(moved).is_err(), "{signed}");
    }
}
