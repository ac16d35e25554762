//! Clients that are registered while the gate runs.

use edgegate_core::refusal::Reason;
use edgegate_core::testing::World;
use serde_json::{Value, json};

use super::flow::*;
use crate::support::{NOW, Request, Site, admin_request, refusal};

fn add(site: &Site, more: &Value) -> (String, String) {
    let mut body = json!({"kind": "confidential", "name": "Shop two", "redirect_uris": [CALLBACK], "scope": ["read"], "pkce": false});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let told = site.admin("client/add", &body);
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    (text("client_id"), text("client_secret"))
}

fn token_request(id: &str, secret: &str, form: &str) -> Request {
    Request::new("POST", "/oauth/token").form(&format!("{form}&client_id={id}&client_secret={secret}"))
}

fn pair_of(site: &Site, id: &str, secret: &str) -> Pair {
    let code = code(site, &format!("response_type=code&client_id={id}"));
    pair(&site.ask(&token_request(id, secret, &format!("grant_type=authorization_code&code={code}"))))
}

#[test]
fn a_registered_client_gets_tokens_at_once_also_where_kv_lags() {
    let (sites, world) = sites(&policy("10s"), 50);
    let (id, secret) = add(&sites[0], &json!({}));
    for site in &sites {
        let pair = pair_of(site, &id, &secret);
        for other in &sites {
            assert_eq!(call(other, "/me/", &pair.access), None);
        }
    }
    for values in world.writes().values() {
        assert!(values.iter().all(|value| !value.contains(&secret)), "{values:?}");
    }
}

#[test]
fn a_made_up_id_costs_nothing_and_a_wrong_secret_no_more_than_the_client() {
    let site = site("10s");
    let (id, _) = add(&site, &json!({}));
    for made_up in ["nobody".to_owned(), format!("{id}x"), id.replace("egi_", "egc_"), "egi_clients-1_AAAA".to_owned()]
    {
        let (handled, storage) = site.cost(&token_request(&made_up, "x", "grant_type=refresh_token&refresh_token=x"));
        assert_eq!((handled.refused, storage), (Some(Reason::ClientUnknown), 0), "{made_up}");
    }
    let elsewhere = Site::new(&site.ports.world, &policy("10s"));
    let wrong = token_request(&id, "egk_wrong", "grant_type=refresh_token&refresh_token=x");
    let (handled, storage) = elsewhere.cost(&wrong);
    assert_eq!((handled.refused, storage), (Some(Reason::ClientSecret), 2));
    assert_eq!(elsewhere.cost(&wrong).1, 1, "it is remembered; the Ledger says that it was not removed");
}

