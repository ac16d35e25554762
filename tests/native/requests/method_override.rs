//! The method that was checked is the one that the origin acts on: no parameter names another, in a query or in a form,
//! however it is spelled and wherever the body is cut.

use edgegate_core::exchange::body::NewBody;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use proptest::prelude::*;

use crate::support::{NOW, POLICY, Request, Site};

/// The fixture's policy and a few routes.
fn site() -> Site {
    let route = |name: &str, methods: &str, more: &str| {
        format!(
            "\n[[routes]]\nname = \"{name}\"\npath = \"/{name}/*\"\nmethods = {methods}\nforward = {{ origin = \"site\" }}\n{more}"
        )
    };
    let all = "[\"GET\", \"HEAD\", \"POST\", \"PUT\", \"DELETE\"]";
    let more = [
        route("over-all", all, "accept = [\"none\"]"),
        route("over-free", "[\"GET\", \"POST\"]", "accept = [\"none\"]\nmethod_override = true"),
        route("over-link", all, "accept = [\"link:files\", \"none\"]"),
        route("over-token", "[\"POST\"]", "accept = [\"bearer\"]\nbearer = { form = true }\nrevocation = \"strict\""),
    ];
    Site::new(&World::at(NOW), &format!("{POLICY}{}", more.concat()))
}

/// What an origin gets of a body, whose pieces pass as the worker passes them: what is held waits for the next one.
fn arrives(handled: &edgegate_core::exchange::Handled, sent: &[u8], size: usize) -> Result<Vec<u8>, (Reason, Vec<u8>)> {
    let Decision::Forward(to) = &handled.decision else { return Err((handled.refused.unwrap(), Vec::new())) };
    let (head, rest) = match &to.body {
        Some(NewBody::Whole(body)) => return Ok(body.clone()),
        Some(NewBody::Head(head, rest)) => (head, rest),
        None => return Ok(sent.to_vec()),
    };
    assert!(rest.borrow().keeps_every_byte());
    assert!(sent.starts_with(head));
    let mut seen = head.len();
    let mut passed = seen - rest.borrow().held();
    for piece in sent[seen..].chunks(size) {
        rest.borrow_mut().push(piece).map_err(|reason| (reason, sent[..passed].to_vec()))?;
        seen += piece.len();
        let now = seen - rest.borrow().held();
        assert!(passed <= now && now + 300 > seen, "it goes on at once");
        passed = now;
    }
    rest.borrow_mut().finish().map_err(|reason| (reason, sent[..passed].to_vec()))?;
    Ok(sent.to_vec())
}

/// Whether it is refused in one way only: before anything goes on, or late.
fn refused(site: &Site, request: &Request) -> Option<Reason> {
    match arrives(&site.ask(request), &request.body, 1) {
        Ok(body) => {
            assert_eq!(body, request.body);
            None
        }
        Err((reason, passed)) => {
            assert!(passed.len() < request.body.len() || passed.is_empty(), "the origin has the whole");
            Some(reason)
        }
    }
}

fn multipart(parts: &[(&str, &str)]) -> Request {
    let part =
        |(head, value): &(&str, &str)| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let body = format!("{}--b--\r\n", parts.iter().map(part).collect::<String>());
    let mut request = Request::new("POST", "/open/").with("content-type", "multipart/form-data; boundary=b");
    request.body = body.into_bytes();
    request
}

#[test]
fn a_query_names_no_other_method() {
    let site = site();
    for (method, path, passes) in [
        ("GET", "/open/?_method=DELETE", false),
        ("POST", "/open/?_method=DELETE", false),
        ("POST", "/open/?a=1&_METHOD=put&b", false),
        ("POST", "/open/?%5fmethod=PUT", false),
        ("POST", "/open/?.method=PUT", false),
        ("POST", "/open/?-method=PUT", false),
        ("POST", "/open/?+_method[]=PUT", false),
        ("POST", "/open/?[_method]=PUT", false),
        ("POST", "/open/?a=1;_method=PUT", false),
        ("POST", "/open/?_method", false),
        ("POST", "/open/?_method=", false),
        ("POST", "/open/?_method=POST&_method=PUT", false),
        ("POST", "/open/?X-HTTP-Method-Override=PUT", false),
        ("POST", "/open/?x_http_method_override=PUT", false),
        ("POST", "/open/?_method=POST", true),
        ("POST", "/open/?_method=+p%6fst+", true),
        ("POST", "/open/?_method=GET", true),
        ("GET", "/open/?_method=HEAD", true),
        ("POST", "/open/?method=DELETE&x_method=DELETE&_methods=DELETE", true),
        ("POST", "/over-all/?_method=DELETE", true),
        ("POST", "/over-all/?_method=PATCH", false),
        ("GET", "/over-all/?_method=DELETE", false),
        ("POST", "/over-link/?_method=DELETE", false),
        ("GET", "/over-free/?_method=DELETE", true),
    ] {
        let refused = site.ask(&Request::new(method, path)).refused;
        assert_eq!(refused, (!passes).then_some(Reason::MethodOverridden), "{method} {path}");
    }
}

