//! Goes through the input and writes it out in long runs.

use crate::tags::scan::from;

/// Whether a step needs more bytes than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It went on.
    Done,
    /// What is at hand could still become something else.
    Unfinished,
}

/// A place in the input.
#[derive(Debug)]
pub struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    written: usize,
    out: &'a mut Vec<u8>,
}

impl<'a> Cursor<'a> {
    /// At the first byte.
    pub fn new(input: &'a [u8], out: &'a mut Vec<u8>) -> Self {
        Self { input, at: 0, written: 0, out }
    }

    /// The bytes not gone through.
    pub fn rest(&self) -> &'a [u8] {
        from(self.input, self.at)
    }

    /// How many were gone through.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Lets bytes through as they are.
    pub fn pass(&mut self, length: usize) {
        self.at = self.input.len().min(self.at + length);
    }

    /// Puts something in the place of bytes, or lets nothing through and says false if `write` does.
    pub fn replace(&mut self, length: usize, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
        self.flush();
        let is_written = write(self.out);
        if is_written {
            self.pass(length);
            self.written = self.at;
        }
        is_written
    }

    /// Writes what was let through.
    pub fn flush(&mut self) {
        self.out.extend_from_slice(self.input.get(self.written..self.at).unwrap_or_default());
        self.written = self.at;
    }
}
