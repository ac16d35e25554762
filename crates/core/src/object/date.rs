//! A date of HTTP (RFC 9110 section 5.6.7) as a moment.

/// Unix seconds of `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete forms, which nothing sends any more, count as none:
/// a condition with one is as one that is not there.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let mut words = text.trim().split(' ');
    let mut word = || words.next();
    let (_, day, month, year, time, zone) = (word()?, word()?, word()?, word()?, word()?, word()?);
    let month = MONTHS.iter().position(|name| *name == month)?;
    let mut clock = time.splitn(3, ':').map(|part| number(part, 2));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let (day, year) = (number(day, 2)?, number(year, 4)?);
    let is_date = (1..=31).contains(&day) && year >= 1970 && hour < 24 && minute < 60 && second <= 60;
    if zone != "GMT" || words.next().is_some() || !is_date {
        return None;
    }
    // Days since the first of March of a year that is divided by 400: leap days are the last of their years then.
    let (year, month) = match month {
        0 | 1 => (year - 1, month as u64 + 10),
        _ => (year, month as u64 - 2),
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some(((days.checked_sub(EPOCH)? * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(digits: &str, length: usize) -> Option<u64> {
    let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The days of 1 January 1970, counted like that.
const EPOCH: u64 = 719_468;

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn moments() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Fri, 15 Jan 2027 08:00:00 GMT", Some(1_800_000_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("Sun Nov  6 08:49:37 1994", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 06 Nov 1994 8:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT x", None),
            ("Sun, 00 Nov 1994 08:49:37 GMT", None),
            ("Wed, 31 Dec 1969 23:59:59 GMT", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
