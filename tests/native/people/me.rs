//! `/.edgegate/me`: a person sees what is theirs, and ends it; nobody else does.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;

use super::{account, grant, session_of, strict};
use crate::support::oauth::{authorization, fields};
use crate::support::{NOW, POLICY, Request, Site, answer, refusal, set_cookies};

pub(super) const ME: &str = "/.edgegate/me";

pub(super) fn page(site: &Site, session: &str) -> String {
    let handled = site.ask(&Request::get(ME).session(session));
    assert_eq!((handled.refused, answer(&handled).status), (None, 200));
    assert!(answer(&handled).headers.contains(&("cache-control", "no-store".to_owned())));
    answer(&handled).body.clone()
}

/// The forms of a page that end such a thing: what each posts.
pub(super) fn forms(html: &str, end: &str) -> Vec<String> {
    let value = |form: &str, name: &str| {
        let (_, rest) = form.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(format!("{name}={}", rest.split('"').next()?))
    };
    let forms = html.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap());
    let forms = forms.filter(|form| value(form, "end").is_some_and(|value| value == format!("end={end}")));
    forms
        .map(|form| ["token", "end", "id"].iter().filter_map(|name| value(form, name)).collect::<Vec<_>>().join("&"))
        .collect()
}

pub(super) fn post(site: &Site, session: &str, form: &str) -> (Option<Reason>, u16, Option<String>) {
    let handled = site.ask(&Request::new("POST", ME).session(session).form(form));
    let location =
        answer(&handled).headers.iter().find(|(name, _)| *name == "location").map(|(_, value)| value.clone());
    (handled.refused, answer(&handled).status, location)
}

#[test]
fn a_person_sees_what_is_theirs() {
    let site = Site::alone();
    let (here, _, _) = (session_of(&site, "jo"), session_of(&site, "jo"), session_of(&site, "sam"));
    grant(&site, &here);
    let html = page(&site, &here);
    assert!(html.contains("Signed in as <b><bdi>jo</bdi></b>"), "{html}");
    assert_eq!(
        html.matches("<bdi>Firefox, Windows</bdi></dd><dt>Network</dt><dd><bdi>203.0.113.7</bdi></dd><dt>Since</dt><dd><bdi>2027-01-15 08:00 UTC</bdi>").count(),
        2,
        "{html}"
    );
    assert_eq!((forms(&html, "session").len(), forms(&html, "application").len()), (1, 1));
    assert!(
        html.contains("<b><bdi>Shop</bdi></b>") && html.contains("See what is there"),
        "the client's name, and its scope in words"
    );
    assert!(html.contains("aria-label=\"Remove access: Shop\"") && html.contains("aria-label=\"End: Firefox, Windows"));
    assert!(!html.contains("<script"));
}

#[test]
fn each_button_ends_what_it_names() {
    let world = World::at(NOW);
    let (site, elsewhere) = (Site::new(&world, POLICY), Site::new(&world, POLICY));
    let (here, other, sams) = (session_of(&site, "jo"), session_of(&site, "jo"), session_of(&site, "sam"));
    let token = grant(&site, &here);
    let form = &forms(&page(&site, &here), "session")[0];
    let done = (None, 303, Some(format!("{ME}?done=session")));
    assert_eq!(post(&site, &here, form), done);
    assert_eq!(refusal(&elsewhere.ask(&strict(&other))), Some(Reason::SessionRevoked));
    assert_eq!(refusal(&site.ask(&strict(&here))), None);
    let after = site.ask(&Request::get(&format!("{ME}?done=session")).session(&here));
    assert!(answer(&after).body.contains("<p role=\"status\">It was ended.</p>"));
    assert!(forms(&answer(&after).body, "session").is_empty());

    let form = &forms(&page(&site, &here), "application")[0];
    assert_eq!(post(&site, &here, form), (None, 303, Some(format!("{ME}?done=application"))));
    assert_eq!(refusal(&elsewhere.ask(&Request::get("/strict/").bearer(&token))), Some(Reason::TokenRevoked));
    assert!(forms(&page(&site, &here), "application").is_empty());

    let third = session_of(&elsewhere, "jo");
    let form = &forms(&page(&site, &here), "everywhere")[0];
    let handled = site.ask(&Request::new("POST", ME).session(&here).form(form));
    assert_eq!((handled.refused, answer(&handled).status), (None, 200));
    assert!(answer(&handled).body.contains("You are signed out."));
    assert!(set_cookies(&handled).iter().any(|cookie| cookie.starts_with("__Host-edgegate=;")));
    for session in [&here, &third] {
        assert_eq!(refusal(&elsewhere.ask(&strict(session))), Some(Reason::SessionRevoked));
    }
    assert_eq!(refusal(&elsewhere.ask(&strict(&sams))), None);
}

