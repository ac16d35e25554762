//! What is mapped in an answer leads through the gateway to the very address that the origin named, and to no other host.
use edgegate_core::exchange::Handled;
use edgegate_core::forward::returned::Mapping;
use edgegate_core::http::Target;
use edgegate_core::routing;
use edgegate_core::testing::World;

use crate::support::{NOW, Request, Site, forwarding};

thread_local! {
    static HANDLED: Handled = handled();
}

target!(|given: (u8, &str)| {
    let (around, said) = given;
    HANDLED.with(|handled| {
        let route = handled.route.as_deref().expect("it was forwarded along a route");
        let mapping = Mapping::of(forwarding(handled), route).expect("the route maps");
        let reference = match around % 5 {
            0 => said.to_owned(),
            1 => format!("http://127.0.0.1:8790{said}"),
            2 => format!("/base/inner{said}"),
            3 => {
                assert!(mapping.cookie(said).is_none_or(|mapped| mapped.contains(';') || said.contains(';')));
                return;
            }
            _ => {
                let _ = (mapping.link(said), mapping.refresh(said));
                return;
            }
        };
        let Some(mapped) = mapping.reference(&reference) else { return };
        let path = mapped.strip_prefix("https://gate.example.org").unwrap_or(&mapped);
        assert!(path.starts_with("/shop"), "{reference} -> {mapped}");
        let end = path.find(['?', '#']).unwrap_or(path.len());
        let url = format!("https://gate.example.org{}", &path[..end]);
        let target = Target::read(&url, 1 << 20).expect("the gateway takes it");
        let there = routing::forwarded_path(route, target.path).expect("it is forwarded");
        assert!(reference.ends_with(&format!("/base{there}{}", &path[end..])), "{reference} -> {mapped}");
    });
});

fn handled() -> Handled {
    let policy = "version = 1\n[gateway]\nissuer = \"https://gate.example.org\"\n[origins.site]\nurl = \"http://127.0.0.1:8790/base\"\n\
        [[routes]]\nname = \"r\"\npath = \"/shop/*\"\naccept = [\"none\"]\nforward = { origin = \"site\", path = \"/inner/*\" }\n";
    Site::new(&World::at(NOW), policy).ask(&Request::get("/shop/"))
}
