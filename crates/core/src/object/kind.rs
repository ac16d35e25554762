//! What a browser makes of an object that somebody else may have put there.

/// Whether a browser runs no script of a document of that type. What is not known is not one of them: SVG and every XML run
/// scripts, and so do types that a browser adds one day.
pub(super) fn is_passive(content_type: &str) -> bool {
    // Browsers take a comma for the end of one type and the beginning of another, which counts.
    if content_type.contains(',') {
        return false;
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (main, sub) = essence.split_once('/').unwrap_or_default();
    match main {
        "image" | "audio" | "video" | "font" => !sub.ends_with("xml"),
        _ => PASSIVE.contains(&essence.as_str()),
    }
}

const PASSIVE: [&str; 5] =
    ["text/plain", "text/csv", "application/json", "application/pdf", "application/octet-stream"];

#[cfg(test)]
mod tests {
    use super::is_passive;

    #[test]
    fn types() {
        for content_type in ["text/plain", "Text/Plain; charset=utf-8", "image/png", "video/mp4", "application/pdf"] {
            assert!(is_passive(content_type), "{content_type}");
        }
        for content_type in [
            "",
            "text/html",
            "TEXT/HTML;x",
            "image/svg+xml",
            "Image/SVG+XML; a",
            "application/xhtml+xml",
            "text/xml",
            "application/xml",
            "multipart/x-mixed-replace",
            "text/plain, text/html",
            "image/png, text/html",
            "text/plain; a, text/html",
            "image/png;x=y, text/html",
            "text/xsl",
            "unknown",
            "text/javascript",
        ] {
            assert!(!is_passive(content_type), "{content_type}");
        }
    }
}
