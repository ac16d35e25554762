//! What an origin says of caches and challenges never opens more than the gate allows.

use std::sync::OnceLock;

use arbitrary::Arbitrary;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::gate::answered::{edits, is_page, Edit, Said};

use crate::support::{Request, Site};

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    cache_control: &'a str,
    vary: &'a str,
    challenges: &'a str,
    content_type: &'a str,
}

struct Kept(edgegate_core::exchange::decision::Forwarding);
// One thread: the engine runs a target in one.
unsafe impl Sync for Kept {}
unsafe impl Send for Kept {}

static GUARDED: OnceLock<Kept> = OnceLock::new();

fn guarded() -> Kept {
    let site = Site::alone();
    let token = site.token("read");
    match site.ask(&Request::get("/me/").bearer(&token)).decision {
        Decision::Forward(forwarding) => Kept(*forwarding),
        Decision::Answer(answer) => panic!("{answer:?}"),
    }
}

target!(|input: Input<'_>| {
    let forwarding = &GUARDED.get_or_init(guarded).0;
    assert!(forwarding.private);
    let Input { cache_control, vary, challenges, content_type } = input;
    let all = edits(forwarding, Said { cache_control, vary, challenges, referrer_policy: content_type });
    let set = |name: &str| {
        all.iter().find_map(|edit| match edit {
            Edit::Set(known, value) if *known == name => Some(value.clone()),
            _ => None,
        })
    };
    let said = set("cache-control").unwrap_or_else(|| cache_control.to_owned());
    let directives: Vec<String> = said.split(',').map(|directive| directive.trim().to_ascii_lowercase()).collect();
    assert!(directives.iter().any(|one| matches!(one.as_str(), "private" | "no-store")), "{said:?}");
    if set("cache-control").is_some() {
        let name = |one: &String| one.split('=').next().unwrap_or_default().trim().to_owned();
        assert!(!directives.iter().map(name).any(|name| matches!(name.as_str(), "public" | "s-maxage")), "{said:?}");
    }
    if let Some(kept) = set("www-authenticate") {
        let again = edits(forwarding, Said { challenges: &kept, ..Said::default() });
        assert!(!again.iter().any(|edit| matches!(edit, Edit::Set("www-authenticate", _) | Edit::Remove("www-authenticate"))), "{kept:?}");
    }
    if is_page(content_type, "") {
        let low = content_type.to_ascii_lowercase();
        let odd = ["utf-16", "utf-7", "utf-32", "iso-2022", "shift", "euc", "gb", "big5", "hz"];
        let charset = low.split(';').skip(1).find_map(|part| part.trim().strip_prefix("charset=").map(str::to_owned));
        assert!(charset.is_none_or(|charset| !odd.iter().any(|odd| charset.trim_matches('"').starts_with(odd))), "{low}");
    }
});
