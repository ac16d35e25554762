//! `rate` of a route: who is counted together, what is refused, and what a refusal uses up.

mod told;
mod windows;

use std::rc::Rc;

use edgegate_core::exchange::Handled;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::testing::World;

use crate::support::story::Story;
use crate::support::{NOW, POLICY, Site};

/// The policy of the fixtures with one more route, `/many/*`. `more`: its other keys.
fn with_route(more: &str) -> String {
    let route =
        format!("[[routes]]\nname = \"many\"\npath = \"/many/*\"\nforward = {{ origin = \"site\" }}\n{more}\n\n");
    POLICY.replacen("[[routes]]\n", &format!("{route}[[routes]]\n"), 1)
}

/// A story at a gateway with that route.
fn story(more: &str) -> Story {
    let world: Rc<World> = World::at(NOW);
    let mut story = Story::new();
    story.site = Site::new(&world, &with_route(more));
    story
}

/// The value of a field of the answer, or of what the gateway adds to an origin's.
fn field<'a>(handled: &'a Handled, name: &str) -> Option<&'a str> {
    let fields = match &handled.decision {
        Decision::Forward(forwarding) => &forwarding.answer,
        Decision::Answer(answer) => &answer.headers,
    };
    fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}
