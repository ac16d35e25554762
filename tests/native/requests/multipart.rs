//! Forms with files: read the same whatever the chunks are, cut without touching another byte, and read as two
//! readers in `tests/oracle/multipart.py` read them.

use std::io::Write;
use std::process::{Command, Stdio};

use edgegate_core::http::multipart::{Form, Malformed, boundary};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

type Fields = Vec<(String, Vec<u8>)>;

#[derive(Debug, Clone, PartialEq)]
struct Read {
    fields: Fields,
    forwarded: Vec<u8>,
    has_file: bool,
}

/// The body in chunks of these sizes, again and again. What follows the file's header goes through the tail.
fn read(boundary: &str, body: &[u8], sizes: &[usize], cut: fn(&str) -> bool) -> Result<Read, Malformed> {
    let mut form = Form::new(boundary, cut);
    let mut forwarded = Vec::new();
    let mut rest = body;
    let mut sizes = sizes.iter().copied().cycle();
    let mut next = || {
        let (chunk, after) = rest.split_at(sizes.next().unwrap().min(rest.len()));
        rest = after;
        (!chunk.is_empty()).then_some(chunk)
    };
    while !form.is_settled() {
        let Some(chunk) = next() else {
            form.finish()?;
            forwarded.extend(form.take_forwarded());
            return Ok(Read { fields: form.fields().to_vec(), forwarded, has_file: false });
        };
        form.push(chunk)?;
        forwarded.extend(form.take_forwarded());
    }
    let fields = form.fields().to_vec();
    let mut tail = form.into_tail().unwrap();
    while let Some(chunk) = next() {
        tail.push(chunk)?;
        forwarded.extend(chunk);
    }
    tail.finish()?;
    Ok(Read { fields, forwarded, has_file: true })
}

fn whole(boundary: &str, body: &[u8], cut: fn(&str) -> bool) -> Result<Read, Malformed> {
    read(boundary, body, &[usize::MAX], cut)
}

fn is_key(name: &str) -> bool {
    name == "key"
}

fn none(_: &str) -> bool {
    false
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    value: Vec<u8>,
    is_file: bool,
    text: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Body {
    boundary: String,
    parts: Vec<Part>,
    end: &'static str,
}

impl Body {
    fn bytes_without(&self, cut: impl Fn(&Part) -> bool) -> Vec<u8> {
        let kept = self.parts.iter().filter(|part| !cut(part)).map(|part| part.text.as_slice());
        [&kept.collect::<Vec<_>>().concat(), format!("--{}--{}", self.boundary, self.end).as_bytes()].concat()
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes_without(|_| false)
    }

    fn fields(&self) -> Fields {
        let before = self.parts.iter().take_while(|part| !part.is_file);
        before.map(|part| (part.name.clone(), part.value.clone())).collect()
    }

    fn has_file(&self) -> bool {
        self.parts.iter().any(|part| part.is_file)
    }
}

/// Text that could be taken for structure, and anything else.
fn values(boundary: String) -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "\r\n",
        "\r",
        "\n",
        "-",
        "--",
        "\r\n--",
        ": ",
        "b",
        "--\r\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"key\"",
    ];
    let structure = prop::sample::select(pieces.to_vec()).prop_map(|piece| piece.as_bytes().to_vec());
    let some = prop::collection::vec(any::<u8>(), 0..4);
    let of_boundary = Just(boundary.as_bytes()[..boundary.len() - 1].to_vec());
    let delimiter = format!("--{boundary}").into_bytes();
    prop::collection::vec(prop_oneof![structure, some, of_boundary], 0..6).prop_map(move |pieces| {
        let mut value = pieces.concat();
        // A client chooses a boundary that is not in there.
        while let Some(at) = value.windows(delimiter.len()).position(|window| window == delimiter) {
            value.remove(at);
        }
        value
    })
}

