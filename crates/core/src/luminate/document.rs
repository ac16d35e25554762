//! Documents: one root, and strings or nulls in it, as XML or JSON (`protocols.md` A0).

use crate::exchange::format::ResponseFormat;
use crate::http::answer::Answer;
use crate::page::escape;
use crate::redirect::document::Document;

/// What stands in the root element.
#[derive(Debug)]
pub enum Content {
    /// A text.
    Text(String),
    /// Members in order; None is null.
    Members(Vec<(&'static str, Option<String>)>),
}

/// The answer that holds a document. Codes of a call can be suppressed; that the gateway is full or at fault cannot: there
/// are clients that ask again at once when they are answered 200.
pub fn answer(format: ResponseFormat, status: u16, root: &str, content: &Content) -> Answer {
    let can_be_suppressed = status < 500 && status != 429;
    let status = if format.suppress_response_codes && can_be_suppressed { 200 } else { status };
    match format.json {
        true => Answer::new(status, "application/json;charset=UTF-8", json(root, content)),
        false => Answer::new(status, "text/xml;charset=UTF-8", xml(root, content)),
    }
}

/// The document that it is. As XML, which alone has an order.
pub fn tree(root: &str, content: &Content) -> Option<Document> {
    Document::read(&xml(root, content))
}

fn json(root: &str, content: &Content) -> String {
    let value = match content {
        Content::Text(text) => quoted(text),
        Content::Members(members) => {
            let one = |(name, value): &(&str, Option<String>)| {
                format!("\"{name}\":{}", value.as_deref().map_or_else(|| "null".to_owned(), quoted))
            };
            format!("{{{}}}", members.iter().map(one).collect::<Vec<_>>().join(","))
        }
    };
    format!("{{\"{root}\":{value}}}")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn xml(root: &str, content: &Content) -> String {
    let inner = match content {
        Content::Text(text) => legal(text),
        Content::Members(members) => members
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!("<{name}>{}</{name}>", legal(value)),
                None => format!("<{name} xsi:nil=\"true\"/>"),
            })
            .collect(),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"{NAMESPACE} {SCHEMA}\">{inner}</{root}>"
    )
}

/// Without what XML cannot hold at all (XML 1.0 section 2.2).
fn legal(text: &str) -> String {
    escape(&text.replace(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'), " "))
}

const NAMESPACE: &str = "http://convio.com/crm/v1.0";
const SCHEMA: &str = "http://service.convio.net/xmlschema/crm.public.v1.xsd";

#[cfg(test)]
mod tests {
    use super::*;

    fn members() -> Content {
        Content::Members(vec![("cons_id", Some("1 & \"2\" <3>".to_owned())), ("token", None)])
    }

    #[test]
    fn json_is_strings_and_nulls() {
        assert_eq!(json("r", &members()), r#"{"r":{"cons_id":"1 & \"2\" <3>","token":null}}"#);
        assert_eq!(json("r", &Content::Text("a\u{1}".to_owned())), "{\"r\":\"a\\u0001\"}");
    }

    #[test]
    fn xml_has_the_namespace_and_nil() {
        let text = xml("r", &members());
        assert!(text.contains("<r xmlns=\"http://convio.com/crm/v1.0\" "), "{text}");
        assert!(
            text.contains("<cons_id>1 &amp; &quot;2&quot; &lt;3&gt;</cons_id><token xsi:nil=\"true\"/></r>"),
            "{text}"
        );
        assert!(xml("r", &Content::Text("a\u{1}b".to_owned())).contains(">a b</r>"));
    }

    #[test]
    fn suppressed_codes_are_200_and_nothing_else_changes() {
        let format = ResponseFormat { json: true, suppress_response_codes: true };
        let suppressed = answer(format, 403, "r", &members());
        let plain = answer(ResponseFormat { suppress_response_codes: false, ..format }, 403, "r", &members());
        assert_eq!((suppressed.status, plain.status), (200, 403));
        assert_eq!([429, 503].map(|status| answer(format, status, "r", &members()).status), [429, 503]);
        assert_eq!(suppressed.body, plain.body);
    }
}
