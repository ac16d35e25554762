//! Header fields and their edits as the JavaScript side reads them: a line each.

use edgegate_core::gate::answered::Edit;
use edgegate_core::http::answer::Answer;

/// Edits of an answer.
pub fn lines_of(edits: Vec<Edit<'_>>) -> String {
    let mut lines = String::new();
    for edit in edits {
        match edit {
            Edit::Remove(name) => push_line(&mut lines, '-', name, None),
            Edit::Set(name, value) => push_line(&mut lines, '=', name, Some(&value)),
            Edit::Append(name, value) => push_line(&mut lines, '+', name, Some(&value)),
        }
    }
    lines
}

/// The fields of an answer of the gateway's own.
pub fn lines_of_answer(answer: &Answer) -> String {
    let mut lines = String::with_capacity(256);
    for (name, value) in &answer.headers {
        lines.push_str(name);
        lines.push('\n');
        push_value(&mut lines, value);
    }
    lines
}

/// One edit as `glue.js` reads it. A value cannot hold a line feed; if one did, it would be cut there.
pub fn push_line(edits: &mut String, kind: char, name: &str, value: Option<&str>) {
    edits.push(kind);
    edits.push_str(name);
    edits.push('\n');
    if let Some(value) = value {
        push_value(edits, value);
    }
}

fn push_value(lines: &mut String, value: &str) {
    match value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        true => lines.push_str(value),
        false => lines.extend(value.chars().filter(|c| !c.is_control())),
    }
    lines.push('\n');
}