fn parts(boundary: String, names: &'static str, is_file: bool) -> impl Strategy<Value = Part> {
    let types = prop::sample::select(vec![
        "",
        "Content-Type: text/plain\r\n",
        "content-type: text/plain; charset=UTF-8\r\n",
        "X-y: z\r\nContent-Transfer-Encoding: binary\r\n",
    ]);
    let file_names =
        prop::sample::select(vec!["filename=\"\"", "filename=\"a=; b.png\"", "filename=x; filename*=utf-8''x"]);
    (names, values(boundary.clone()), types, file_names, any::<(bool, bool)>()).prop_map(
        move |(name, value, kind, file_name, (bare, counted))| {
            let is_bare = bare && name.bytes().all(|b| b.is_ascii_alphanumeric());
            let name_text = if is_bare { name.clone() } else { format!("\"{name}\"") };
            let file = if is_file { format!("; {file_name}") } else { String::new() };
            let length = if counted { format!("Content-Length: {}\r\n", value.len()) } else { String::new() };
            let header =
                format!("--{boundary}\r\nContent-Disposition: form-data; name={name_text}{file}\r\n{kind}{length}\r\n");
            let text = [header.as_bytes(), &value, b"\r\n"].concat();
            Part { name, value, is_file, text }
        },
    )
}

fn bodies() -> impl Strategy<Value = Body> {
    let boundaries = prop_oneof!["b", "-{2,6}[a-zA-Z0-9]{1,20}", "-{1,3}", "[a-z'()+_,./:=?-]{1,70}"];
    let before = "key|a|Key|key\\[\\]|[a-z]{1,4}( [a-z.]{0,3})?|[a-z]é";
    let behind = "a|Key|[a-jl-z]{1,4}";
    boundaries.prop_flat_map(move |boundary: String| {
        let fields = prop::collection::vec(parts(boundary.clone(), before, false), 0..5);
        let is_file = any::<bool>();
        let file = prop::option::of(parts(boundary.clone(), behind, true));
        let more = is_file.prop_flat_map({
            let boundary = boundary.clone();
            move |is_file| prop::collection::vec(parts(boundary.clone(), behind, is_file), 0..3)
        });
        let end = prop::sample::select(vec!["", "\r\n"]);
        (fields, file, more, end).prop_map(move |(mut parts, file, more, end)| {
            parts.extend(file.into_iter().flat_map(|file| [vec![file], more.clone()].concat()));
            Body { boundary: boundary.clone(), parts, end }
        })
    })
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1..4_usize, 1..200_usize], 1..8)
}

/// A change of a byte or of a few.
fn changed(body: &[u8], at: prop::sample::Index, to: u8, how: usize) -> Vec<u8> {
    let mut bytes = body.to_vec();
    let at = at.index(bytes.len());
    let interesting = b"\r\n-\"; =\0:\t\\%*b,'";
    let to = if how.is_multiple_of(2) { interesting[usize::from(to) % interesting.len()] } else { to };
    match how / 2 {
        0 => bytes[at] = to,
        1 => bytes.insert(at, to),
        2 => drop(bytes.remove(at)),
        3 => bytes.swap(at, body.len() - 1 - at),
        4 => bytes.truncate(at),
        _ => bytes = [&body[..at], &body[at.saturating_sub(usize::from(to))..]].concat(),
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_form_is_read_and_cut_whatever_its_chunks_are(body in bodies(), sizes in sizes()) {
        let bytes = body.bytes();
        let expected = Read { fields: body.fields(), forwarded: body.bytes_without(|part| is_key(&part.name)), has_file: body.has_file() };
        prop_assert_eq!(whole(&body.boundary, &bytes, is_key), Ok(expected.clone()));
        prop_assert_eq!(read(&body.boundary, &bytes, &sizes, is_key), Ok(expected));
    }

    #[test]
    fn what_is_forwarded_is_a_form_of_the_other_fields(body in bodies()) {
        let cut = whole(&body.boundary, &body.bytes(), is_key).unwrap();
        let again = whole(&body.boundary, &cut.forwarded, is_key).unwrap();
        let kept: Fields = cut.fields.iter().filter(|(name, _)| !is_key(name)).cloned().collect();
        prop_assert_eq!(again, Read { fields: kept, ..cut.clone() });
    }

    #[test]
    fn without_a_cut_name_every_byte_is_forwarded(body in bodies(), sizes in sizes()) {
        prop_assert_eq!(read(&body.boundary, &body.bytes(), &sizes, none).unwrap().forwarded, body.bytes());
    }

    #[test]
    fn a_changed_form_is_read_the_same_whatever_its_chunks_are(body in bodies(), at in any::<prop::sample::Index>(), to in any::<u8>(), how in 0..12_usize, sizes in sizes()) {
        let bytes = changed(&body.bytes(), at, to, how);
        let expected = whole(&body.boundary, &bytes, is_key);
        prop_assert_eq!(read(&body.boundary, &bytes, &sizes, is_key), expected.clone());
        prop_assert_eq!(read(&body.boundary, &bytes, &[1], is_key), expected);
    }

    #[test]
    fn a_cut_name_behind_a_file_is_always_refused(hidden in parts("b".to_owned(), "key", false), files in prop::collection::vec(parts("b".to_owned(), "[a-d]", true), 1..4), at in any::<prop::sample::Index>()) {
        let at = 1 + at.index(files.len());
        let mut body = Body { boundary: "b".to_owned(), parts: files, end: "" };
        body.parts.insert(at, hidden);
        prop_assert_eq!(whole("b", &body.bytes(), is_key), Err(Malformed::Misplaced));
        prop_assert!(whole("b", &body.bytes(), none).is_ok());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,40}", name in "\\PC{0,8}", sizes in sizes()) {
        let _ = read(&name, &bytes, &sizes, is_key);
        let _ = boundary(&text);
        let header = [b"--b\r\nContent-Disposition: form-data; name=\"", text.as_bytes(), b"\"\r\nX: ", &bytes, b"\r\n\r\n"].concat();
        prop_assert_eq!(read("b", &header, &sizes, none), whole("b", &header, none));
    }

    #[test]
    fn a_boundary_is_found_in_quotes_or_without(name in "[a-zA-Z0-9+_.-]{1,70}", gap in " {0,2}") {
        let bare = format!("multipart/form-data;{gap}boundary={name}");
        prop_assert_eq!(boundary(&bare), Some(Ok(name.as_str())));
        let quoted = format!("multipart/form-data;{gap}boundary=\"{name}\"");
        prop_assert_eq!(boundary(&quoted), Some(Ok(name.as_str())));
    }
}

