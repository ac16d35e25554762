//! The part of an object that a request wants (RFC 9110 section 14).

/// One range of bytes. Several are not answered in parts: the whole is sent, which section 14.2 allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// From the first to the last of these, both counted from 0.
    Between(u64, u64),
    /// From here to the end.
    From(u64),
    /// So many at the end.
    Last(u64),
}

impl Range {
    /// A Range field; None for what asks for nothing that is sent as a part.
    ///
    /// # Example
    /// ```
    /// use edgegate_core::object::Range;
    ///
    /// assert_eq!(Range::read("bytes=0-99"), Some(Range::Between(0, 99)));
    /// assert_eq!(Range::read("bytes=0-1, 5-6"), None);
    /// assert_eq!(Range::Last(10).within(4), Some((0, 3)));
    /// ```
    pub fn read(value: &str) -> Option<Self> {
        let (unit, set) = value.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = set.trim().split_once('-')?;
        match (first.trim(), last.trim()) {
            ("", last) => Some(Self::Last(number(last)?)),
            (first, "") => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The first and the last byte of it in an object of that size; None if it has none of them (416).
    pub fn within(&self, size: u64) -> Option<(u64, u64)> {
        let end = size.checked_sub(1)?;
        match *self {
            Self::Between(first, last) => (first <= end).then_some((first, last.min(end))),
            Self::From(first) => (first <= end).then_some((first, end)),
            Self::Last(0) => None,
            Self::Last(count) => Some((size.saturating_sub(count), end)),
        }
    }

    /// As `bucket.js` reads it.
    pub(super) fn line(&self) -> String {
        let [first, last] = match *self {
            Self::Between(first, last) => [first.to_string(), last.to_string()],
            Self::From(first) => [first.to_string(), String::new()],
            Self::Last(count) => [String::new(), count.to_string()],
        };
        [first.as_str(), "-", &last].concat()
    }
}

/// Digits. What is beyond every object is as far as JavaScript counts exactly.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(FURTHEST).min(FURTHEST))
}

const FURTHEST: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_single_range() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=+1-2",
            "bytes=0x1-2",
        ] {
            assert_eq!(Range::read(value), None, "{value}");
        }
    }

    #[test]
    fn within_an_object() {
        for (value, size, expected) in [
            ("bytes=0-", 0, None),
            ("bytes=-5", 0, None),
            ("bytes=-0", 5, None),
            ("bytes=0-0", 5, Some((0, 0))),
            ("Bytes = 1-99", 5, Some((1, 4))),
            ("bytes=4-", 5, Some((4, 4))),
            ("bytes=5-", 5, None),
            ("bytes=-99", 5, Some((0, 4))),
            ("bytes=-2", 5, Some((3, 4))),
            ("bytes=0-99999999999999999999999", 5, Some((0, 4))),
            ("bytes=99999999999999999999999-", 5, None),
        ] {
            assert_eq!(Range::read(value).unwrap().within(size), expected, "{value} of {size}");
        }
    }
}
