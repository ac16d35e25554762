//! How the tool is called: completions, the manual page, and the commands that only the npm package has.

use super::run::edgegate;

const COMMANDS: [&str; 8] = ["check", "build", "secrets", "link", "client", "init", "dev", "doctor"];

#[test]
fn a_shell_completes_every_command() {
    for (shell, word) in [("bash", "complete -F"), ("zsh", "#compdef edgegate"), ("fish", "complete -c edgegate")] {
        let script = edgegate(&["completions", shell]).ends(0).out;
        assert!(script.contains(word), "{shell}");
        for command in COMMANDS {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
    assert!(edgegate(&["completions", "cmd"]).ends(2).err.contains("possible values: bash"));
}

#[test]
fn the_manual_page_names_every_command() {
    let page = edgegate(&["man"]).ends(0).out;
    assert!(page.contains(".TH edgegate 1") && page.contains("Exit codes"), "{page}");
    for command in COMMANDS {
        assert!(page.contains(&format!("edgegate\\-{command}(1)")), "{command}: {page}");
    }
    assert!(edgegate(&["man", "--json"]).ends(0).json()["text"].as_str().unwrap().starts_with(".ie"));
}

#[test]
fn the_native_tool_says_where_the_other_commands_are() {
    if std::env::var_os("EDGEGATE_TOOL").is_some() {
        return; // the package runs them
    }
    for command in ["init", "dev", "deploy", "doctor"] {
        let ran = edgegate(&[command, "--yes", "folder"]).ends(2);
        assert!(ran.err.contains(&format!("npx edgegate {command}")), "{}", ran.err);
        let json = edgegate(&[command, "--json"]).ends(2).json();
        assert!(json["error"]["message"].as_str().unwrap().contains("npm package"));
    }
}
