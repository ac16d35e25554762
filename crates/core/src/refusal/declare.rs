//! What follows from a line of the lists of reasons: the entry, its code, and what the caller is told.

/// Declares the reasons with their codes, so that no reason is without one and no code is given twice.
macro_rules! declare_reasons {
    ({ $($(#[$doc:meta])+ $name:ident = $code:literal => $public:ident,)+ }) => {
        /// A stable reason for a refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])+ $name,)+ }

        impl Reason {
            /// Every reason, list after list.
            pub const ALL: &[Reason] = &[$(Reason::$name,)+];

            /// The stable code, as the log has it.
            pub const fn code(self) -> &'static str {
                match self { $(Reason::$name => $code,)+ }
            }

            /// What the caller is told.
            pub const fn public(self) -> Public {
                match self { $(Reason::$name => Public::$public,)+ }
            }
        }
    };
}
