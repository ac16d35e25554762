//! Passwords: how many can be tried.

mod guessing;