#[test]
fn whatever_is_accepted_is_read_as_others_read_it() {
    let mut runner = TestRunner::default();
    let mut sample = || {
        let parts =
            (bodies(), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..12_usize), CHANGES));
        parts.new_tree(&mut runner).unwrap().current()
    };
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for _ in 0..BODIES {
        let (body, changes) = sample();
        let bytes = body.bytes();
        cases.extend(changes.into_iter().map(|(at, to, how)| (body.boundary.clone(), changed(&bytes, at, to, how))));
        cases.push((body.boundary.clone(), bytes));
    }
    let count = cases.len();
    let accepted: Vec<_> = cases
        .into_iter()
        .filter_map(|(boundary, body)| whole(&boundary, &body, is_key).ok().map(|read| (boundary, body, read)))
        .collect();
    assert!(accepted.len() > BODIES + count / 10 && accepted.len() < count / 4 * 3, "{} of {count}", accepted.len());
    let questions: Vec<Value> =
        accepted.iter().map(|(boundary, body, _)| json!({ "boundary": boundary, "body": hex::encode(body) })).collect();
    let Some(answers) = ask(&questions) else { return };
    assert_eq!(answers.len(), accepted.len());
    for ((boundary, body, ours), answer) in accepted.iter().zip(answers) {
        let readers: Vec<Vec<(String, String, bool)>> = serde_json::from_value(answer).unwrap();
        assert_eq!(readers.len(), 2);
        let fields: Vec<_> =
            ours.fields.iter().map(|(name, value)| (hex::encode(name), hex::encode(value), false)).collect();
        for theirs in readers {
            let text = String::from_utf8_lossy(body);
            let (before, behind) = theirs.split_at(theirs.iter().position(|part| part.2).unwrap_or(theirs.len()));
            assert_eq!(before, fields, "{boundary} {text:?}");
            assert_eq!(!behind.is_empty(), ours.has_file, "{boundary} {text:?}");
            assert!(behind.iter().all(|part| part.0 != hex::encode("key")), "{boundary} {text:?}");
        }
    }
}

/// The oracle's answers; None, and a word about it, where there is no Python.
fn ask(questions: &[Value]) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracle/multipart.py");
    let started = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut oracle) = started else {
        println!("skipped: whatever_is_accepted_is_read_as_others_read_it (python3 is not installed)");
        return None;
    };
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut stdin = oracle.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = oracle.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the oracle failed");
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

const BODIES: usize = 500;
const CHANGES: usize = 10;
