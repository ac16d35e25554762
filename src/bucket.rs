//! A bucket as an origin: asks it, and makes the answer of what the core decides.

use super::glue;
use super::lines::{lines_of, push_line};
use super::page::PageFilter;
use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::Forwarding;
use edgegate_core::gate::answered::{self, Said};
use edgegate_core::object::{Asked, Shows, Told};
use edgegate_core::policy::Bucket;
use edgegate_core::refusal::Reason;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response};
use worker::Env;

/// Asks for the object that the request names.
pub fn send(env: &Env, bucket: &Bucket, forwarding: &Forwarding, request: &Request) -> Result<Promise, JsValue> {
    let asked = forwarding.object.as_ref().map(|asked| asked.lines()).unwrap_or_default();
    let body = match &forwarding.body {
        Some(NewBody::Whole(bytes)) => Some(Uint8Array::from(bytes.as_slice())),
        _ => None,
    };
    glue::bucket_ask(env, &[&bucket.binding, "\n", &asked].concat(), request, body)
}

/// The answer to what was asked, edited as any origin's.
pub fn answer(
    forwarding: &Forwarding,
    asked: &Asked,
    outcome: &JsValue,
    context: &JsValue,
) -> Result<(Response, u16), Reason> {
    let failed = |_| Reason::BucketUnavailable;
    let lines = glue::bucket_told(outcome).map_err(failed)?;
    let told = Told::read(&lines).ok_or(Reason::BucketUnavailable)?;
    let decided = asked.answer(&told)?;
    let mut edits = String::with_capacity(256);
    for name in decided.cut {
        push_line(&mut edits, '-', name, None);
    }
    for (name, value) in &decided.fields {
        push_line(&mut edits, '=', name, Some(value));
    }
    let own = decided.fields.iter().find(|(name, _)| *name == "cache-control").map(|(_, value)| value.as_str());
    let said = Said { cache_control: own.unwrap_or(told.cache_control), ..Said::default() };
    edits.push_str(&lines_of(answered::edits(forwarding, said)));
    let shows = match decided.shows {
        Shows::Nothing => "nothing",
        Shows::Fields => "fields",
        Shows::Body => "body",
    };
    let response = |edits: &str| glue::bucket_answer(outcome, decided.status, shows, edits).map_err(failed);
    // What is stored packed is sent packed, and a packed page cannot be read.
    let is_page = || decided.shows == Shows::Body && answered::is_page(told.content_type, told.content_encoding);
    let response = match forwarding.tags.as_ref().filter(|_| told.content_encoding.is_empty() && is_page()) {
        None => response(&edits)?,
        Some(tags) => {
            edits.push_str(&lines_of(answered::page_edits(tags)));
            glue::filtered(&response(&edits)?, "", PageFilter::new(tags).into(), context).map_err(failed)?
        }
    };
    Ok((response, decided.status))
}
