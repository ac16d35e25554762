//! What becomes of what the bucket says: a status and header fields, or the reason why there is none.

use super::asked::{Act, Asked};
use super::condition::{self, Verdict};
use super::kind::is_passive;
use super::told::Told;
use crate::refusal::Reason;

/// The answer about an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Fields to set, beside those that were stored with the object.
    pub fields: Vec<(&'static str, String)>,
    /// What of the object goes out.
    pub shows: Shows,
    /// Of the fields that were stored with it, those that speak of a body that is not sent.
    pub cut: &'static [&'static str],
}

/// What of an object goes out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shows {
    /// Only that there is an object.
    #[default]
    Nothing,
    /// The header fields that were stored with it.
    Fields,
    /// Its body too.
    Body,
}

impl Asked {
    /// Decides on the answer.
    ///
    /// # Errors
    /// `ObjectMissing`; `BucketUnavailable` if the bucket does not answer what it was asked.
    pub fn answer(&self, told: &Told<'_>) -> Result<Answered, Reason> {
        let is_change = matches!(self.act, Act::Write | Act::Delete);
        match (told.what, is_change) {
            ("", false) => Err(Reason::ObjectMissing),
            ("document", false) => self.sent(404, told),
            ("object", false) => match condition::judge(&self.conditions, told) {
                Verdict::Failed => Ok(bare(412)),
                Verdict::NotModified => {
                    Ok(Answered { status: 304, fields: vec![tag(told)], shows: Shows::Fields, cut: &OF_CONTENT })
                }
                Verdict::Holds => self.part(told),
            },
            ("failed", true) => Ok(bare(412)),
            ("created", true) => Ok(bare(201).with(tag(told))),
            ("replaced", true) => Ok(bare(204).with(tag(told))),
            ("deleted", true) => Ok(bare(204)),
            _ => Err(Reason::BucketUnavailable),
        }
    }

    fn part(&self, told: &Told<'_>) -> Result<Answered, Reason> {
        let Some(range) = self.range.filter(|_| condition::is_of_this_version(&self.conditions, told)) else {
            return self.sent(200, told);
        };
        let size = told.size.to_string();
        match range.within(told.size) {
            None => Ok(bare(416).with(("content-range", ["bytes */", &size].concat()))),
            Some(_) if told.body == "whole" => self.sent(200, told),
            Some((first, last)) => {
                let part = ["bytes ", &first.to_string(), "-", &last.to_string(), "/", &size].concat();
                Ok(self.sent(206, told)?.with(("content-range", part)))
            }
        }
    }

    /// The object or a part of it, or the document in its place, which no cache may keep: an object of that name may come.
    fn sent(&self, status: u16, told: &Told<'_>) -> Result<Answered, Reason> {
        let is_head = self.act == Act::Describe;
        let needed = if status == 206 { "part" } else { "whole" };
        if told.body != needed && !is_head {
            return Err(Reason::BucketUnavailable);
        }
        let mut fields = vec![("x-content-type-options", "nosniff".to_owned())];
        match status {
            404 => fields.push(("cache-control", "no-store".to_owned())),
            _ => fields.extend([
                tag(told),
                ("last-modified", told.last_modified.to_owned()),
                ("accept-ranges", "bytes".to_owned()),
            ]),
        }
        if is_head {
            fields.push(("content-length", told.size.to_string()));
        }
        if self.is_filled_by_others && !is_passive(told.content_type) {
            // A page of somebody else's on this host would act as its visitor: without an origin of its own it cannot.
            fields.push(("content-security-policy", "sandbox".to_owned()));
        }
        let shows = if is_head { Shows::Fields } else { Shows::Body };
        Ok(Answered { status, fields, shows, cut: &[] })
    }
}

impl Answered {
    fn with(mut self, field: (&'static str, String)) -> Self {
        self.fields.push(field);
        self
    }
}

/// An answer without any bytes of the object.
fn bare(status: u16) -> Answered {
    let fields = vec![("cache-control", "no-store".to_owned())];
    Answered { status, fields, ..Answered::default() }
}

fn tag(told: &Told<'_>) -> (&'static str, String) {
    ("etag", ["\"", told.tag, "\""].concat())
}

/// Fields that a 304 does without (RFC 9110 section 15.4.5).
const OF_CONTENT: [&str; 4] = ["content-type", "content-disposition", "content-encoding", "content-language"];
