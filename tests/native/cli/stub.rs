//! A gateway that says what it is told to say, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use serde_json::Value;

/// One request as it arrived.
#[derive(Debug)]
pub struct Asked {
    pub line: String,
    pub headers: Vec<String>,
    pub body: Value,
}

/// A listener for so many requests.
pub struct Stub {
    pub url: String,
    serving: JoinHandle<Vec<Asked>>,
}

impl Stub {
    /// Answers one request with this status and body.
    pub fn answering(status: u16, headers: &str, body: &str) -> Self {
        Self::serving(vec![answer(status, headers, body)])
    }

    /// Answers one request after the other, each with its body.
    pub fn paging(bodies: &[&str]) -> Self {
        Self::serving(bodies.iter().map(|body| answer(200, "", body)).collect())
    }

    fn serving(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serve = move || answers.iter().map(|answer| serve(&listener, answer)).collect();
        Self { url, serving: std::thread::spawn(serve) }
    }

    /// Answers one request as Edgegate refuses.
    pub fn refusing(status: u16, code: &str) -> Self {
        let body = format!(
            "{{\"type\":\"about:blank\",\"title\":\"T\",\"status\":{status},\"detail\":\"What exactly.\",\"code\":\"{code}\",\"request_id\":\"r-1\"}}"
        );
        Self::answering(status, "content-type: application/problem+json\r\n", &body)
    }

    /// What it was asked, by one request.
    pub fn asked(self) -> Asked {
        let mut asked = self.all_asked();
        assert_eq!(asked.len(), 1);
        asked.remove(0)
    }

    /// What it was asked, by every request.
    pub fn all_asked(self) -> Vec<Asked> {
        self.serving.join().unwrap()
    }
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn serve(listener: &TcpListener, answer: &str) -> Asked {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let length =
        lines.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    reader.into_inner().write_all(answer.as_bytes()).unwrap();
    Asked { line: lines.remove(0), headers: lines, body: serde_json::from_slice(&body).unwrap() }
}
