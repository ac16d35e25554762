//! The fuzz targets, each a function over bytes that panics where a promise is broken.

/// The function `run` of a target, for an input that is made of the bytes.
macro_rules! target {
    (|$input:ident: $type:ty| $body:expr) => {
        #[allow(missing_docs)]
        pub fn run(bytes: &[u8]) {
            let Some($input) = crate::given::take::<$type>(bytes) else { return };
            $body
        }
    };
}

/// Declares the targets, and lists them by name.
macro_rules! targets {
    ($($name:ident $path:literal),+ $(,)?) => {
        $(#[path = $path] mod $name;)+
        /// Every target.
        pub const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name::run)),+];
    };
}

pub mod given;
#[allow(dead_code, missing_docs)] // the native tests use all of it
#[path = "../../tests/support/mod.rs"]
pub mod support;

targets! {
    accept "../fuzz_targets/accept.rs",
    answer "../fuzz_targets/answer.rs",
    basic "../fuzz_targets/basic.rs",
    codec "../fuzz_targets/codec.rs",
    cookie "../fuzz_targets/cookie.rs",
    document "../fuzz_targets/document.rs",
    dpop "../fuzz_targets/dpop.rs",
    explain "../fuzz_targets/explain.rs",
    fields "../fuzz_targets/fields.rs",
    gate_handle "../fuzz_targets/gate_handle.rs",
    gate_storage "../fuzz_targets/gate_storage.rs",
    headers "../fuzz_targets/headers.rs",
    introspection "../fuzz_targets/introspection.rs",
    jwks "../fuzz_targets/jwks.rs",
    jwt_judge "../fuzz_targets/jwt_judge.rs",
    link_verify "../fuzz_targets/link_verify.rs",
    multipart "../fuzz_targets/multipart.rs",
    patterns "../fuzz_targets/patterns.rs",
    policy_read "../fuzz_targets/policy_read.rs",
    query "../fuzz_targets/query.rs",
    redirect_verify "../fuzz_targets/redirect_verify.rs",
    redirects "../fuzz_targets/redirects.rs",
    returned "../fuzz_targets/returned.rs",
    seal_open "../fuzz_targets/seal_open.rs",
    tags "../fuzz_targets/tags.rs",
    target "../fuzz_targets/target.rs",
}
