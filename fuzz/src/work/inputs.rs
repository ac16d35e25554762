//! Inputs that a reader gets by itself: pages, documents, keys, policies, and what origins answer.

use std::cell::RefCell;

use edgegate_core::http::multipart::{Form, boundary};
use edgegate_core::http::{Target, accept, cookie};
use edgegate_core::policy::{Policy, TagPlaces, advise};
use edgegate_core::redirect::document::{Document, Path};
use edgegate_core::tags::{Expander, Expansion, Vocabulary};
use edgegate_core::testing::{Memory, World};

use edgegate_fuzz::support::{NOW, POLICY, Request, Site, secrets, oauth, policy};

/// What is prepared for a size; running it gives a word that says how it ended.
pub type Work = Box<dyn FnOnce() -> String>;

/// One kind of input in one alphabet.
pub struct Case {
    pub kind: &'static str,
    pub alphabet: String,
    /// The most bytes of it, by default.
    pub limit: usize,
    /// Below so many it is not what it is called.
    pub least: usize,
    /// Whoever likes can send it, and it costs the gate before anything is known of the sender.
    pub is_anonymous: bool,
    pub prepare: Box<dyn Fn(usize) -> Work>,
}

pub fn case(kind: &'static str, alphabet: &str, limit: usize, prepare: impl Fn(usize) -> Work + 'static) -> Case {
    Case { kind, alphabet: alphabet.to_owned(), limit, least: 64, is_anonymous: false, prepare: Box::new(prepare) }
}

impl Case {
    pub fn from(mut self, least: usize) -> Self {
        self.least = least;
        self
    }
}

/// The unit over and over, so many bytes at most; whole units alone.
pub fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len().max(1))
}

pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(pages());
    cases.extend(documents());
    cases.extend(keys());
    cases.extend(policies());
    cases.extend(parts());
    cases.extend(texts());
    cases
}

struct Words;

impl Vocabulary for Words {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        (tag.len() < 3).then(|| Expansion::Plain("x".to_owned()))
    }

    fn is_address(&self, tag: &str) -> bool {
        tag.len() > 2
    }

    fn element_prefix(&self) -> &str {
        "convio:"
    }

    fn element(&mut self, name: &str, _: &[(&str, &str)]) -> Option<Expansion> {
        Some(Expansion::Plain(name.to_owned()))
    }

    fn trusts(&self, _: &str, authority: &str) -> bool {
        authority == "gate.example"
    }
}

