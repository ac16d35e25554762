//! A bucket of R2 as an origin.

/// `[origins.<name>] r2 = "BINDING"`: an object is what its path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The binding of the bucket.
    pub binding: String,
    /// Name of the object that a path with a `/` at its end stands for; None: such a path is a name like others.
    pub index: Option<String>,
    /// Key of the object that goes out with 404 where there is none of the name that was asked for.
    pub not_found: Option<String>,
    /// `uploads = true`: routes may list PUT and DELETE, and what is in the bucket is not trusted as a page.
    pub uploads: bool,
}

coded!(struct Bucket { binding, index, not_found, uploads });
