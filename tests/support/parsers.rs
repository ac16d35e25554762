//! The inputs of `fixtures/parsers.json` through every reader of text, and what each said. The native tests and the wasm
//! tests run the same code over the same bytes, so whatever a 32-bit word would change is seen.

use edgegate_core::credential::issuer::jws;
use edgegate_core::digest::{from_base64url, from_hex, hex, sha256};
use edgegate_core::explain::Explainer;
use edgegate_core::forward::headers;
use edgegate_core::http::multipart::{Form, boundary};
use edgegate_core::http::{Fields, Headers, Target, accept, cookie, fetch_metadata, query};
use edgegate_core::http::{authorization, basic};
use edgegate_core::policy::{
    FieldPattern, HostPattern, Network, OriginPattern, PathPattern, Policy, TagPlaces, authority, duration,
};
use edgegate_core::redirect;
use edgegate_core::redirect::document::{Document, Path};
use edgegate_core::redirect::template::Template;
use edgegate_core::sealed::encoding::Encoding;
use edgegate_core::secret::Secret;
use edgegate_core::secrets::Secrets;
use edgegate_core::tags::{Expander, Expansion, Vocabulary};

/// The file: an array of `{"input" or "hex", "said"}`; `said` is a digest.
pub const INPUTS: &str = include_str!("../../fixtures/parsers.json");
const POLICY: &str = include_str!("../../fixtures/gate.toml");
const NOW: u64 = 1_800_000_000;

/// Inputs whose digest is not the one of the file, with both.
pub fn differences() -> Vec<String> {
    let inputs: serde_json::Value = serde_json::from_str(INPUTS).expect("the file is JSON");
    let readers = Readers::new();
    let mut differences = Vec::new();
    for input in inputs.as_array().expect("an array") {
        let bytes = match input["hex"].as_str() {
            Some(digits) => from_hex(digits.as_bytes()).expect("hex"),
            None => input["input"].as_str().expect("a text").as_bytes().to_vec(),
        };
        let said = readers.said(&bytes);
        if input["said"].as_str() != Some(said.as_str()) {
            differences.push(format!("{input}: {said}"));
        }
    }
    differences
}

/// What the readers need beside the input.
pub struct Readers {
    policy: Policy,
    secrets: Secrets,
}

impl Readers {
    pub fn new() -> Self {
        let policy = Policy::read(POLICY).expect("the policy is valid");
        let secrets =
            Secrets::new(&policy, "", |name| Some(Secret::new(format!("{name}-0123456789abcdef0123456789abcdef"))));
        Self { policy, secrets }
    }

    /// A digest of what every reader says of these bytes.
    pub fn said(&self, bytes: &[u8]) -> String {
        let mut said = of_bytes(bytes);
        if let Ok(text) = core::str::from_utf8(bytes) {
            said.push_str(&of_text(text));
            said.push_str(&of_policy(text));
            for url in [text.to_owned(), format!("https://gate.example.org/files/{text}")] {
                said.push_str(&Explainer::new(&self.policy, &self.secrets, NOW).explain("GET", &url).verdict);
            }
        }
        hex(&sha256(&[said.as_bytes()])).chars().take(16).collect()
    }
}

fn of_bytes(bytes: &[u8]) -> String {
    let mut form = Form::new("b", |name: &str| name == "key");
    let pushed = form.push(bytes).and_then(|()| form.finish());
    let mut page = Vec::new();
    let mut expander = Expander::new(Words, TagPlaces { script: true, style: true, comment: true });
    bytes.chunks(7).for_each(|chunk| expander.push(chunk, &mut page));
    expander.finish(&mut page);
    let forwarded = form.take_forwarded();
    let codes = (from_base64url(bytes), from_hex(bytes));
    format!("{pushed:?} {:?} {forwarded:?} {page:?} {codes:?}", form.fields())
}

fn of_text(text: &str) -> String {
    let whole = format!("https://gate.example{text}");
    let spellings = [Encoding::Servlet, Encoding::UpperHex, Encoding::Dotted, Encoding::Ticket];
    let fields = Fields::read(text);
    let own =
        |name: &str| (query::sole(text, name), fields.sole(name), fields.first(name), query::folds_onto(text, name));
    let found = Headers::new(vec![("authorization", text), ("origin", text), ("sec-fetch-site", text)]);
    let target = HostPattern::parse("p.example").ok().map(|host| [host]);
    let hosts = target.as_ref().map(|hosts| hosts.as_slice()).unwrap_or_default();
    let document = Document::read(text).map(|document| document.without(|name| name.starts_with('s')));
    let paths = ["/r/a", "//a[2]", "//*/@id", "//text()", "//."].map(Path::parse);
    let told: Vec<_> = paths
        .iter()
        .flatten()
        .map(|path| document.as_ref().map(|document| (document.text(path), document.plain_text(path))))
        .collect();
    [
        format!("{:?} {:?}", Target::read(text, 8192), Target::read(&whole, 8192)),
        format!("{:?} {:?}", ["ts", "a", "eg_sig"].map(own), query::cut(text, |param| param.name == "a")),
        format!("{:?} {:?} {:?}", query::decode(text), query::fold(text), query::encode_component(text)),
        format!(
            "{:?} {} {:?}",
            cookie::sole(text, "a"),
            cookie::hides(text, |name| name == "a"),
            cookie::cut(text, |name, _| name == "a")
        ),
        format!(
            "{:?} {} {}",
            boundary(text),
            accept::prefers_html(Some(text)),
            fetch_metadata::is_own_form(&found, text)
        ),
        format!(
            "{:?} {} {}",
            authorization::read(&found),
            authorization::is_of_connection(text),
            authorization::is_b64token(text)
        ),
        format!("{:?} {:?}", basic::read(text).map(|pair| pair.id), basic::read_login(text).map(|login| login.name)),
        format!("{:?}", jws::read(text).map(|jws| (jws.header.clone(), jws.claims()))),
        format!("{:?}", spellings.map(|spelling| spelling.read(text))),
        format!("{told:?} {:?}", Path::parse(text)),
        format!(
            "{:?} {:?}",
            Template::parse(text, "gate.example", hosts),
            redirect::check(text, "gate.example", hosts)
        ),
        format!("{} {} {}", headers::is_reserved(text), headers::fold(text), headers::is_harmless_connection(text)),
    ]
    .join("\n")
}

/// Decisions, not their words.
fn of_policy(text: &str) -> String {
    let policy = match Policy::read(text) {
        Ok(policy) => policy.routes.iter().map(|route| route.name.clone()).collect::<Vec<_>>().join(" "),
        Err(problems) => problems.iter().map(|problem| problem.line.to_string()).collect::<Vec<_>>().join(" "),
    };
    let read = [
        HostPattern::parse(text).is_ok(),
        PathPattern::parse(text).is_ok(),
        OriginPattern::parse(text).is_ok(),
        FieldPattern::parse(text).is_ok(),
    ];
    format!("{policy} {read:?} {:?} {:?} {:?}", Network::parse(text).ok(), duration(text).ok(), authority(text).ok())
}

struct Words;

impl Vocabulary for Words {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        tag.strip_prefix("S86").map(|rest| Expansion::Plain(format!("token{rest}")))
    }

    fn trusts(&self, _: &str, authority: &str) -> bool {
        authority.starts_with('g')
    }
}