fn pages() -> Vec<Case> {
    let long = "x".repeat(2000);
    let before = |text: &str, unit: &str| (text.to_owned(), unit.to_owned());
    let units = [
        before("", "<p class=\"a\">Hello, [[S86]]</p>\n"),
        before("", "[[]]"),
        before("", "[["),
        before("", "[[a"),
        before("", "["),
        before("", "<"),
        before("", "<a"),
        before("", "<a "),
        before("", "</"),
        before("", "<!"),
        before("", "<!--"),
        before("", "<!--[["),
        before("<!--", "--!"),
        before("<!--", "-["),
        before("<script>", "<!--<script"),
        before("<script>", "[["),
        before("<title>", "</titl"),
        before("<style>", "[[a]]"),
        before("<svg>", "<![CDATA[x]]>"),
        before("", "<svg>"),
        before("", "<x>"),
        before("", "<b>"),
        before("", "<form></form>"),
        before("", "<select>"),
        before("", "<noscript>a</noscript>"),
        before("<noscript>", "</noscrip"),
        before("", "<a></a>"),
        before(&repeated("<x>", 8000), "<a></a>"),
        before(&repeated("<li>", 8000), "<button></button><nobr></nobr>"),
        before("", "<convio:session name=\"86\"/>"),
        before("<i title=\"", "[[]]"),
        before("<i title=\"", "[[a:"),
        before("<i title=", "[[]]"),
        before("<a href=\"", "[[]]"),
        before("<a href=\"/?", "[[]]"),
        before("<a href=\"https://gate.example/", "[[]]"),
        before(&format!("<a href=\"[[{long}]]"), "[[]]"),
        before("<i ", "a=\"[[]]\" "),
        before("<i ", "a "),
        before("", &format!("<i title=\"{}\">", "[[]]".repeat(4000))),
        before("", &format!("<a href=\"/?{}\">", "[[]]".repeat(4000))),
        before("", &format!("<input form=x {}>", "a=b ".repeat(4000))),
    ];
    let mut cases = Vec::new();
    for (start, unit) in units {
        for (size, limit) in [(usize::MAX, 1 << 20), (4096, 1 << 20), (1, 1 << 16)] {
            let (start, unit) = (start.clone(), unit.clone());
            let shown: String = format!("{start}{unit}").chars().take(40).collect();
            let name = if size == usize::MAX { shown } else { format!("{shown} in pieces of {size}") };
            let least = 2 * unit.len();
            let page = case("page", &name, limit, move |bytes| {
                let page = format!("{start}{}", repeated(&unit, bytes));
                let mut out = vec![1; page.len() * 2];
                out.clear();
                Box::new(move || {
                    let places = TagPlaces { script: true, style: true, comment: true };
                    let mut expander = Expander::new(Words, places);
                    page.as_bytes().chunks(size).for_each(|chunk| expander.push(chunk, &mut out));
                    expander.finish(&mut out);
                    if out.len() == page.len() { "as it was".to_owned() } else { "expanded".to_owned() }
                })
            });
            cases.push(page.from(least));
        }
    }
    cases
}

fn documents() -> Vec<Case> {
    let forms = [
        ("<r>", "<a>1</a>", "</r>"),
        ("<r>", "<a><a/></a>", "</r>"),
        ("<r ", "a='1' ", "/>"),
        ("<r>", "&amp;", "</r>"),
        ("<r>", "&#120;", "</r>"),
        ("<r>", "<!---->x", "</r>"),
        ("<r>", "<![CDATA[x]]>", "</r>"),
        ("<r>", "x", "</r>"),
        ("", "<a>", ""),
        ("", "<?x?>", "<r/>"),
        ("{\"r\":[", "1,", "1]}"),
        ("{\"r\":[", "{\"a\":[1]},", "1]}"),
        ("{\"r\":{", "\"a\":1,", "\"b\":1}}"),
        ("{\"r\":\"", "\\u0041", "\"}"),
        ("{\"r\":", "[", ""),
        ("{\"r\":", "{\"a\":", ""),
    ];
    let paths = ["/r/a", "//a//a//a//a//a//a//a//a", "//*[1]//*[2]//text()", "//.//.//.//.//@a"];
    let mut cases = Vec::new();
    for (start, unit, end) in forms {
        let name = format!("{start}{unit}{end}");
        cases.push(case("document", &name, 1 << 20, move |bytes| {
            let text = format!("{start}{}{end}", repeated(unit, bytes));
            let paths: Vec<Path> = paths.iter().filter_map(|path| Path::parse(path)).collect();
            Box::new(move || {
                let Some(document) = Document::read(&text) else { return "none".to_owned() };
                let document = document.without(|name| name == "secret");
                let found = paths.iter().filter_map(|path| document.text(path)).count();
                format!("{found} found")
            })
        }));
    }
    cases
}

fn keys() -> Vec<Case> {
    let units = [
        "{\"kid\":\"x\"},",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"},",
        "{\"key_ops\":[\"a\",\"b\"]},",
        "[],",
        "1,",
    ];
    let mut cases: Vec<Case> = units.iter().map(|unit| jwks(unit, "{\"keys\":[", "1]}")).collect();
    cases.push(jwks("\"a\":1,", "{", "\"keys\":[]}"));
    cases.push(jwks("A", "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"issuer\",\"e\":\"AQAB\",\"n\":\"", "\"}]}"));
    cases.push(jwks("\"verify\",", "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"issuer\",\"key_ops\":[", "1]}]}"));
    cases
}

