//! XML as a document. One with a document type is refused: entities can be defined in it.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};

use crate::redirect::document::{Builder, Document};

pub(crate) fn read(text: &str) -> Option<Document> {
    let mut reader = Reader::from_str(text);
    let mut builder = Builder::new();
    // Text is one node, whatever comments and references stand in it.
    let mut run = String::new();
    loop {
        let event = reader.read_event().ok()?;
        if matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_)) {
            builder.text(&core::mem::take(&mut run))?;
        }
        let is_inside = builder.open.len() > 1;
        match event {
            Event::Start(tag) => open(&mut builder, &tag)?,
            Event::Empty(tag) => {
                open(&mut builder, &tag)?;
                builder.close();
            }
            Event::End(_) => builder.close(),
            Event::Text(text) if is_inside => run.push_str(&text.decode().ok()?),
            Event::CData(text) if is_inside => run.push_str(&text.decode().ok()?),
            Event::GeneralRef(name) if is_inside => {
                run.push_str(&escape::unescape(&format!("&{};", name.decode().ok()?)).ok()?);
            }
            Event::Text(text) if text.iter().all(u8::is_ascii_whitespace) => {}
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return builder.finish(),
            _ => return None,
        }
    }
}

fn open(builder: &mut Builder, tag: &BytesStart<'_>) -> Option<()> {
    builder.open(core::str::from_utf8(tag.name().as_ref()).ok()?)?;
    // Looking for doubles takes the square of their number; of two the first counts.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.ok()?;
        let name = core::str::from_utf8(attribute.key.as_ref()).ok()?;
        if !name.starts_with("xmlns") {
            builder.attribute(name, &attribute.unescape_value().ok()?)?;
        }
    }
    Some(())
}
