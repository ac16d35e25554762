//! Byte searches, eight bytes at a time: most of a page is only looked at here.

/// Where the first of these bytes stands.
#[inline]
pub fn find<const N: usize>(needles: [u8; N], bytes: &[u8]) -> Option<usize> {
    let patterns = needles.map(|needle| u64::from_le_bytes([needle; 8]));
    let mut words = bytes.chunks_exact(8);
    let mut at = 0;
    for word in words.by_ref() {
        let word = <[u8; 8]>::try_from(word).map_or(0, u64::from_le_bytes);
        // The lowest marked byte is a true one: borrows only run upwards.
        let marks = patterns.iter().fold(0, |marks, pattern| marks | zeros(word ^ pattern));
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    words.remainder().iter().position(|byte| needles.contains(byte)).map(|found| at + found)
}

/// Whether the bytes begin with these lower-case ones, in any case. None: too few bytes to tell.
pub fn begins(bytes: &[u8], lower: &[u8]) -> Option<bool> {
    let same = bytes.iter().zip(lower).all(|(byte, expected)| byte.to_ascii_lowercase() == *expected);
    match same && bytes.len() < lower.len() {
        true => None,
        false => Some(same),
    }
}

/// How many bytes are those of the lower-case ones, in any case.
pub fn common(bytes: &[u8], lower: &[u8]) -> usize {
    bytes.iter().zip(lower).take_while(|(byte, expected)| byte.to_ascii_lowercase() == **expected).count()
}

/// What HTML counts as a space. A carriage return is read as a line feed (WHATWG HTML 13.2.3.5).
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// The bytes from a place on; none if that is beyond the end.
pub fn from(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

/// Marks the bytes that are zero.
#[inline]
fn zeros(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![b'<' ^ 1; length];
                bytes[at] = b'[';
                assert_eq!(find([b'<', b'['], &bytes), Some(at));
                bytes[length - 1] = b'<';
                assert_eq!(find([b'<', b'['], &bytes), Some(at));
                assert_eq!(find([b'x'], &bytes), None);
            }
        }
    }

    #[test]
    fn a_beginning_may_be_too_short_to_tell() {
        assert_eq!(begins(b"</ScRipt>", b"</script"), Some(true));
        assert_eq!(begins(b"</scr", b"</script"), None);
        assert_eq!(begins(b"</x", b"</script"), Some(false));
    }
}
