//! How the known senders of webhooks sign, from their own documentation (docs/credentials.md names it), and the template of
//! one's own format.

use super::{WebhookEncoding, WebhookFormat, WebhookPart, WebhookTime};
use crate::pattern;
use crate::reader::text;

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    GitHub,
    Stripe,
    Slack,
    Shopify,
    StandardWebhooks,
    Custom,
}

/// As the policy writes them.
pub(crate) const PROFILES: [(&str, Profile); 6] = [
    ("github", Profile::GitHub),
    ("stripe", Profile::Stripe),
    ("slack", Profile::Slack),
    ("shopify", Profile::Shopify),
    ("standard-webhooks", Profile::StandardWebhooks),
    ("custom", Profile::Custom),
];

/// The format of a sender; None for one that the policy describes.
pub(crate) fn of(profile: Profile) -> Option<WebhookFormat> {
    use WebhookPart::{Body, Field, Text, Time};
    let text = |text: &str| Text(text.to_owned());
    let format = |field: &str, prefix: &str, encoding, covered| WebhookFormat {
        field: field.to_owned(),
        separator: String::new(),
        prefix: prefix.to_owned(),
        encoding,
        is_sha1: false,
        has_base64_key: false,
        time: None,
        covered,
    };
    Some(match profile {
        Profile::GitHub => format("x-hub-signature-256", "sha256=", WebhookEncoding::Hex, vec![Body]),
        Profile::Shopify => format("x-shopify-hmac-sha256", "", WebhookEncoding::Base64, vec![Body]),
        Profile::Slack => WebhookFormat {
            time: Some(WebhookTime::Field("x-slack-request-timestamp".to_owned())),
            ..format("x-slack-signature", "v0=", WebhookEncoding::Hex, vec![text("v0:"), Time, text(":"), Body])
        },
        Profile::Stripe => WebhookFormat {
            separator: ",".to_owned(),
            time: Some(WebhookTime::Listed("t=".to_owned())),
            ..format("stripe-signature", "v1=", WebhookEncoding::Hex, vec![Time, text("."), Body])
        },
        Profile::StandardWebhooks => WebhookFormat {
            separator: " ".to_owned(),
            has_base64_key: true,
            time: Some(WebhookTime::Field("webhook-timestamp".to_owned())),
            ..format(
                "webhook-signature",
                "v1,",
                WebhookEncoding::Base64,
                vec![Field("webhook-id".to_owned()), text("."), Time, text("."), Body],
            )
        },
        Profile::Custom => return None,
    })
}

/// Reads `{timestamp}.{body}`.
///
/// # Errors
/// The reason.
pub(crate) fn template(text: &str) -> Result<Vec<WebhookPart>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            return Err(format!("`{text}`: a `{{` is not closed"));
        };
        if !before.is_empty() {
            parts.push(WebhookPart::Text(before.to_owned()));
        }
        parts.push(match name {
            "body" => WebhookPart::Body,
            "timestamp" => WebhookPart::Time,
            name if pattern::is_name(name) => {
                field(name)?;
                WebhookPart::Field(name.to_ascii_lowercase())
            }
            other => return Err(format!("`{{{other}}}` is neither `{{body}}`, `{{timestamp}}` nor a header field")),
        });
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(WebhookPart::Text(rest.to_owned()));
    }
    let bodies = parts.iter().filter(|part| **part == WebhookPart::Body).count();
    let is_text = |part: &WebhookPart| matches!(part, WebhookPart::Text(_));
    let runs = parts.windows(2).any(|two| !two.iter().any(is_text));
    let is_open = parts.iter().any(|part| matches!(part, WebhookPart::Text(text) if text.contains('}')));
    match (bodies, runs, is_open) {
        (1, false, false) => Ok(parts),
        (1, true, _) => Err(format!("`{text}`: two values without anything between them can be divided in two ways")),
        (1, _, true) => Err(format!("`{text}`: a `}}` closes nothing")),
        _ => Err(format!("`{text}` must hold `{{body}}` once: what is not signed could be anybody's")),
    }
}

/// A header field that a sender writes, and that nothing else here reads or cuts.
///
/// # Errors
/// The reason.
pub(crate) fn field(text: &str) -> Result<(), String> {
    text::header_name(text)?;
    let plain = text.to_ascii_lowercase();
    match plain == "authorization" || plain == "cookie" || plain.starts_with("edgegate-") || plain.starts_with("cf-") {
        true => Err(format!("`{text}` is not a sender's to write: the gateway, the platform or a browser does")),
        false => Ok(()),
    }
}

/// What stands before a signature.
///
/// # Errors
/// The reason.
pub(crate) fn prefix(text: &str) -> Result<(), String> {
    match (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(String::from("is not possible here: 1 to 32 visible ASCII characters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        let read = template("v0:{timestamp}:{X-Event}.{body}!").unwrap();
        let text = |text: &str| WebhookPart::Text(text.to_owned());
        let field = WebhookPart::Field("x-event".to_owned());
        let expected = [text("v0:"), WebhookPart::Time, text(":"), field, text("."), WebhookPart::Body, text("!")];
        assert_eq!(read, expected);
        for text in [
            "",
            "body",
            "{body",
            "{body}{body}",
            "{timestamp}",
            "{timestamp}{body}",
            "{a b}.{body}",
            "{}.{body}",
            "a}{body}",
            "{body}}",
        ] {
            assert!(template(text).is_err(), "{text}");
        }
    }
}
