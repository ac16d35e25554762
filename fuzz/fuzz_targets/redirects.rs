//! Whatever the target and the document, a redirect leads to a listed host, and no value leaves its place.
use arbitrary::Arbitrary;
use edgegate_core::redirect::document::Document;
use edgegate_core::policy::HostPattern;
use edgegate_core::redirect::host;
use edgegate_core::redirect::template::{Part, Template};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    target: &'a str,
    document: &'a str,
    field: &'a [u8],
}

target!(|input: Input<'_>| {
    let Ok(listed) = HostPattern::parse("p.example") else { return };
    let Ok(template) = Template::parse(input.target, "gate.example", &[listed]) else { return };
    let document = Document::read(input.document).map(|document| document.without(|name| name.starts_with('s')));
    let fill = |is_filled: bool| {
        template.query(|_, part| match part {
            _ if !is_filled => None,
            Part::Path(path) => document.as_ref()?.text(path).map(String::into_bytes),
            _ => Some(input.field.to_vec()),
        })
    };
    let (filled, empty) = (fill(true), fill(false));
    let shape = |query: &str| query.bytes().filter(|b| matches!(b, b'&' | b';' | b'=' | b'#' | b'?')).collect::<Vec<_>>();
    assert_eq!(shape(&filled), shape(&empty));
    let address = template.address(&filled);
    assert!(address.bytes().all(|b| b.is_ascii_graphic()), "{address}");
    let home = url::Url::parse("https://gate.example").expect("an address");
    let parsed = home.join(&address).unwrap_or_else(|_| panic!("no address: {address}"));
    assert!(matches!(parsed.host_str(), Some("gate.example" | "p.example")), "{address}");
    assert_eq!((parsed.username(), parsed.password()), ("", None), "{address}");
    // With its port, which a browser leaves out where it is the scheme's own.
    let said = host(&address).map(|host| host.split(':').next().unwrap_or(host));
    assert_eq!(said.or(Some("gate.example")), parsed.host_str(), "{address}");
});