#[test]
fn nobody_is_sent_to_sign_in_and_back() {
    let site = Site::alone();
    let sent = |request: &Request| {
        let handled = site.ask(request);
        let location = answer(&handled).headers.iter().find(|(name, _)| *name == "location");
        (handled.refused, location.map(|(_, value)| value.clone()))
    };
    let to_sign_in = (None, Some("/.edgegate/sign-in?next=%2F.edgegate%2Fme".to_owned()));
    assert_eq!(sent(&Request::get(ME)), to_sign_in);
    let session = session_of(&site, "jo");
    let form = forms(&page(&site, &session), "everywhere").remove(0);
    site.ask(&Request::new("POST", "/.edgegate/sign-out").session(&session));
    assert_eq!(sent(&Request::get(ME).session(&session)), to_sign_in);
    assert_eq!(
        sent(&Request::new("POST", ME).session(&session).form(&form)),
        to_sign_in,
        "who was signed out ends nothing"
    );
}

#[test]
fn who_was_signed_out_elsewhere_is_nobody_at_once() {
    let world = World::at(NOW);
    let (site, elsewhere) = (Site::new(&world, POLICY), Site::new(&world, POLICY));
    let session = session_of(&site, "jo");
    let html = page(&elsewhere, &session);
    site.ask(&Request::new("POST", "/.edgegate/sign-out").session(&session));
    assert_eq!(refusal(&elsewhere.ask(&account(&session))), None, "within the bound, on a route that is not strict");
    assert_eq!(answer(&elsewhere.ask(&Request::get(ME).session(&session))).status, 303);
    let another = session_of(&site, "jo");
    let form = &forms(&html, "everywhere")[0];
    assert_eq!(post(&elsewhere, &session, form).1, 303);
    assert_eq!(refusal(&site.ask(&strict(&another))), None);
}

#[test]
fn a_form_that_this_page_did_not_make_ends_nothing() {
    let site = Site::alone();
    let (jo, other, sam) = (session_of(&site, "jo"), session_of(&site, "jo"), session_of(&site, "sam"));
    let (jos, sams) = (page(&site, &jo), page(&site, &sam));
    let good = forms(&jos, "session").remove(0);
    let (_, id) = good.rsplit_once("&id=").unwrap();
    let sams_token = forms(&sams, "everywhere").remove(0);
    for (session, form, reason) in [
        (&jo, "end=everywhere".to_owned(), Reason::CrossSite),
        (&jo, sams_token.clone(), Reason::CrossSite),
        (&other, good.clone(), Reason::CrossSite),
        (&jo, good.replace("end=session", "end=nothing"), Reason::FormMalformed),
        (&jo, good.replace(&format!("&id={id}"), ""), Reason::FormMalformed),
    ] {
        assert_eq!(post(&site, session, &form).0, Some(reason), "{form}");
    }
    for headers in
        [[("sec-fetch-site", "cross-site")], [("sec-fetch-site", "same-site")], [("origin", "https://evil.example")]]
    {
        let request = Request::new("POST", ME).session(&jo).form(&good);
        let request = headers.iter().fold(request, |request, (name, value)| request.with(name, value));
        assert_eq!(refusal(&site.ask(&request)), Some(Reason::CrossSite), "{headers:?}");
    }
    // Of another person nothing ends, whatever is named.
    let of_sam = format!("{}&id={id}", sams_token.replace("everywhere", "session"));
    assert_eq!(post(&site, &sam, &of_sam).1, 303);
    for session in [&jo, &other, &sam] {
        assert_eq!(refusal(&site.ask(&strict(session))), None);
    }
}

#[test]
fn a_consent_from_which_nothing_follows_any_more_can_be_forgotten() {
    let text = POLICY.replace("[oauth]\n", "[oauth]\nremember_consent = \"30d\"\n");
    let site = Site::new(&World::at(NOW), &text);
    let (jo, sam) = (session_of(&site, "jo"), session_of(&site, "sam"));
    let token = grant(&site, &jo);
    assert_eq!(forms(&page(&site, &jo), "application").len(), 1, "the grant and its consent are one");
    // The application signs out by itself, as most do.
    let revoke = format!("token={token}&{}", fields("shop"));
    assert_eq!(refusal(&site.ask(&Request::new("POST", "/oauth/revoke").form(&revoke))), None);
    let html = page(&site, &jo);
    let [form] = forms(&html, "application").try_into().unwrap();
    assert!(html.contains("<b><bdi>Shop</bdi></b>"), "it could come back without a question");
    let ask = Request::get(&authorization("shop", "https://shop.example/cb", "")).session(&jo);
    assert_eq!(answer(&site.ask(&ask)).status, 302);
    let token_of_sam = forms(&page(&site, &sam), "everywhere").remove(0);
    let (_, id) = form.rsplit_once("&id=").unwrap();
    post(&site, &sam, &format!("{}&id={id}", token_of_sam.replace("everywhere", "application")));
    assert_eq!(answer(&site.ask(&ask)).status, 302, "another person forgets nothing of it");
    assert_eq!(post(&site, &jo, &form).1, 303);
    assert!(forms(&page(&site, &jo), "application").is_empty());
    assert_eq!(answer(&site.ask(&ask)).status, 200, "asked again");
}