#[test]
fn a_form_names_none_either_and_goes_on_as_it_is() {
    let site = site();
    let padding = "a=%zz&".repeat(20_000);
    for (path, form, passes) in [
        ("/open/", "_method=DELETE", false),
        ("/open/", "a=1&_%6dethod%5B%5D=DELETE", false),
        ("/open/", "a=1;_method=DELETE", false),
        ("/open/", "++++%20_method=DELETE", false),
        ("/open/", "_method=post&b=2", true),
        ("/open/", "a=_method=DELETE", true),
        ("/open/", "", true),
        ("/over-all/", "_method=DELETE&_method=PUT", true),
        ("/over-free/", "_method=DELETE", true),
        ("/open/", &format!("_method=DELETE&{padding}"), false),
    ] {
        let request = Request::new("POST", path).form(form);
        assert_eq!(refused(&site, &request), (!passes).then_some(Reason::MethodOverridden), "{path} {:.40}", form);
    }
    for content_type in
        ["", "APPLICATION/x-www-form-urlencoded ; charset=iso-8859-1", "text/plain, application/x-www-form-urlencoded"]
    {
        let mut request = Request::new("POST", "/open/").with("content-type", content_type);
        request.body = b"_method=PUT".to_vec();
        assert_eq!(site.ask(&request).refused, Some(Reason::MethodOverridden), "{content_type}");
    }
    let odd = Request::new("POST", "/open/").with("content-type", "application/x-www-form-urlencoded; charset=utf-16");
    assert_eq!(site.ask(&odd).refused, Some(Reason::FormMalformed));
    let mut json = Request::new("POST", "/open/").with("content-type", "application/json");
    json.body = b"_method=PUT".to_vec();
    assert!(matches!(site.ask(&json).decision, Decision::Forward(to) if to.body.is_none()), "it is never read");
}

#[test]
fn what_comes_late_ends_the_request() {
    let site = site();
    let padding = "a=%zz&".repeat(20_000);
    for (end, passes) in
        [("_method=DELETE", false), ("_method=DELETE&b=1", false), ("%5Fmethod=POST", true), ("b", true)]
    {
        let form = format!("{padding}{end}");
        let handled = site.ask(&Request::new("POST", "/open/").form(&form));
        let Decision::Forward(to) = &handled.decision else { panic!("{:?}", handled.refused) };
        let Some(NewBody::Head(head, rest)) = &to.body else { panic!("it is longer than is held") };
        assert!(head.len() < 70 && form.as_bytes().starts_with(head));
        assert!(rest.borrow().keeps_every_byte());
        let pieces = form.as_bytes()[head.len()..].chunks(1000).all(|piece| rest.borrow_mut().push(piece).is_ok());
        let ended = rest.borrow_mut().finish();
        assert_eq!(pieces && ended.is_ok(), passes, "{end}");
        assert_eq!(rest.borrow_mut().push(&[]).is_ok(), passes, "it stays refused");
    }
}

