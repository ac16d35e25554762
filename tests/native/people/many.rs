//! Much that has ended hides nothing that lives, and leaves the index.

use std::rc::Rc;

use edgegate_core::credential::session::index::{self, Swept};
use edgegate_core::ports::KvStore;
use edgegate_core::refusal::Reason;
use edgegate_core::sealed::index::{Owner, Whose};
use edgegate_core::testing::{World, finish};
use serde_json::json;

use super::ended::{at_provider, context};
use super::me::{ME, forms, page, post};
use super::{ended, grant, listed, session_of, strict};
use crate::support::oauth::{authorization, code, consent, fields};
use crate::support::{NOW, POLICY, Request, Site, answer, refusal};

/// A key of each kind leaves the index after this.
const LAG: u64 = 121;

/// Where the sessions are opened, and another isolate, which knows nothing of them.
fn places(world: &Rc<World>) -> (Site, Site) {
    let text = POLICY.replace("[oauth]\n", "[oauth]\nremember_consent = \"30d\"\n");
    (Site::new(world, &text), Site::new(world, &text))
}

/// Keys of a kind, however many pages that takes.
fn keys(world: &World, kind: &str) -> usize {
    let (mut count, mut cursor) = (0, Some(String::new()));
    while let Some(from) = cursor {
        let (page, next) = world.page(0, kind, &from);
        count += page.len();
        cursor = next;
    }
    count
}

fn sign_out(site: &Site, session: &str) {
    assert_eq!(refusal(&site.ask(&Request::new("POST", "/.edgegate/sign-out").session(session))), None);
}

#[test]
fn who_signed_in_and_out_often_is_signed_out_everywhere() {
    let world = World::at(NOW);
    let (site, elsewhere) = places(&world);
    let all: Vec<String> = (0..60).map(|_| session_of(&site, "jo")).collect();
    let (living, dead) = all.split_at(12);
    dead.iter().for_each(|session| sign_out(&site, session));
    for place in [&site, &elsewhere] {
        let here = session_of(&site, "jo");
        let form = &forms(&page(place, &here), "everywhere")[0];
        assert_eq!(post(place, &here, form), (None, 200, None));
        for session in living.iter().chain([&here]) {
            assert_eq!(refusal(&elsewhere.ask(&strict(session))), Some(Reason::SessionRevoked));
        }
    }
    world.pass(LAG);
    // A session that is signed out by itself stays in the index until somebody looks.
    assert!(keys(&world, "ofs:") <= 2);
    assert!(listed(&elsewhere, "session", &json!({"subject": "jo"})).is_empty());
    world.pass(LAG);
    assert_eq!(keys(&world, "ofs:"), 0);
}

#[test]
fn a_provider_ends_a_session_behind_many_that_have_ended() {
    let world = World::at(NOW);
    let (site, _) = places(&world);
    let issuer = "https://one.example";
    let all: Vec<Request> = (0..80).map(|_| at_provider(&site, &world, "jo", issuer, None)).collect();
    let jo = Whose::of(Owner { issuer, subject: "jo" });
    for _ in 0..2 {
        // Each time in an isolate that remembers nothing.
        assert_eq!(finish(index::end_all(context(&site, &world), jo)).unwrap(), Ok(Swept { next: None }));
        assert!(all.iter().all(|request| refusal(&site.ask(request)) == Some(Reason::SessionRevoked)));
    }
}

#[test]
fn more_than_one_request_can_end_is_said_and_the_session_stays() {
    let world = World::at(NOW);
    let (site, _) = places(&world);
    let here = session_of(&site, "jo");
    let jo = Owner { issuer: "", subject: "jo" };
    for number in 0..451 {
        // Nothing can be read of these, so they only lie in front.
        finish(site.ports.put(&jo.key("ofs", None, &format!("!{number:03}")), "{}", NOW + 3600)).unwrap().unwrap();
    }
    let form = &forms(&page(&site, &here), "everywhere")[0];
    assert_eq!(post(&site, &here, form), (None, 303, Some(format!("{ME}?done=everywhere"))));
    let told = site.ask(&Request::get(&format!("{ME}?done=everywhere")).session(&here));
    assert_eq!(answer(&told).status, 200);
    let note = "<p role=\"status\">There is more than could be ended at once. Sign out everywhere once more.</p>";
    assert!(answer(&told).body.contains(note), "{}", answer(&told).body);
}

