//! Objects of a bucket: names, conditions and parts. `fixtures/objects.json` is what a client sees; the end-to-end tests ask the
//! same of R2 itself.

use edgegate_core::http::Headers;
use edgegate_core::http::query::encode_component;
use edgegate_core::object::{Asked, Range, Shows, Told};
use edgegate_core::policy::Bucket;
use edgegate_core::refusal::Reason;
use proptest::prelude::*;

use crate::support::story::Story;
use crate::support::{fixture_json, forwarding};

const TAG: &str = "5eb63bbbe01eeed093cb22bb8f5acdc3";
const DATE: &str = "Fri, 15 Jan 2027 08:00:00 GMT";
const UPLOADED: u64 = 1_800_000_000;

fn bucket() -> Bucket {
    Bucket { binding: "FILES".to_owned(), index: None, not_found: None, uploads: false }
}

/// What `bucket.js` says of an object of that size: R2's own rules for the part and the one tag that it is given.
fn told<'a>(lines: &str, size: u64) -> Told<'a> {
    let lines: Vec<&str> = lines.split('\n').collect();
    let [act, _, _, range, only, unless] = lines[..] else { panic!("{lines:?}") };
    let part = Range::read(&format!("bytes={range}"));
    let is_held_back = unless == TAG && only.is_empty();
    let body = match part {
        _ if act == "head" || is_held_back => "",
        None => "whole",
        Some(_) if !only.is_empty() && only != TAG => "whole",
        // R2 throws, and the object is described or sent whole instead.
        Some(range) if range.within(size).is_none() && only.is_empty() => "",
        Some(range) if range.within(size).is_none() => "whole",
        Some(_) => "part",
    };
    Told {
        what: "object",
        size,
        tag: TAG,
        uploaded: UPLOADED,
        last_modified: DATE,
        body,
        content_type: "text/plain",
        ..Told::default()
    }
}

#[test]
fn conditions_and_parts() {
    let cases = fixture_json("objects.json");
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 30);
    for case in cases {
        let method = case["method"].as_str().unwrap_or("GET");
        let size = if case["object"] == "empty" { 0 } else { 10 };
        let filled: Vec<(String, String)> = case["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                let value = value.as_str().unwrap().replace("{tag}", &format!("\"{TAG}\"")).replace("{date}", DATE);
                (name.clone(), value)
            })
            .collect();
        let headers = Headers::new(filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect());
        let asked = Asked::new(&bucket(), method, "/a.txt", &headers).unwrap();
        let told = told(&asked.lines(), size);
        let answer = asked.answer(&told).unwrap_or_else(|reason| panic!("{case}: {reason:?}"));
        let field = |name| answer.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(u64::from(answer.status), case["status"].as_u64().unwrap(), "{case}");
        assert_eq!(field("content-range"), case["range"].as_str(), "{case}");
        assert_eq!(answer.shows == Shows::Body, method == "GET" && matches!(answer.status, 200 | 206), "{case}");
    }
}

#[test]
fn what_the_bucket_was_not_asked_is_no_answer() {
    let none = Headers::default();
    let get = Asked::new(&bucket(), "GET", "/a", &none).unwrap();
    let whole = Told { what: "object", body: "whole", ..Told::default() };
    assert_eq!(get.answer(&whole).map(|answer| answer.status), Ok(200));
    for told in [
        Told { body: "", ..whole },
        Told { body: "part", ..whole },
        Told { what: "created", ..whole },
        Told { what: "other", ..whole },
    ] {
        assert_eq!(get.answer(&told).err(), Some(Reason::BucketUnavailable), "{told:?}");
    }
    assert_eq!(get.answer(&Told::default()).err(), Some(Reason::ObjectMissing));
    let put = Asked::new(&bucket(), "PUT", "/a", &Headers::new(vec![("content-length", "1")])).unwrap();
    for (what, status) in
        [("created", Some(201)), ("replaced", Some(204)), ("failed", Some(412)), ("object", None), ("", None)]
    {
        assert_eq!(put.answer(&Told { what, ..whole }).ok().map(|answer| answer.status), status, "{what}");
    }
    for lines in ["", "object\n1", "object\nx\nt\n0\nd\nwhole\n\n\n", "object\n1\nt\n-1\nd\nwhole\n\n\n"] {
        assert_eq!(Told::read(lines), None, "{lines:?}");
    }
}

#[test]
fn what_is_refused_is_not_asked_and_what_passes_names_one_object() {
    let story = Story::new();
    let ask = |line: &str| story.site.ask(&story.request(line));
    let handled = ask("GET /objects/a%20b/c.txt?v=1");
    let forwarding = forwarding(&handled);
    assert_eq!(forwarding.object.as_ref().unwrap().key(), "a b/c.txt");
    assert_eq!(forwarding.url, "r2://FILES/a%20b/c.txt");
    assert_eq!(ask("GET /objects/../a").refused, Some(Reason::PathAmbiguous));
    assert_eq!(ask("POST /objects/a").refused, Some(Reason::MethodNotAllowed));
}

proptest! {
    /// The name is the bytes that were checked, decoded once.
    #[test]
    fn every_name_is_reached_by_its_own_path_alone(segments in proptest::collection::vec("[a-zA-Z0-9 +&%=ä€._~-]{1,8}", 1..4)) {
        let key = segments.join("/");
        let path = segments.iter().map(encode_component).collect::<Vec<_>>().join("/");
        let asked = Asked::new(&bucket(), "GET", &format!("/{path}"), &Headers::default()).unwrap();
        prop_assert_eq!(asked.key(), key);
    }

    /// Whatever a client writes, what is sent lies within the object, and the bucket is asked in the lines that it reads.
    #[test]
    fn no_field_makes_more_of_an_object(range in "(bytes=)?[0-9,-]{0,24}|.{0,20}", tags in "[W/\"a,* -]{0,16}|.{0,12}", size in 0u64..100) {
        let (range, tags) = (range.replace('\n', ""), tags.replace('\n', ""));
        if let Some((first, last)) = Range::read(&range).and_then(|range| range.within(size)) {
            prop_assert!(first <= last && last < size);
        }
        let fields = vec![("range", &*range), ("if-none-match", &*tags), ("if-range", &*tags), ("if-match", &*tags)];
        let asked = Asked::new(&bucket(), "GET", "/a", &Headers::new(fields.clone())).unwrap();
        prop_assert_eq!(asked.lines().split('\n').count(), 6);
        prop_assert!(asked.answer(&told(&asked.lines(), size)).is_ok());
        let upload = Headers::new([fields, vec![("content-length", "1")]].concat());
        let put = Asked::new(&bucket(), "PUT", "/a", &upload);
        prop_assert!(matches!(put.err(), None | Some(Reason::UploadUnsupported)));
    }
}