#[test]
fn a_changed_secret_works_at_once_and_the_old_one_for_as_long_as_was_said() {
    let site = site("10s");
    let (id, old) = add(&site, &json!({}));
    let works = |secret: &str| {
        refusal(&site.ask(&token_request(&id, secret, "grant_type=refresh_token"))) == Some(Reason::RefreshMissing)
    };
    let rotate = |overlap: u64| {
        site.admin("client/rotate", &json!({"client_id": id, "overlap": overlap}))["client_secret"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(works(&old));
    site.ports.world.pass(5); // KV takes one write a second
    let second = rotate(600);
    assert!(works(&old) && works(&second));
    site.ports.world.pass(599);
    assert!(works(&old) && works(&second));
    site.ports.world.pass(1);
    assert!(!works(&old) && works(&second));
    let third = rotate(0);
    assert!(!works(&second) && works(&third), "without an overlap the old one is dead");
}

#[test]
fn a_removed_client_gets_nothing_and_its_tokens_open_nothing() {
    let site = site("10s");
    let (id, secret) = add(&site, &json!({}));
    let given = pair_of(&site, &id, &secret);
    assert_eq!(call(&site, "/me/", &given.access), None);
    site.admin("client/remove", &json!({"client_id": id}));
    assert_eq!(call(&site, "/me/", &given.access), Some(Reason::TokenClient));
    let again = token_request(&id, &secret, &format!("grant_type=refresh_token&refresh_token={}", given.refresh));
    assert_eq!(refusal(&site.ask(&again)), Some(Reason::ClientUnknown));
    let twice = site.ask(&admin_request("client/remove", &json!({"client_id": id})));
    assert_eq!(twice.refused, Some(Reason::AdminRequest));
}

#[test]
fn the_list_has_every_client_on_its_pages_and_no_secret() {
    let site = site("10s");
    let mut expected: Vec<String> = (0..7).map(|_| add(&site, &json!({})).0).collect();
    site.ports.world.pass(60);
    let (gone, secret) = add(&site, &json!({}));
    site.ports.world.pass(60);
    site.admin("client/remove", &json!({"client_id": gone}));
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = site.admin("client/list", &json!({"cursor": cursor}));
        assert!(!page.to_string().contains(&secret) && !page.to_string().contains("digest"));
        found.extend(
            page["clients"].as_array().unwrap().iter().map(|one| one["client_id"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    expected.extend(["shop", "other", "app"].map(str::to_owned));
    found.sort();
    expected.sort();
    assert_eq!((found, pages > 1), (expected, true));
}

#[test]
fn a_call_that_is_wrong_says_what_is() {
    let site = Site::new(&World::at(NOW), &policy("10s"));
    for (what, body, said) in [
        ("add", json!({"kind": "secret"}), "`kind` must be"),
        ("add", json!({"kind": "confidential"}), "`redirect_uris` is empty"),
        ("add", json!({"kind": "confidential", "redirect_uris": ["http://shop.example/cb"]}), "in the clear"),
        ("add", json!({"kind": "confidential", "redirect_uris": ["https://shop.example/cb#x"]}), "`redirect_uris`: "),
        ("add", json!({"kind": "public", "redirect_uris": [CALLBACK], "pkce": false}), "`pkce` cannot be false"),
        ("add", json!({"kind": "token-pair", "redirect_uris": [CALLBACK]}), "no meaning for a token pair"),
        ("add", json!({"kind": "token-pair", "scope": "read"}), "`scope` must be a list"),
        ("add", json!({"kind": "token-pair", "secret": "x"}), "takes no `secret`"),
        ("rotate", json!({"client_id": "shop"}), "Clients of the policy"),
        ("rotate", json!({}), "`client_id` is none"),
        ("remove", json!({"client_id": 1}), "`client_id` must be a string"),
    ] {
        let handled = site.ask(&admin_request(&format!("client/{what}"), &body));
        assert_eq!(handled.refused, Some(Reason::AdminRequest), "{body}");
        assert!(json(&handled)["detail"].as_str().unwrap().contains(said), "{body}: {}", json(&handled)["detail"]);
    }
}

#[test]
fn where_it_weighs_a_removal_is_seen_at_once_everywhere_and_elsewhere_within_the_bound() {
    let (sites, world) = sites(&policy("10s"), 60);
    let (id, secret) = add(&sites[0], &json!({}));
    world.pass(600);
    let given = pair_of(&sites[0], &id, &secret);
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &given.access), None));
    sites[0].admin("client/remove", &json!({"client_id": id}));
    for site in &sites {
        assert_eq!(call(site, "/strict/", &given.access), Some(Reason::TokenClient));
        let again = token_request(&id, &secret, &format!("grant_type=refresh_token&refresh_token={}", given.refresh));
        assert_eq!(refusal(&site.ask(&again)), Some(Reason::ClientUnknown));
    }
    world.pass(60 + 30 + 30);
    sites.iter().for_each(|site| assert_eq!(call(site, "/me/", &given.access), Some(Reason::TokenClient)));
}

#[test]
fn of_two_changes_that_build_on_the_same_only_one_counts() {
    let (sites, world) = sites(&policy("10s"), 60);
    let (id, _) = add(&sites[0], &json!({}));
    world.pass(600);
    let rotate = |site: &Site| site.ask(&admin_request("client/rotate", &json!({"client_id": id}))).refused;
    assert_eq!(rotate(&sites[0]), None);
    // There KV still has what was registered: a secret that was given up must not come back with it.
    assert_eq!(rotate(&sites[2]), Some(Reason::AdminRequest));
    world.pass(120);
    assert_eq!(rotate(&sites[2]), None);
    sites[0].admin("client/remove", &json!({"client_id": id}));
    assert_eq!(rotate(&sites[2]), Some(Reason::AdminRequest), "what was removed stays so");
}
