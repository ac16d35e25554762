//! Whose pages they are: name, picture, colour, links; and what the sign-in page says.

use edgegate_core::http::answer::Answer;

use super::{LOGO, gate, header, visit};
use crate::support::story::Story;
use crate::support::{Request, answer};

const PAGES: &str = r##"[pages]
name = "Members <of> \"Example\""
logo = "logo.svg"
favicon = "icons/small.svg"
accent = "#7a2048"
home = "/welcome"
support = "mailto:help@example.org"
privacy = "/privacy"
imprint = "https://www.example.org/imprint"
text = "Members <sign> in here."
forgotten = "https://login.example.org/forgotten"
stylesheet = "/assets/gate.css"
"##;

fn policy_of(answer: &Answer) -> &str {
    header(answer, "content-security-policy")[0]
}

#[test]
fn a_page_says_whose_it_is() {
    let page = visit(&gate(PAGES), "/.edgegate/sign-in", &[]);
    for part in [
        "<title>Sign in · Members &lt;of&gt; &quot;Example&quot;</title>",
        "<header><img src=\"/.edgegate/assets/logo.0123456789abcdef.svg\" alt=\"\"><p><b dir=\"auto\">Members &lt;of&gt; &quot;Example&quot;</b><span dir=\"ltr\">gate.example.org</span></p></header>",
        "<link rel=\"icon\" href=\"/.edgegate/assets/favicon.0123456789abcdef.svg\">",
        "--accent:#7a2048",
        "<link rel=\"stylesheet\" href=\"/assets/gate.css\">",
        "<p dir=\"auto\">Members &lt;sign&gt; in here.</p>",
        "<a href=\"https://login.example.org/forgotten\">Forgot your password?</a>",
        "<footer><a href=\"mailto:help@example.org\">Get help</a> <a href=\"/privacy\">Privacy</a> <a href=\"https://www.example.org/imprint\">Legal notice</a></footer>",
    ] {
        assert!(page.body.contains(part), "{part}\n{}", page.body);
    }
    assert_eq!(
        policy_of(&page),
        "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let plain = visit(&gate(""), "/.edgegate/sign-in", &[]);
    assert_eq!(
        policy_of(&plain),
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    assert!(plain.body.contains("<header><p><span dir=\"ltr\">gate.example.org</span></p></header>"), "{}", plain.body);
    assert!(!plain.body.contains("<footer>") && !plain.body.contains("<img"), "{}", plain.body);
}

#[test]
fn a_refusal_says_who_helps_once_and_leads_home() {
    let page = visit(&gate(PAGES), "/nowhere", &[]);
    assert_eq!(page.body.matches("mailto:help@example.org").count(), 1, "{}", page.body);
    assert!(
        page.body.contains("<a class=\"button plain\" href=\"/welcome\">")
            || page.body.contains("<a class=\"button\" href=\"/welcome\">")
    );
}

#[test]
fn pictures_are_served_for_good_and_texts_are_none() {
    let gate = gate(PAGES);
    let picture = visit(&gate, "/.edgegate/assets/logo.0123456789abcdef.svg", &[]);
    assert_eq!((picture.status, picture.bytes.as_slice()), (200, LOGO));
    assert_eq!(header(&picture, "content-type"), ["image/svg+xml"]);
    assert_eq!(header(&picture, "cache-control"), ["public, max-age=31536000, immutable"]);
    assert_eq!(header(&picture, "x-content-type-options"), ["nosniff"]);
    assert!(policy_of(&picture).contains("default-src 'none'") && policy_of(&picture).ends_with("sandbox"));
    for name in ["de.txt", "logo.0123456789abcdeg.svg", "", "logo", "../policy.bin"] {
        let answer = visit(&gate, &format!("/.edgegate/assets/{name}"), &[]);
        assert!(matches!(answer.status, 400 | 404) && answer.bytes.is_empty(), "{name}: {}", answer.status);
    }
}

#[test]
fn the_sign_in_page_says_where_it_leads() {
    let named = gate(PAGES);
    let page = |path: &str| visit(&named, path, &[]).body;
    let to = |path: &str| format!("<p>To continue to <bdi>{path}</bdi></p>");
    assert!(page("/.edgegate/sign-in?next=%2Faccount%2Forders%3Fyear%3D2026%23top").contains(&to("/account/orders")));
    assert!(page("/.edgegate/sign-in").contains(&to("Members &lt;of&gt; &quot;Example&quot;")));
    assert!(
        page("/.edgegate/sign-in?next=https%3A%2F%2Fevil.example%2F")
            .contains(&to("Members &lt;of&gt; &quot;Example&quot;"))
    );
    assert!(visit(&gate(""), "/.edgegate/sign-in", &[]).body.contains(&to("gate.example.org")));
}

#[test]
fn who_is_signed_in_is_told_so_without_storage() {
    let mut story = Story::new();
    story.step("session");
    let asks = |story: &Story, request: Request| {
        let (handled, storage) = story.site.cost(&request.with("accept", "text/html"));
        assert_eq!(storage, 0);
        answer(&handled).body.clone()
    };
    let at = || Request::get("/.edgegate/sign-in?next=/account/a");
    let session = story.names["session"].clone();
    let told = asks(&story, at().session(&session));
    assert!(
        told.contains("You are already signed in here.")
            && told.contains("<a class=\"button\" href=\"/account/a\">Continue to <bdi>/account/a</bdi></a>"),
        "{told}"
    );
    assert!(told.contains("action=\"/.edgegate/sign-out\""), "{told}");
    assert!(!asks(&story, at()).contains("already signed in"));
    let mut forged = session.clone();
    forged.pop();
    forged.push(if session.ends_with('A') { 'B' } else { 'A' });
    assert!(!asks(&story, at().session(&forged)).contains("already signed in"));
    story.site.ports.world.pass(31 * 86_400);
    assert!(!asks(&story, at().session(&session)).contains("already signed in"), "it has expired");
}
