//! Webhooks: a sender's MAC over a body and what goes with it, by a secret that both know.
//!
//! Every format is one: signatures in a header field, one or a list, each behind a prefix; over a text that is put together
//! of fixed pieces, header fields, the time of sending and the raw body. The method and the address are in none of them.

use subtle::ConstantTimeEq;

use crate::digest::{from_hex, from_standard_base64, hmac_sha1, hmac_sha256};
use crate::http::Headers;
use crate::policy::{Webhook, WebhookEncoding, WebhookFormat, WebhookPart, WebhookTime};
use crate::refusal::Reason;
use crate::secret::Secret;
use crate::secrets::{SHORTEST, Usable};
use crate::signed::link::read_seconds;

/// What a request says of its signature, before its body was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// The time of sending as it is written, and in Unix seconds.
    time: Option<(&'a str, u64)>,
    /// The values of the header fields that are covered, in the order of the format.
    fields: Vec<&'a str>,
    /// What the body may be signed with. Never empty.
    signatures: Vec<Vec<u8>>,
}

/// A delivery that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The MAC as it was computed here.
    pub mac: Vec<u8>,
    /// Unix seconds after which it is refused, where it says when it was sent.
    pub until: Option<u64>,
}

impl<'a> Delivery<'a> {
    /// Reads the header fields. None: there is no signature.
    ///
    /// # Errors
    /// `WebhookMalformed`.
    pub fn read(format: &WebhookFormat, headers: &Headers<'a>) -> Result<Option<Self>, Reason> {
        let Some(value) = headers.get(&format.field) else { return Ok(None) };
        let listed: Vec<&str> = match format.separator.as_str() {
            "" => vec![value],
            separator => value.split(separator).map(str::trim).collect(),
        };
        let of_prefix = |prefix: &str| listed.iter().filter_map(|one| one.strip_prefix(prefix)).collect::<Vec<_>>();
        let time = match &format.time {
            None => None,
            Some(WebhookTime::Field(name)) => Some(headers.get(name).ok_or(Reason::WebhookMalformed)?),
            Some(WebhookTime::Listed(prefix)) => match of_prefix(prefix).as_slice() {
                [time] => Some(*time),
                _ => return Err(Reason::WebhookMalformed),
            },
        };
        let time = time.map(|text| Ok((text, read_seconds(text).ok_or(Reason::WebhookMalformed)?))).transpose()?;
        let mut fields = Vec::new();
        for (at, part) in format.covered.iter().enumerate() {
            let WebhookPart::Field(name) = part else { continue };
            let beside = [at.checked_sub(1), Some(at + 1)].map(|at| format.covered.get(at?));
            let value = headers.get(name).filter(|value| is_plain(value, beside));
            fields.push(value.ok_or(Reason::WebhookMalformed)?);
        }
        let mut signatures = Vec::new();
        for text in of_prefix(&format.prefix).into_iter().take(MOST) {
            let bytes = match format.encoding {
                WebhookEncoding::Hex => from_hex(text.as_bytes()),
                WebhookEncoding::Base64 => from_standard_base64(text.as_bytes()),
            };
            signatures.push(bytes.ok_or(Reason::WebhookMalformed)?);
        }
        match signatures.is_empty() {
            true => Err(Reason::WebhookMalformed),
            false => Ok(Some(Self { time, fields, signatures })),
        }
    }

    /// Whether it was sent within the tolerance, if it says when.
    ///
    /// # Errors
    /// `WebhookExpired`.
    pub fn check_time(&self, profile: &Webhook, now: u64) -> Result<(), Reason> {
        match self.time {
            Some((_, sent)) if sent.abs_diff(now) > profile.tolerance => Err(Reason::WebhookExpired),
            _ => Ok(()),
        }
    }

    /// Verifies it over the body.
    ///
    /// # Errors
    /// `WebhookSignatureMismatch`; `SecretMissing` if no secret that is set made it and one is not set, or is no base64 of
    /// 16 bytes or more where the format wants that.
    pub fn verify(&self, profile: &Webhook, secrets: Usable<'_>, body: &[u8]) -> Result<Verified, Reason> {
        let parts = self.parts(&profile.format, body);
        let mut otherwise = Reason::WebhookSignatureMismatch;
        for name in &profile.secrets {
            let Some(mac) = secrets.secret(name).ok().and_then(|secret| mac(&profile.format, secret, &parts)) else {
                otherwise = Reason::SecretMissing;
                continue;
            };
            // Every signature is compared, so that the time taken does not tell which one holds.
            let holds = self.signatures.iter().fold(0, |holds, one| holds | mac.as_slice().ct_eq(one).unwrap_u8());
            if holds == 1 {
                let until = self.time.map(|(_, sent)| sent.saturating_add(profile.tolerance).saturating_add(1));
                return Ok(Verified { mac, until });
            }
        }
        Err(otherwise)
    }

    fn parts<'p>(&'p self, format: &'p WebhookFormat, body: &'p [u8]) -> Vec<&'p [u8]> {
        let mut fields = self.fields.iter();
        let part = |part: &'p WebhookPart| match part {
            WebhookPart::Text(text) => text.as_bytes(),
            WebhookPart::Field(_) => fields.next().map_or(&[][..], |value| value.as_bytes()),
            WebhookPart::Time => self.time.map_or(&[][..], |(text, _)| text.as_bytes()),
            WebhookPart::Body => body,
        };
        format.covered.iter().map(part).collect()
    }
}

fn mac(format: &WebhookFormat, secret: &Secret, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let decoded;
    let key = match format.has_base64_key {
        true => {
            let text = secret.expose().trim_ascii();
            let bytes = from_standard_base64(text.strip_prefix(BASE64_KEY).unwrap_or(text))?;
            // What was cut off, or stands in for a value, is no key: anybody could sign with it.
            decoded = Secret::new(Some(bytes).filter(|bytes| bytes.len() >= SHORTEST)?);
            &decoded
        }
        false => secret,
    };
    Some(match format.is_sha1 {
        true => hmac_sha1(key, parts).to_vec(),
        false => hmac_sha256(key, parts).to_vec(),
    })
}

/// Whether a value can be divided from the pieces before and behind it in one way alone: ids are short, and one that held what
/// stands beside it would move the border, so that another body had the same signature.
fn is_plain(value: &str, [before, behind]: [Option<&WebhookPart>; 2]) -> bool {
    let edge = |part: Option<&WebhookPart>, is_first: bool| match part {
        Some(WebhookPart::Text(text)) if is_first => text.chars().next(),
        Some(WebhookPart::Text(text)) => text.chars().next_back(),
        _ => None,
    };
    let borders = [edge(before, false), edge(behind, true)];
    (1..=256).contains(&value.len()) && value.chars().all(|c| c.is_ascii_graphic() && !borders.contains(&Some(c)))
}

/// How a secret of Standard Webhooks begins.
const BASE64_KEY: &[u8] = b"whsec_";
/// Signatures that are looked at; senders list one for each of their keys.
const MOST: usize = 8;
