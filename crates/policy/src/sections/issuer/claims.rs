//! What tokens have to say of themselves: `iss`, tenants, and the claims that are required.

use super::TENANT;
use super::keys;
use super::presets::Preset;
use crate::reader::suggest;
use crate::reader::table::Table;
use crate::reader::text;
use crate::text::admit;

/// `iss`, or a pattern with `{tenant}` at one place.
pub(super) fn issuer(table: &Table<'_>, preset: &Preset) -> Option<String> {
    if !table.has(&keys::ISSUER) {
        if preset.issuer.is_empty() {
            table.report.add(table.line, format!("{}: `issuer` is missing", table.label));
            return None;
        }
        return Some(preset.issuer.to_owned());
    }
    let issuer = table.checked(&keys::ISSUER, text::audience)?;
    if issuer.contains('*') {
        let reason = "a `*` stands for nothing here, and no token has it in `iss`; for several tenants write `{tenant}` \
                      in its place, and list them in `tenants`";
        table.wrong(&keys::ISSUER, reason);
        return None;
    }
    if issuer.replacen(TENANT, "", 1).contains(['{', '}']) {
        table.wrong(&keys::ISSUER, "may have `{tenant}` once, and no other braces: no token has them in `iss`");
        return None;
    }
    if preset.keys.is_some() && issuer.ends_with('/') != preset.has_slash {
        let reason = match preset.has_slash {
            true => format!("lacks the slash at its end, which `iss` in tokens of `{}` has", preset.word),
            false => format!("has a slash at its end, and `iss` in tokens of `{}` has none", preset.word),
        };
        table.wrong(&keys::ISSUER, &reason);
    }
    Some(issuer)
}

/// What stands for `{tenant}`.
pub(super) fn tenants(table: &Table<'_>, preset: &Preset, issuer: Option<&str>) -> Vec<String> {
    let is_pattern = issuer.is_some_and(|issuer| issuer.contains(TENANT));
    if is_pattern && !table.has(&keys::TENANTS) {
        let reason = "`tenants` is missing: `issuer` has `{tenant}`, and everybody can have a tenant";
        table.report.add(table.line, format!("{}: {reason}", table.label));
    }
    if issuer.is_some() && !is_pattern && table.has(&keys::TENANTS) {
        table.wrong(&keys::TENANTS, "has no effect, since `issuer` has no `{tenant}`");
    }
    table.list(&keys::TENANTS, if preset.word == "entra" { directory } else { tenant })
}

/// What the file requires, and what the preset does of other claims.
pub(super) fn require(table: &Table<'_>, preset: &Preset) -> Vec<(String, Vec<String>)> {
    let mut required: Vec<(String, Vec<String>)> = Vec::new();
    if let Some(own) = table.free_table(&keys::REQUIRE) {
        for (claim, _) in own.entries {
            let claim: &str = claim.get_ref();
            if let Err(reason) = text::name(claim) {
                own.wrong_at(claim, &reason);
            }
            let values = own.texts_at(claim);
            required.push((claim.to_owned(), values.iter().filter_map(|text| text.parsed(value)).collect()));
        }
    }
    let restricts =
        |(claim, values): &(String, Vec<String>)| preset.restricted_by.contains(&claim.as_str()) && !values.is_empty();
    if !preset.restricted_by.is_empty() && !required.iter().any(restricts) {
        let list = suggest::listed(preset.restricted_by.iter().copied());
        let reason = format!("`require` has to name one of {list}: anybody there gets tokens for any audience");
        table.report.add(table.line, format!("{}: {reason}", table.label));
    }
    for (claim, values) in preset.require {
        if !required.iter().any(|(own, _)| own == claim) {
            required.push(((*claim).to_owned(), values.iter().map(|value| (*value).to_owned()).collect()));
        }
    }
    required
}

fn tenant(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    admit(text, 64, allowed, "1 to 64 of A-Z, a-z, 0-9, `-` and `.`").map(|()| text.to_owned())
}

/// A tenant of Microsoft Entra: in `iss` neither its domain stands nor `common`.
fn directory(text: &str) -> Result<String, String> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let parts: Vec<&str> = text.split('-').collect();
    let has_form = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]);
    match has_form && parts.iter().all(|part| part.bytes().all(is_digit)) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{}` is no directory (tenant) id: tokens have 32 hex digits in lower case, as \
                              `aaaabbbb-0000-cccc-1111-dddd2222eeee`",
            text.escape_debug()
        )),
    }
}

/// A value of a claim.
fn value(text: &str) -> Result<String, String> {
    if text.contains('*') {
        return Err(format!("`{}`: a `*` stands for nothing here, the whole value is compared", text.escape_debug()));
    }
    match (1..=256).contains(&text.len()) {
        true => Ok(text.to_owned()),
        false => Err(String::from("must be 1 to 256 bytes of text")),
    }
}
