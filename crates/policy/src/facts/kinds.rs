//! What follows from a row's head: the entry of `accept` as a type, as the reader finds it, and as a compiled policy has it.

/// Declares the kinds with their rows: `ROW = number Variant(value: Type, where it is read) by value.name { facts }`.
macro_rules! kinds {
    ($(
        $(#[$doc:meta])*
        $row:ident = $number:literal $kind:ident $(($value:ident: $type:ty, $read:ident))?
            $(by $owner:ident.$name:ident)? {
            $($facts:tt)*
        }
    )*) => {
        /// One entry of `accept`.
        #[derive(Debug, Clone)]
        pub enum CredentialKind {
            $($(#[$doc])* $kind $(($type))?,)*
        }

        $(static $row: Facts = Facts {
            is_named: {
                const NAMES: &[&str] = &[$(stringify!($name))?];
                NAMES.len() == 1
            },
            $($facts)*
        };)*

        impl Facts {
            /// Every row, in the order in which messages list kinds.
            pub const ALL: [&Facts; [$($number),*].len()] = [$(&$row),*];
        }

        impl CredentialKind {
            /// What holds for its kind.
            pub const fn facts(&self) -> &'static Facts {
                match self {
                    $(Self::$kind { .. } => &$row,)*
                }
            }

            /// The name of its profile, where a policy may have several of its kind.
            pub(super) fn profile(&self) -> Option<&str> {
                $($(if let Self::$kind($owner) = self {
                    return Some(&$owner.$name);
                })?)*
                None
            }

            /// The entry of a row, with what the file says of it under that name. None: it does not say so, or not rightly.
            #[cfg(feature = "reader")]
            pub(crate) fn of(
                facts: &Facts,
                around: &crate::sections::Surroundings<'_, '_>,
                named: crate::reader::Named<'_>,
            ) -> Option<Self> {
                $(if std::ptr::eq(facts, &$row) {
                    return Some(Self::$kind $((crate::reader::Holder::held(&around.$read, named)?))?);
                })*
                None
            }
        }

        coded!(enum CredentialKind { $($number $kind $(($value))?),* });
    };
}
