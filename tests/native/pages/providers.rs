//! Pages of a sign-in at another place.

use edgegate_core::page::SignInForm;
use edgegate_core::page::provider::{
    Attempt, Choice, Provider, Trouble, choose, email_form, provider_trouble, signed_out,
};

use super::{gate, header, setting};

const PROVIDERS: [Provider<'_>; 2] = [
    Provider { label: "Example <Login>", href: "/.edgegate/sign-in?provider=a&next=%2F" },
    Provider { label: "Other", href: "/.edgegate/sign-in?provider=b" },
];

#[test]
fn every_way_to_sign_in_stands_on_one_page() {
    let gate = gate("");
    let form = SignInForm { next: "/account/?a=1&b", ..SignInForm::default() };
    let choice =
        Choice { form, providers: &PROVIDERS, asks_password: true, asks_email: true, login_hint: "jo@example.org" };
    let page = choose(&setting(&gate, "en"), &choice);
    for part in [
        "<a class=\"button wide\" href=\"/.edgegate/sign-in?provider=a&amp;next=%2F\">Continue with <bdi>Example &lt;Login&gt;</bdi></a>",
        "<p class=\"or\">or</p>",
        "name=\"email\" type=\"email\" value=\"jo@example.org\"",
        "name=\"password\"",
        "name=\"next\" value=\"/account/?a=1&amp;b\"",
        "<p>To continue to <bdi>/account/</bdi></p>",
    ] {
        assert!(page.body.contains(part), "{part}\n{}", page.body);
    }
    assert_eq!(page.body.matches("class=\"or\"").count(), 2);
    // The form with the address leads to the provider, and browsers apply `form-action` to that redirect.
    assert!(!header(&page, "content-security-policy")[0].contains("form-action"));
    assert_eq!(header(&page, "x-frame-options"), ["DENY"]);
    let alone = Choice { providers: &PROVIDERS[..1], ..Choice::default() };
    let page = choose(&setting(&gate, "de"), &alone).body;
    assert!(page.contains("Weiter mit <bdi>") && !page.contains("<form") && !page.contains("class=\"or\""), "{page}");
}

#[test]
fn each_trouble_has_its_own_words_and_a_way_back() {
    let gate = gate("[pages]\nsupport = \"/help\"");
    let attempt =
        Attempt { status: 403, label: "Example & Co", again: "/.edgegate/sign-in?next=%2Fa", request_id: "r1" };
    let mut titles = std::collections::BTreeSet::new();
    for language in ["en", "de", "ar"] {
        for trouble in Trouble::ALL {
            let page = provider_trouble(&setting(&gate, language), trouble, &attempt);
            assert_eq!(page.status, 403);
            let title = page.body.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
            assert!(!title.contains('<') && !title.contains('{') && !page.body.contains("{provider}"), "{title}");
            assert!(titles.insert(title), "{language} {trouble:?}");
            for part in ["href=\"/.edgegate/sign-in?next=%2Fa\"", "href=\"/help\"", "href=\"/\"", ">r1</code>"] {
                assert!(page.body.contains(part), "{part} {}", page.body);
            }
        }
    }
    assert_eq!(titles.len(), 21);
}

#[test]
fn an_address_is_answered_alike_known_or_not_and_is_no_markup() {
    let gate = gate("");
    let asked = email_form(&setting(&gate, "en"), "/a?b", None).body;
    assert!(asked.contains("Send the link") && asked.contains("name=\"next\" value=\"/a?b\""), "{asked}");
    let sent = email_form(&setting(&gate, "en"), "/a?b", Some("<b>@example.org")).body;
    assert!(sent.contains("If <bdi>&lt;b&gt;@example.org</bdi> can sign in here"), "{sent}");
    assert!(sent.contains("href=\"/.edgegate/sign-in?next=%2Fa%3Fb\""), "{sent}");
}

#[test]
fn who_is_still_signed_in_elsewhere_is_told_and_led_there() {
    let gate = gate("");
    let page = signed_out(&setting(&gate, "en"), "Example", "https://login.example.org/end?x=1&y").body;
    assert!(page.contains("You are still signed in at <bdi>Example</bdi>."), "{page}");
    assert!(
        page.contains("href=\"https://login.example.org/end?x=1&amp;y\">Sign out at <bdi>Example</bdi> too</a>"),
        "{page}"
    );
}
