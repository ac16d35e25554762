//! The tables of texts, and which of them a visitor gets.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use edgegate_core::policy::texts::{ENGLISH, LANGUAGES, all, placeholders};
use edgegate_core::refusal::Reason;

use super::{gate, header, visit};

#[test]
fn every_language_has_every_text_with_its_placeholders_and_no_codes() {
    let keys: Vec<&str> = all(ENGLISH).map(|(key, _)| key).collect();
    assert!(keys.len() > 130, "{}", keys.len());
    let english: BTreeMap<&str, &str> = all(ENGLISH).collect();
    assert_eq!(english.len(), keys.len(), "a key stands there twice");
    let codes = Reason::ALL.iter().flat_map(|reason| [reason.code(), reason.public().code()]);
    let codes: Vec<&str> = codes.filter(|code| code.contains('_')).collect();
    for (language, texts) in LANGUAGES {
        assert_eq!(all(texts).map(|(key, _)| key).collect::<Vec<_>>(), keys, "{language}");
        for (key, text) in all(texts) {
            assert_eq!(placeholders(text), placeholders(english[key]), "{language} {key}: {text}");
            assert!(!text.trim().is_empty() && text.trim() == text, "{language} {key}");
            let technical = ["Retry-After", "Content-Length", "WWW-Authenticate", "GET", "POST", "HTTP "];
            let found = codes.iter().chain(&technical).find(|word| text.contains(**word));
            assert_eq!(found, None, "{language} {key}: {text}");
        }
        // A text that was forgotten would still be English; few short words are the same in two languages.
        let same = all(texts).filter(|(key, text)| english[key] == *text && text.contains(' ')).count();
        assert_eq!(same, if language == "en" { same } else { 0 }, "{language}");
    }
}

#[test]
fn every_text_is_said_somewhere_and_what_is_said_is_there() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
    let sources = ["page", "endpoint/oauth"].map(|folder| {
        let files = fs::read_dir(core.join(folder)).unwrap().map(|file| file.unwrap().path());
        files.filter(|file| file.is_file()).map(|file| fs::read_to_string(file).unwrap()).collect::<String>()
    });
    let sources = sources.concat();
    let refusals: Vec<&str> = Reason::ALL.iter().map(|reason| reason.public().code()).collect();
    for (key, _) in all(ENGLISH) {
        let stem = key.strip_suffix("_title").or(key.strip_suffix("_text")).unwrap_or(key);
        let is_said = sources.contains(&format!("\"{key}\"")) || sources.contains(&format!("\"{stem}\""));
        // The page of one's own account is written elsewhere.
        let is_elsewhere = key.starts_with("me_") || key == "sign_out_everywhere";
        assert!(is_said || refusals.contains(&stem) || is_elsewhere, "{key} is said nowhere");
    }
    for begin in [".say(\"", "words.with(\""] {
        for rest in sources.split(begin).skip(1) {
            let key = rest.split('"').next().unwrap();
            assert!(all(ENGLISH).any(|(known, _)| known == key), "{key}");
        }
    }
}

#[test]
fn a_visitor_reads_the_language_that_is_asked_for_and_caches_know_it() {
    let gate = gate("");
    for (accepted, language, direction, title) in [
        ("de-AT,en;q=0.5", "de", "ltr", "Hier ist nichts"),
        ("ar", "ar", "rtl", "لا يوجد شيء هنا"),
        ("iw-IL", "he", "rtl", "אין כאן כלום"),
        ("nn", "nb", "ltr", "Her er det ingenting"),
        ("tlh, ja;q=0.1", "ja", "ltr", "ここには何もありません"),
        ("tlh", "en", "ltr", "There is nothing here"),
    ] {
        let answer = visit(&gate, "/nowhere", &[("accept-language", accepted)]);
        assert!(answer.body.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{accepted}");
        assert!(answer.body.contains(&format!("<h1>{title}</h1>")), "{accepted}: {}", answer.body);
        assert_eq!(header(&answer, "content-language"), [language]);
        assert_eq!(header(&answer, "vary"), ["Accept, Accept-Language"]);
    }
    let json = visit(&gate, "/nowhere", &[("accept-language", "de"), ("accept", "application/json")]);
    assert!(header(&json, "content-language").is_empty() || json.body.starts_with("<!doctype"), "{json:?}");
    let form = visit(&gate, "/.edgegate/sign-in", &[("accept-language", "fr")]);
    assert_eq!((header(&form, "vary"), header(&form, "content-language")), (vec!["Accept-Language"], vec!["fr"]));
}

#[test]
fn the_policy_says_which_languages_there_are() {
    let gate = gate("[pages]\nlanguages = [\"de\", \"fr\"]");
    for (accepted, language) in [("fr", "fr"), ("en", "de"), ("", "de"), ("ja, fr;q=0.2", "fr")] {
        let answer = visit(&gate, "/nowhere", &[("accept-language", accepted)]);
        assert_eq!(header(&answer, "content-language"), [language], "{accepted}");
    }
}

#[test]
fn without_a_book_everything_is_said_in_english() {
    let gate = gate("[pages]\nlogo = \"logo.svg\"").with_book(Default::default());
    let answer = visit(&gate, "/nowhere", &[("accept-language", "de")]);
    assert_eq!(header(&answer, "content-language"), ["en"]);
    assert!(answer.body.contains("<h1>There is nothing here</h1>") && !answer.body.contains("<img"), "{}", answer.body);
}
