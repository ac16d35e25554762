//! How the types of a policy are written as bytes and read back.
//!
//! Fields follow each other in the order of their list, without names: the digest of a compiled policy says whether they
//! are those that were written. So reading goes on as if all were well, and whether it was is asked once, at the end.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

/// A value that a compiled policy holds.
pub(crate) trait Coded: Sized {
    /// Appends it.
    fn write(&self, to: &mut Writer);

    /// Takes it from the front; if it is not there, whatever there is for nothing.
    fn read(from: &mut Reader<'_>) -> Self;
}

/// What has been written.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    shared: Vec<Arc<dyn Any + Send + Sync>>,
}

/// What is still to be read.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    shared: Vec<Arc<dyn Any + Send + Sync>>,
    has_failed: bool,
}

impl<'a> Reader<'a> {
    /// From the first byte.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, shared: Vec::new(), has_failed: false }
    }

    /// Whether everything was there that was asked for, and nothing is left.
    pub(crate) fn is_whole(&self) -> bool {
        !self.has_failed && self.rest.is_empty()
    }

    /// From here on nothing is there any more.
    pub(crate) fn fail(&mut self) {
        self.has_failed = true;
        self.rest = &[];
    }

    fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => {
                self.fail();
                0
            }
        }
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        match self.rest.split_at_checked(count) {
            Some((bytes, rest)) => {
                self.rest = rest;
                bytes
            }
            None => {
                self.fail();
                &[]
            }
        }
    }
}

/// Seven bits a byte, the lowest first, as LEB128 has them.
impl Coded for u64 {
    fn write(&self, to: &mut Writer) {
        let mut rest = *self;
        while rest >= 0x80 {
            to.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        to.bytes.push(rest as u8);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = from.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
        }
        from.fail();
        0
    }
}

macro_rules! number {
    ($($kind:ident)*) => {$(
        impl Coded for $kind {
            fn write(&self, to: &mut Writer) {
                (*self as u64).write(to);
            }

            fn read(from: &mut Reader<'_>) -> Self {
                $kind::try_from(u64::read(from)).unwrap_or_else(|_| {
                    from.fail();
                    0
                })
            }
        }
    )*};
}
number!(u8 u16 usize);

impl Coded for bool {
    fn write(&self, to: &mut Writer) {
        to.bytes.push(u8::from(*self));
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let byte = from.byte();
        if byte > 1 {
            from.fail();
        }
        byte == 1
    }
}

impl Coded for String {
    fn write(&self, to: &mut Writer) {
        self.len().write(to);
        to.bytes.extend(self.as_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let length = usize::read(from);
        let text = core::str::from_utf8(from.bytes(length));
        text.map(str::to_owned).unwrap_or_else(|_| {
            from.fail();
            String::new()
        })
    }
}

impl Coded for IpAddr {
    fn write(&self, to: &mut Writer) {
        match self {
            IpAddr::V4(address) => {
                true.write(to);
                to.bytes.extend(address.octets());
            }
            IpAddr::V6(address) => {
                false.write(to);
                to.bytes.extend(address.octets());
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        match bool::read(from) {
            true => IpAddr::from(<[u8; 4]>::try_from(from.bytes(4)).unwrap_or_default()),
            false => IpAddr::from(<[u8; 16]>::try_from(from.bytes(16)).unwrap_or_default()),
        }
    }
}

impl<T: Coded> Coded for Option<T> {
    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn write(&self, to: &mut Writer) {
        self.len().write(to);
        self.iter().for_each(|one| one.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut all = Vec::new();
        for _ in 0..usize::read(from) {
            all.push(T::read(from));
            if from.has_failed {
                break;
            }
        }
        all
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        (A::read(from), B::read(from))
    }
}

/// What several places share is written once, with 0 in front of it, and shared again when it is read: the others have its
/// place, from 1, among everything that is shared.
impl<T: Coded + Send + Sync + 'static> Coded for Arc<T> {
    fn write(&self, to: &mut Writer) {
        let is_it = |known: &Arc<dyn Any + Send + Sync>| Arc::as_ptr(known).addr() == Arc::as_ptr(self).addr();
        match to.shared.iter().position(is_it) {
            Some(at) => (at + 1).write(to),
            None => {
                0_u64.write(to);
                T::write(self, to);
                to.shared.push(Arc::<T>::clone(self));
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        if let Some(at) = usize::read(from).checked_sub(1) {
            let known = from.shared.get(at).and_then(|known| Arc::clone(known).downcast().ok());
            if let Some(known) = known {
                return known;
            }
            from.fail();
        }
        let value = Arc::new(T::read(from));
        from.shared.push(Arc::<T>::clone(&value));
        value
    }
}

/// The fields of a struct in the order in which they are written, or the variants of an enum with their numbers, from 0: all
/// of them, or it does not compile. `without` names the fields of a struct that follow from the others.
macro_rules! coded {
    (struct $name:ident { $($field:ident),* $(,)? } $(without { $($(#[$when:meta])* $left:ident),* $(,)? })?) => {
        impl $crate::compiled::codec::Coded for $name {
            fn write(&self, to: &mut $crate::compiled::codec::Writer) {
                let Self { $($field,)* $($($(#[$when])* $left: _,)*)? } = self;
                $($crate::compiled::codec::Coded::write($field, to);)*
            }

            fn read(from: &mut $crate::compiled::codec::Reader<'_>) -> Self {
                Self {
                    $($field: $crate::compiled::codec::Coded::read(from),)*
                    $($($(#[$when])* $left: Default::default(),)*)?
                }
            }
        }
    };
    (enum $name:ident { $($number:literal $variant:ident $(($value:ident))? $({ $($field:ident),* })?),* $(,)? }) => {
        impl $crate::compiled::codec::Coded for $name {
            fn write(&self, to: &mut $crate::compiled::codec::Writer) {
                match self {
                    $(Self::$variant $(($value))? $({ $($field),* })? => {
                        $crate::compiled::codec::Coded::write(&{ const NUMBER: u8 = $number; NUMBER }, to);
                        $($crate::compiled::codec::Coded::write($value, to);)?
                        $($($crate::compiled::codec::Coded::write($field, to);)*)?
                    })*
                }
            }

            fn read(from: &mut $crate::compiled::codec::Reader<'_>) -> Self {
                match <u8 as $crate::compiled::codec::Coded>::read(from) {
                    $($number => {
                        $(let $value = $crate::compiled::codec::Coded::read(from);)?
                        Self::$variant $(($value))? $({ $($field: $crate::compiled::codec::Coded::read(from)),* })?
                    })*
                    _ => {
                        from.fail();
                        Self::read(from) // number 0, of nothing
                    }
                }
            }
        }
    };
}
