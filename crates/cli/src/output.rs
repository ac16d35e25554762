//! What a command has to say, to a person or to a program, and the exit code.

use serde_json::{Map, Value, json};

use super::host::{self, Stream};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Fine,
    /// 1: refused, or a problem was found.
    Refused,
    /// 2: usage, or input that cannot be read.
    Usage,
    /// 3: the gateway could not be reached, or failed.
    Gateway,
}

/// What a command found. Exactly one of `text` and `json` is shown, on standard output.
#[derive(Debug)]
pub struct Report {
    /// For a person, and for a pipe: the last line is what one would copy.
    pub text: String,
    /// For a program.
    pub json: Value,
    /// Whole lines for standard error, which the JSON says in its own way.
    pub warnings: Vec<String>,
    /// What a person should know beside it: on standard error, or as `notes` of the JSON.
    pub notes: Vec<String>,
    /// How the run ends.
    pub exit: Exit,
}

impl Report {
    /// One that is fine.
    pub fn fine(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, warnings: Vec::new(), notes: Vec::new(), exit: Exit::Fine }
    }

    /// The same with notes.
    pub fn with(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }
}

/// Why there is no report.
#[derive(Debug)]
pub struct Failure {
    /// How the run ends.
    pub exit: Exit,
    /// What happened, one or more lines.
    pub message: String,
    /// What to do about it.
    pub todo: String,
    /// More members for a program.
    pub members: Map<String, Value>,
}

impl Failure {
    /// Exit code 1.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// Exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Exit code 3.
    pub fn gateway(message: impl Into<String>) -> Self {
        Self::new(Exit::Gateway, message)
    }

    /// The same with what to do about it.
    pub fn todo(self, todo: impl Into<String>) -> Self {
        Self { todo: todo.into(), ..self }
    }

    /// The same with one more thing to do.
    pub fn todo_too(mut self, todo: &str) -> Self {
        if !self.todo.is_empty() {
            self.todo.push('\n');
        }
        self.todo.push_str(todo);
        self
    }

    /// The same with one more member for a program.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), todo: String::new(), members: Map::new() }
    }
}

/// Tells the outcome. With `as_json` standard output gets one JSON document, whatever happened.
/// Answers with the exit code.
pub fn tell(as_json: bool, outcome: Result<Report, Failure>) -> u8 {
    let exit = match outcome {
        Ok(report) => {
            match as_json {
                true => write(Stream::Out, &document(report.json, report.notes)),
                false => {
                    let notes = report.notes.iter().map(|note| format!("note: {note}\n"));
                    let warnings = report.warnings.iter().map(|warning| format!("{warning}\n"));
                    write(Stream::Err, &warnings.chain(notes).collect::<String>());
                    write(Stream::Out, &report.text);
                }
            }
            report.exit
        }
        Err(failure) => {
            match as_json {
                true => write(Stream::Out, &document(failure_json(&failure), Vec::new())),
                false => {
                    let todo = failure.todo.lines().map(|line| format!("  {line}\n")).collect::<String>();
                    write(Stream::Err, &format!("edgegate: {}\n{todo}", failure.message));
                }
            }
            failure.exit
        }
    };
    match exit {
        Exit::Fine => 0,
        Exit::Refused => 1,
        Exit::Usage => 2,
        Exit::Gateway => 3,
    }
}

fn document(mut json: Value, notes: Vec<String>) -> String {
    if let Some(members) = json.as_object_mut().filter(|_| !notes.is_empty()) {
        members.insert("notes".to_owned(), json!(notes));
    }
    format!("{json:#}\n")
}

fn failure_json(failure: &Failure) -> Value {
    let mut members = failure.members.clone();
    members.insert("message".to_owned(), json!(failure.message));
    if !failure.todo.is_empty() {
        members.insert("todo".to_owned(), json!(failure.todo));
    }
    json!({ "error": members })
}

/// Writes a text that ends with a line feed.
fn write(to: Stream, text: &str) {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    host::print(to, &format!("{text}{end}"));
}