fn jwks(unit: &'static str, start: &'static str, end: &'static str) -> Case {
    case("JWKS", &format!("{start}{unit}{end}"), 1 << 18, move |bytes| {
        let site = Site::alone();
        let document = format!("{start}{}{end}", repeated(unit, bytes));
        site.ports.documents.borrow_mut().insert("/keys".to_owned(), (200, document));
        let request = Request::get("/partner/").bearer(&oauth::jwt(NOW, ""));
        Box::new(move || site.ask(&request).refused.map_or("ok", |reason| reason.code()).to_owned())
    })
}

fn policies() -> Vec<Case> {
    type Write = fn(usize) -> String;
    let start = POLICY.split_once("[[routes]]").map_or("", |(start, _)| start).to_owned();
    let units: [(&'static str, Write); 11] = [
        ("routes", |at| {
            format!(
                "[[routes]]\nname = \"r{at}\"\npath = \"/r{at}/*\"\naccept = [\"none\"]\nforward = {{ origin = \"site\" }}\n"
            )
        }),
        ("routes of one name", |_| {
            "[[routes]]\nname = \"r\"\npath = \"/r/*\"\naccept = [\"none\"]\nforward = { origin = \"site\" }\n"
                .to_owned()
        }),
        ("routes to no origin", |at| {
            format!(
                "[[routes]]\nname = \"r{at}\"\npath = \"/r{at}/*\"\naccept = [\"none\"]\nforward = {{ origin = \"o{at}\" }}\n"
            )
        }),
        ("origins", |at| format!("[origins.o{at}]\nurl = \"https://o{at}.example\"\n")),
        ("keys", |at| format!("[keys.k{at}]\nsecret = \"K{at}\"\nuse = \"link\"\n")),
        ("keys of one secret", |at| format!("[keys.k{at}]\nsecret = \"K\"\nuse = \"link\"\n")),
        ("unknown keys", |at| format!("unknown_{at} = 1\n")),
        ("unknown tables", |at| format!("[table_{at}]\n")),
        ("links of no keys", |at| format!("[links.l{at}]\nkeys = [\"no{at}\"]\n")),
        ("scopes", |at| format!("[oauth.scopes.s{at}]\n")),
        ("nonsense", |_| "x".to_owned()),
    ];
    let mut cases = Vec::new();
    for (name, write) in units {
        let start = start.clone();
        cases.push(case("policy", name, 1 << 18, move |bytes| {
            let mut text = start.clone();
            let mut at = 0;
            while text.len() < start.len() + bytes {
                text.push_str(&write(at));
                at += 1;
            }
            if name != "nonsense" && !name.starts_with("routes") {
                text.push_str(
                    "\n[[routes]]\nname = \"r\"\npath = \"/*\"\naccept = [\"none\"]\nforward = { origin = \"site\" }\n",
                );
            }
            Box::new(move || match Policy::read(&text) {
                Ok(policy) => format!("{} routes", policy.routes.len().min(1)),
                Err(problems) => format!("{} problems", problems.len().min(1)),
            })
        }));
    }
    let read = policy(POLICY);
    cases.push(case("policy", "advice", 64, move |_| {
        let read = read.clone();
        Box::new(move || advise(&read, "2026-11-29").told.len().to_string())
    }));
    cases
}

/// Multipart, in pieces as a network delivers them.
fn parts() -> Vec<Case> {
    let part = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n";
    let file = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n";
    let forms = [
        ("", format!("{part}x\r\n")),
        (part, "x".to_owned()),
        (part, "\r".to_owned()),
        (part, "\r\n-".to_owned()),
        (part, "-".to_owned()),
        (file, "x".to_owned()),
        (file, "\r\n-".to_owned()),
        (file, format!("\r\n{file}")),
        ("--b\r\nContent-Disposition: form-data; name=\"x\"\r\nX: ", "x".to_owned()),
        ("--b\r\n", "X: y\r\n".to_owned()),
        ("--b\r\nContent-Disposition: form-data; name=\"x\"", "; a=b".to_owned()),
        ("", "-".to_owned()),
    ];
    let mut cases = Vec::new();
    for (start, unit) in forms {
        for (size, limit) in [(4096, 1 << 16), (1, 1 << 14)] {
            let unit = unit.clone();
            let shown: String =
                format!("{start:?}{unit:?}").chars().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect();
            cases.push(case("multipart", &format!("{shown} in pieces of {size}"), limit, move |bytes| {
                let body = format!("{start}{}\r\n--b--\r\n", repeated(&unit, bytes));
                Box::new(move || {
                    let mut form = Form::new("b", |name: &str| name == "key");
                    for chunk in body.as_bytes().chunks(size) {
                        if let Err(malformed) = form.push(chunk) {
                            return format!("{malformed:?}");
                        }
                        form.take_forwarded();
                    }
                    format!("{:?}", form.finish())
                })
            }));
        }
    }
    // A boundary whose beginning stands everywhere.
    for unit in ["a", "-a", "\r\n--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"] {
        let delimiter = "a".repeat(70);
        cases.push(case("multipart", &format!("a long boundary and {unit:?}"), 1 << 16, move |bytes| {
            let delimiter = delimiter.clone();
            let body =
                format!("--{delimiter}\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n{}", repeated(unit, bytes));
            Box::new(move || {
                let mut form = Form::new(&delimiter, |_: &str| false);
                format!("{:?}", form.push(body.as_bytes()))
            })
        }));
    }
    cases.push(case("multipart", "boundary parameters", 32_768, |bytes| {
        let text = format!("multipart/form-data{}", repeated("; a=b", bytes));
        Box::new(move || format!("{:?}", boundary(&text)))
    }));
    cases
}

/// Small readers, beyond what a request can hold.
fn texts() -> Vec<Case> {
    let mut cases = Vec::new();
    for unit in ["text/html;q=0.5,", ",", ";", "q=", " ", "text/html;;;;"] {
        cases.push(case("header", &format!("accept: {unit}"), 1 << 17, move |bytes| {
            let text = repeated(unit, bytes);
            Box::new(move || accept::prefers_html(Some(&text)).to_string())
        }));
    }
    for unit in ["a=1; ", ";", ",", "=", "s=1, "] {
        cases.push(case("cookie", &format!("one by one: {unit}"), 1 << 17, move |bytes| {
            let text = repeated(unit, bytes);
            Box::new(move || {
                let hidden = cookie::hides(&text, |name| name == "s");
                let kept = cookie::cut(&text, |name, _| name == "s").map_or(0, |kept| kept.len().min(1));
                format!("{hidden} {kept} {}", cookie::all(&text, "s").count().min(1))
            })
        }));
    }
    for unit in ["/a", "%20", "a", ";x", "?", "%E2%82%AC", "/;"] {
        cases.push(case("URL", &format!("as long as may be: {unit}"), 16_384, move |bytes| {
            let url = format!("https://gate.example/x{}", repeated(unit, bytes));
            Box::new(move || {
                Target::read(&url, 1 << 20).map_or_else(|reason| reason.code().to_owned(), |_| "ok".to_owned())
            })
        }));
    }
    let gate = RefCell::new(None);
    cases.push(case("explained", "a signed link", 8000, move |bytes| {
        let read = gate
            .borrow_mut()
            .get_or_insert_with(|| std::rc::Rc::new((policy(POLICY), secrets(&policy(POLICY)))))
            .clone();
        let url = format!(
            "https://gate.example.org/files/?{}eg_kid=demo&eg_exp=1800000060&eg_sig=x",
            repeated("a=%41&", bytes)
        );
        Box::new(move || {
            let mut open = (*read).0.clone();
            open.limits.url = 16_384;
            edgegate_core::explain::Explainer::new(&open, &read.1, NOW).explain("GET", &url).verdict
        })
    }));
    let _ = Memory::new(&World::at(NOW));
    cases
}
