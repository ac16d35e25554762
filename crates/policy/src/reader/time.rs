//! Durations (`"15m"`) and days (`"2027-12-31"`).

/// Seconds of a duration: one number and one unit.
///
/// # Errors
/// The reason, with an example.
pub fn duration(text: &str) -> Result<u64, String> {
    let form = || format!("`{text}` is not a duration; write a number and a unit: `5s`, `15m`, `6h` or `14d`");
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(letter, unit)| text.strip_suffix(*letter).map(|digits| (digits, *unit)))
        .ok_or_else(form)?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || (digits.len() > 1 && digits.starts_with('0')) {
        return Err(form());
    }
    let seconds = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds <= LONGEST).ok_or_else(|| format!("`{text}` is longer than ten years"))
}

/// A number of seconds as the file would write it.
pub fn show_duration(seconds: u64) -> String {
    let fits = UNITS.iter().find(|(_, unit)| seconds >= *unit && seconds.is_multiple_of(*unit));
    match fits {
        Some((letter, unit)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// Days since 1970-01-01 of a `YYYY-MM-DD`, or None if there is no such day.
pub(crate) fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = part(parts.next()?, 4)?;
    let month = part(parts.next()?, 2)?;
    let day = part(parts.next()?, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Howard Hinnant's days_from_civil: years begin in March, so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn part(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Largest first, so that [`show_duration`] takes the largest that divides.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
const LONGEST: u64 = 3_650 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [("0s", 0), ("5s", 5), ("15m", 900), ("6h", 21_600), ("14d", 1_209_600)] {
            assert_eq!(duration(text), Ok(seconds));
            assert_eq!(show_duration(seconds), text);
        }
        for text in
            ["", "5", "s", "05s", "-5s", "+5s", "5 s", "5S", "1.5h", "1h30m", "５s", "99999999999999999999d", "3651d"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2000-02-29"), Some(11_016));
        assert_eq!(day("2027-12-31"), Some(21_183));
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "2027-1-1",
            "27-01-01",
            "2027-01-01x",
            "",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