#[test]
fn one_request_ends_so_many_and_the_next_goes_on() {
    let world = World::at(NOW);
    let (site, _) = places(&world);
    let issuer = "https://one.example";
    let all: Vec<Request> = (0..720).map(|_| at_provider(&site, &world, "jo", issuer, None)).collect();
    let jo = Whose::of(Owner { issuer, subject: "jo" });
    let living = || all.iter().filter(|request| refusal(&site.ask(request)).is_none()).count();
    let ctx = context(&site, &world);
    let sweep = || finish(index::end_all(ctx, jo)).unwrap().unwrap();
    // Some end, and the same isolate, asked again at once, gets past those. The test's pages are short, so a request does not
    // get to the end of the list here.
    assert!(sweep().next.is_some());
    assert_eq!(living(), 370);
    assert!(sweep().next.is_some());
    assert_eq!(living(), 270);
    // After a while those are gone from the list.
    world.pass(LAG);
    assert_eq!(keys(&world, "ofs:"), 270);
    assert_eq!(finish(index::end_all(context(&site, &world), jo)).unwrap(), Ok(Swept { next: None }));
    assert_eq!(living(), 0);
}

#[test]
fn an_operators_end_empties_the_index() {
    let world = World::at(NOW);
    let (site, elsewhere) = places(&world);
    let all: Vec<String> = (0..9).map(|_| session_of(&site, "jo")).collect();
    let sams = session_of(&site, "sam");
    all[..4].iter().for_each(|session| sign_out(&site, session));
    assert_eq!(ended(&elsewhere, "session", &json!({"subject": "jo"})), 5, "those that lived");
    world.pass(LAG);
    assert_eq!(keys(&world, "ofs:"), 1);
    assert_eq!(refusal(&elsewhere.ask(&strict(&sams))), None);
}

#[test]
fn an_application_is_shown_behind_many_that_have_ended() {
    let world = World::at(NOW);
    let (site, elsewhere) = (Site::new(&world, POLICY), Site::new(&world, POLICY));
    let jo = session_of(&site, "jo");
    for _ in 0..20 {
        let token = grant(&site, &jo);
        let form = format!("token={token}&{}", fields("shop"));
        assert_eq!(refusal(&site.ask(&Request::new("POST", "/oauth/revoke").form(&form))), None);
    }
    assert_eq!(ended(&site, "grant", &json!({"subject": "jo"})), 0);
    grant(&site, &jo);
    world.pass(LAG);
    assert_eq!(keys(&world, "ofg:"), 1, "the others were let go as they were met");
    assert_eq!(forms(&page(&elsewhere, &jo), "application").len(), 1);
}

#[test]
fn more_than_a_page_of_applications_is_shown() {
    let world = World::at(NOW);
    let site = Site::new(&world, POLICY);
    let jo = session_of(&site, "jo");
    (0..8).for_each(|_| drop(grant(&site, &jo)));
    assert_eq!(forms(&page(&site, &jo), "application").len(), 8);
}

#[test]
fn an_operator_forgets_consents_from_which_nothing_follows() {
    let world = World::at(NOW);
    let (site, elsewhere) = places(&world);
    let (jo, sam) = (session_of(&site, "jo"), session_of(&site, "sam"));
    let address = authorization("shop", "https://shop.example/cb", "scope=read");
    let is_asked = |session: &str| {
        answer(&elsewhere.ask(&Request::get(&address).session(session))).body.contains("name=\"consent\"")
    };
    // The codes are not redeemed: there is no grant.
    for session in [&jo, &sam] {
        code(&site, &address, session, &consent(&site, &address, session));
        assert!(!is_asked(session));
    }
    let person = Owner { issuer: "", subject: "jo" };
    for number in 0..7 {
        let key = person.key("ofc", None, &number.to_string());
        finish(site.ports.put(&key, "{}", NOW + 86_400)).unwrap().unwrap();
    }
    world.pass(61); // the copy that this location made when it looked
    assert_eq!(ended(&elsewhere, "grant", &json!({"subject": "jo", "id": "another"})), 0);
    assert!(!is_asked(&jo), "one grant is meant, and not this one");
    world.pass(61);
    assert_eq!(ended(&elsewhere, "grant", &json!({"subject": "jo"})), 0);
    world.pass(61);
    assert_eq!((is_asked(&jo), is_asked(&sam)), (true, false));
    world.pass(LAG);
    assert_eq!(keys(&world, "ofc:"), 1, "sam's: what is forgotten leaves the index, whichever page it is on");
}
