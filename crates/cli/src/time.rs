//! Time as an operator writes and reads it.

pub use edgegate_core::http::day::day;
pub use edgegate_core::policy::{duration, show_duration};
use edgegate_core::signed::link::read_seconds;

use super::host;

/// Now, in Unix seconds.
pub fn now() -> u64 {
    host::now()
}

/// Unix seconds, or a duration from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Unix seconds.
    At(u64),
    /// Seconds after now.
    In(u64),
}

impl When {
    /// In Unix seconds.
    pub fn after(self, now: u64) -> u64 {
        match self {
            When::At(time) => time,
            When::In(seconds) => now.saturating_add(seconds),
        }
    }
}

/// Reads `1900000000` or `10m`.
///
/// # Errors
/// The reason.
pub fn when(text: &str) -> Result<When, String> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => unix(text).map(When::At),
        false => duration(text).map(When::In),
    }
}

/// Reads Unix seconds.
///
/// # Errors
/// The reason.
pub fn unix(text: &str) -> Result<u64, String> {
    read_seconds(text).ok_or_else(|| "write whole Unix seconds, for example 1900000000".to_owned())
}

/// `2030-03-17 17:46:40 UTC`
pub fn show(time: u64) -> String {
    let (hours, minutes, seconds) = (time / 3_600 % 24, time / 60 % 60, time % 60);
    format!("{} {hours:02}:{minutes:02}:{seconds:02} UTC", day(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times() {
        for (time, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_164_800, "2024-02-29 00:00:00 UTC"),
            (1_900_000_000, "2030-03-17 17:46:40 UTC"),
            (4_102_444_799, "2099-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(show(time), text);
        }
    }

    #[test]
    fn moments() {
        assert_eq!(when("1900000000"), Ok(When::At(1_900_000_000)));
        assert_eq!(when("10m").map(|when| when.after(100)), Ok(700));
        assert_eq!(show_duration(5_400), "90m");
        for text in ["", "x", "-5m", "05m", "1h30m", "1.5h", "99999999999999999999d"] {
            assert!(when(text).is_err(), "{text}");
        }
    }
}
