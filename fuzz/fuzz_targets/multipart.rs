//! A form with files is judged and cut the same whatever its chunks are. An accepted one has its fields where a
//! reader finds them that splits at the boundary wherever it stands, and what is forwarded is a form of the others.
use edgegate_core::http::multipart::{Form, Malformed};

type Read = (Vec<(String, Vec<u8>)>, Vec<u8>, bool);

/// Fields, what is forwarded, and whether there is a file.
fn read(body: &[u8], size: usize, cut: fn(&str) -> bool) -> Result<Read, Malformed> {
    let mut form = Form::new("b", cut);
    let mut forwarded = Vec::new();
    for chunk in body.chunks(size) {
        form.push(chunk)?;
        forwarded.extend(form.take_forwarded());
    }
    form.finish()?;
    Ok((form.fields().to_vec(), forwarded, form.is_settled()))
}

/// The values up to the first file, by another way.
fn split(body: &[u8]) -> Vec<Vec<u8>> {
    let starts: Vec<usize> = (0..body.len()).filter(|at| body[*at..].starts_with(b"--b")).collect();
    let parts = starts.windows(2).map(|pair| &body[pair[0]..pair[1]]);
    let in_two = |part: &[u8]| {
        let at = part.windows(4).position(|window| window == b"\r\n\r\n").expect("a header ends");
        (String::from_utf8(part[..at].to_vec()).expect("a header is text"), part[at + 4..part.len() - 2].to_vec())
    };
    let is_disposition = |line: &&str| line.to_ascii_lowercase().starts_with("content-disposition:");
    let is_field = |header: &String| {
        let line = header.lines().find(is_disposition).expect("a part has a name");
        !line.contains("; filename=") && !line.contains("; filename*=")
    };
    parts.map(in_two).take_while(|(header, _)| is_field(header)).map(|(_, value)| value).collect()
}

target!(|body: &[u8]| {
    let is_key = |name: &str| name == "key";
    let whole = read(body, usize::MAX, is_key);
    for size in [1, 5, 64] {
        assert_eq!(read(body, size, is_key), whole);
    }
    let Ok((fields, forwarded, has_file)) = whole else { return };
    assert_eq!(split(body), fields.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>());
    assert_eq!(read(body, usize::MAX, |_| false), Ok((fields.clone(), body.to_vec(), has_file)));
    let kept: Vec<_> = fields.into_iter().filter(|(name, _)| !is_key(name)).collect();
    assert_eq!(read(&forwarded, usize::MAX, is_key), Ok((kept, forwarded, has_file)));
});
