//! The gateway's own pages: their texts, their languages, and whose they are.

mod looks;
mod providers;
mod texts;

use edgegate_core::exchange::Moment;
use edgegate_core::exchange::decision::Decision;
use edgegate_core::http::answer::Answer;
use edgegate_core::http::{Headers, Incoming};
use edgegate_core::page::Setting;
use edgegate_core::policy::{Policy, texts as files};
use edgegate_core::secrets::Secrets;
use edgegate_core::state::State;
use edgegate_core::testing::{Memory, World, finish};
use edgegate_core::texts::{Book, bind};

use crate::support::{NOW, POLICY, secret};

const LOGO: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// A book with every language and a picture.
fn book() -> Book {
    let languages = files::LANGUAGES.iter().map(|(name, texts)| (format!("{name}.txt"), texts.as_bytes().to_vec()));
    let pictures = ["logo", "favicon"].map(|part| (format!("{part}.0123456789abcdef.svg"), LOGO.to_vec()));
    let module = bind(&languages.chain(pictures).collect::<Vec<_>>());
    Book::new(move |from, to| module.get(from as usize..to as usize).unwrap_or_default().to_vec())
}

/// The fixture's policy with what it says of pages, and with the book.
fn gate(pages: &str) -> State {
    let policy = Policy::read(&format!("{POLICY}\n{pages}")).unwrap();
    let secrets = Secrets::new(&policy, "", secret);
    State::new(policy, secrets).with_book(book())
}

/// What a browser gets.
fn visit(gate: &State, path: &str, headers: &[(&str, &str)]) -> Answer {
    let url = format!("https://gate.example.org{path}");
    let all = [&[("accept", "text/html")], headers].concat();
    let request =
        Incoming { method: "GET", url: &url, headers: Headers::new(all), odd_body: false, client_address: None };
    let ports = Memory::new(&World::at(NOW));
    let handled = finish(gate.handle(&request, Moment { now: NOW, request_id: "r1" }, &ports)).unwrap();
    match handled.decision {
        Decision::Answer(answer) => answer,
        Decision::Forward(_) => panic!("{path} is forwarded"),
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    answer.headers.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect()
}

fn setting<'a>(gate: &'a State, language: &str) -> Setting<'a> {
    Setting::new(&gate.policy.pages, &gate.book, "https://gate.example.org/", Some(language))
}
