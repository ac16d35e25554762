//! A moment as people write it: a day of the calendar, and a time in UTC.

/// `2030-03-17`, of Unix seconds.
pub fn day(time: u64) -> String {
    // Howard Hinnant's civil_from_days: years begin in March, so that the leap day comes last.
    let days = time / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + next)
}

/// `18:22`, of Unix seconds.
pub fn time_of_day(time: u64) -> String {
    format!("{:02}:{:02}", time / 3_600 % 24, time / 60 % 60)
}
