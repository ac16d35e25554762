//! Names of header fields as the most forgiving origin reads them.
//!
//! CGI, WSGI and PHP make `-` and `_` one, some every sign, and all ignore case.

use std::borrow::Cow;

/// A name as such an origin reads it: lower case, and `-` for whatever is no letter and no digit.
///
/// # Example
/// ```
/// use edgegate_policy::field_name::fold;
///
/// assert_eq!(fold("X_Staff.User"), "x-staff-user");
/// ```
pub fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Cow::Borrowed(name);
    }
    let fold_char = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    Cow::Owned(name.chars().map(fold_char).collect())
}