#[test]
fn a_multipart_form_names_none_either_wherever_the_field_stands() {
    let site = site();
    let file = ("name=\"f\"; filename=\"x\"", "bytes");
    let method = |value| ("name=\"_method\"", value);
    for (parts, passes) in [
        (vec![method("DELETE")], false),
        (vec![("name=\"a\"", "1"), method("DELETE"), file], false),
        (vec![file, method("DELETE")], false),
        (vec![file, ("name=_METHOD", "put")], false),
        (vec![("name=\"_method[]\"", "PUT")], false),
        (vec![file, method("POST"), file], true),
        (vec![("name=\"a\"", "_method=DELETE"), file], true),
        (vec![("name=\"a\"", ""); 300], true),
    ] {
        assert_eq!(refused(&site, &multipart(&parts)), (!passes).then_some(Reason::MethodOverridden), "{parts:.40?}");
    }
}

/// A multipart body of a type, as it stands.
fn raw(content_type: &str, body: &str) -> Request {
    let mut request = Request::new("POST", "/open/").with("content-type", content_type);
    request.body = body.as_bytes().to_vec();
    request
}

#[test]
fn what_ordinary_clients_upload_passes_and_streams() {
    let site = site();
    let big = "x".repeat(20_000);
    for (content_type, body) in [
        (
            "form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n1\r\n--b--\r\n",
        ),
        (
            "form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/octet-stream\r\n\r\n\0\r\n--b--\r\n",
        ),
        ("form-data; boundary=b", "\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"),
        ("form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n\r\n"),
        (
            "form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a;b=c.txt\"\r\n\r\n1\r\n--b--\r\n",
        ),
        ("form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a%22b\"\r\n\r\n1\r\n--b--\r\n"),
        ("form-data; boundary=b;", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"),
        ("form-data", "no form at all"),
        ("form-data; boundary=b", "--b\nContent-Disposition: form-data; name=\"a\"\n\n1\n--b--\n"),
        (
            "form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"=?utf-8?b?4oKs?=\"\r\n\r\n<input name=\"_method\" value=DELETE>\r\n--b--",
        ),
        ("form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"_methods\"\r\n\r\nDELETE\r\n--b--"),
        ("form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\npost\r\n--b--"),
        ("mixed; boundary=b", "--b\r\nContent-Idea: _method\r\n\r\nDELETE\r\n--b--"),
        (
            "mixed; boundary=b",
            "--b\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\nDELETE /a HTTP/1.1\r\n\r\n--b--",
        ),
    ] {
        for more in ["", &big] {
            let request = raw(&format!("multipart/{content_type}"), &format!("{body}{more}"));
            assert_eq!(refused(&site, &request), None, "{content_type} {body}");
        }
    }
}

#[test]
fn a_field_in_any_multipart_type_and_spelling_names_none() {
    let site = site();
    for header in [
        "Content-Disposition: form-data; name=\"_method\"",
        "Content-Disposition: form-data; name=_method",
        "CONTENT-DISPOSITION:attachment;NAME = '_METHOD'; filename=x",
        "  Content-Disposition: form-data; filename=\"x\"; name=\"_method\"",
        "X-Content-Disposition: form-data; name=_method",
        "Content-Disposition: form-data;\r\n name=\"_method\"",
        "Content-Disposition: form-data; name=\"_me\r\n\tthod\"",
        "Content-Disposition: form-data; name=\r\n\t_method",
        "Content-Disposition: form-data;\r\nname=\"_method\"\r\nX: y",
        "Content-Disposition: form-data; name=\"%5fmethod[]\"",
        "Content-Disposition: form-data; name=\"\\_meth\\od\"",
        "Content-Disposition: form-data; name*=utf-8''%5Fmethod",
        "Content-Disposition: form-data; name*0=\"_me\"; name*1=\"thod\"",
        "Content-Disposition: form-data; name=\"=?utf-8?q?_method?=\"",
        "Content-Disposition: form-data; filename=\"x\\\"; name=_method; y=\"\"",
        "Content-Disposition: form-data; name=\"a\"; name=\"_method\"",
        "Content-Disposition: form-data; name=\"x-http-method-override\"",
        "Content-Disposition: form-data; name=\".method\"",
        "Content-Id: _method",
        "Content-ID:\r\n <_method>",
        "Content-Type: text/plain\r\nContent-ID:_METHOD\r\nX: y",
    ] {
        for content_type in [
            "form-data; boundary=b",
            "mixed; boundary=b",
            "RELATED; boundary=\"b\"",
            "alternative",
            "x; boundary=a; boundary=b",
        ] {
            let body = |value: &str| format!("--b\r\n{header}\r\n\r\n{value}\r\n--b--");
            for (value, passes) in [("DELETE", false), ("post", true), ("", false), ("POSTS", false)] {
                let request = raw(&format!("multipart/{content_type}"), &body(value));
                let expected = (!passes).then_some(Reason::MethodOverridden);
                assert_eq!(refused(&site, &request), expected, "{content_type} {header} {value}");
            }
            // Servers differ on where such a header ends.
            for ends in [["\n", "\r\n"], ["\r\n", "\n"], ["\n", "\n"], ["\r", "\r"], ["\n\nPOST\r\n", "\r\n"]] {
                let request =
                    raw(&format!("multipart/{content_type}"), &body("DELETE").replacen("\r\n\r\n", &ends.concat(), 1));
                assert_eq!(
                    refused(&site, &request),
                    Some(Reason::MethodOverridden),
                    "{content_type} {header} {ends:?}"
                );
            }
        }
    }
    for content_type in ["multipart/form-data; boundary=b; charset=utf-16", "multipart/mixed; charset = ibm037"] {
        assert_eq!(refused(&site, &raw(content_type, "")), Some(Reason::FormMalformed), "{content_type}");
    }
}

#[test]
fn nothing_is_asked_of_storage_for_it_and_the_route_can_still_read_the_form() {
    let site = site();
    let token = site.token("read");
    let before = site.ports.spent.get().storage();
    let form = |more: &str| Request::new("POST", "/over-token/").form(&format!("access_token={token}&a=1{more}"));
    let form = |more: &str| {
        let form = form(more);
        let length = form.body.len().to_string();
        form.with("content-length", &length)
    };
    assert_eq!(site.ask(&form("&_method=DELETE")).refused, Some(Reason::MethodOverridden));
    assert_eq!(site.ports.spent.get().storage(), before);
    let handled = site.ask(&form(""));
    let Decision::Forward(to) = &handled.decision else { panic!("{:?}", handled.refused) };
    assert!(matches!(&to.body, Some(NewBody::Whole(body)) if body == b"a=1"), "{:?}", to.body);
}

const FORM: &str = "([a&;=+%.\\[\\]-]|_method|_METHOD|%5f|%5Fmethod|method|PUT|post|%20| ){0,14}";

/// As the most forgiving reader of every kind would have it.
fn names_another(form: &str) -> bool {
    form.split(['&', ';']).any(|piece| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let decoded = |text: &str| {
            url::form_urlencoded::parse(text.replace('=', "%3D").as_bytes())
                .next()
                .map(|(name, _)| name.into_owned())
                .unwrap_or_default()
        };
        let name = decoded(name).trim_start_matches(' ').to_lowercase().replace(['.', ' ', '-'], "_");
        let inner = name.strip_prefix('[').map_or_else(|| name.split('[').next(), |inner| inner.split(']').next());
        inner == Some("_method") && !decoded(value).trim().eq_ignore_ascii_case("post")
    })
}

