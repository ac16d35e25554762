//! Cookies that go out with the answer, whatever it is.

use std::cell::RefCell;

/// The Set-Cookie values of an exchange.
#[derive(Debug, Default)]
pub struct Jar(RefCell<Vec<String>>);

impl Jar {
    /// Adds one, in the place of an earlier one of its name.
    pub fn set(&self, cookie: String) {
        let mut cookies = self.0.borrow_mut();
        cookies.retain(|earlier| name(earlier) != name(&cookie));
        cookies.push(cookie);
    }

    /// Adds one beside whatever is there: a browser may keep cookies of one name in two places.
    pub fn add(&self, cookie: String) {
        self.0.borrow_mut().push(cookie);
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Takes them out.
    pub fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

fn name(cookie: &str) -> Option<&str> {
    cookie.split('=').next()
}