proptest! {
    #[test]
    fn a_form_is_read_as_the_most_forgiving_origin_would(form in FORM) {
        let site = site();
        let refused = refused(&site, &Request::new("POST", "/open/").form(&form));
        prop_assert_eq!(refused, names_another(&form).then_some(Reason::MethodOverridden), "{}", form);
    }

    #[test]
    fn wherever_a_body_is_cut_it_is_decided_alike(
        text in "([;=:\"'\\\\ \r\n]|\r\n|\r\n\r\n|\r\n\r\n|--b|content-disposition: form-data; name=|Content-ID:|name|=|_method|_method\"\r\n\r\n|file|a|DELETE|POST|&){0,24}",
        padding in 0_usize..80,
        size in 1_usize..50,
    ) {
        let site = site();
        let body = format!("{}{text}", "x".repeat(padding));
        for content_type in ["multipart/mixed", "application/x-www-form-urlencoded"] {
            let request = raw(content_type, &body);
            let whole = arrives(&site.ask(&request), body.as_bytes(), usize::MAX).map_err(|(reason, _)| reason);
            for size in [1, size] {
                let cut = arrives(&site.ask(&request), body.as_bytes(), size);
                prop_assert_eq!(&cut.map_err(|(reason, _)| reason), &whole, "{}", body);
            }
        }
    }
}
