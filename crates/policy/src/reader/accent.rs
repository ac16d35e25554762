//! A colour, and whether people can read what stands on it (WCAG 2.2, 1.4.3).

use crate::Accent;

/// Reads `#rrggbb`. White text on it must be readable; for links, it is mixed with black or white until they are on every
/// ground of the pages.
///
/// # Errors
/// The reason, with the contrast that it has and a colour that has enough.
pub(crate) fn read(text: &str) -> Result<Accent, String> {
    let colour = parse(text).ok_or_else(|| format!("`{}` is no colour: `#rrggbb`", text.escape_debug()))?;
    let found = contrast(WHITE, colour);
    if found < ENOUGH {
        let enough = toward(colour, [0; 3], WHITE);
        return Err(format!(
            "white text on {text} has a contrast of {found:.1}, and people need {ENOUGH} (WCAG 1.4.3); a darker one of this hue is {}",
            show(enough)
        ));
    }
    Ok(Accent {
        button: show(colour),
        on_light: show(toward(colour, [0; 3], LIGHT)),
        on_dark: show(toward(colour, WHITE, DARK)),
    })
}

/// The first mixture with another colour that is readable on, or under, a third.
fn toward(colour: Colour, other: Colour, ground: Colour) -> Colour {
    let mixed = |share: u32| {
        let [r, g, b] = [0, 1, 2].map(|at| {
            let [from, to] = [colour, other].map(|one| one.get(at).copied().map_or(0, u32::from));
            u8::try_from((from * (100 - share) + to * share) / 100).unwrap_or(u8::MAX)
        });
        [r, g, b]
    };
    (0..=100).map(mixed).find(|one| contrast(ground, *one) >= ENOUGH).unwrap_or(other)
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let [a, b] = [one, other].map(|colour| luminance(colour) + 0.05);
    a.max(b) / a.min(b)
}

/// Relative luminance, as WCAG defines it.
fn luminance(colour: Colour) -> f64 {
    let linear = |part: u8| match f64::from(part) / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    };
    let [r, g, b] = colour.map(linear);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn parse(text: &str) -> Option<Colour> {
    let digits =
        text.strip_prefix('#').filter(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([r, g, b])
}

fn show([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

type Colour = [u8; 3];
const WHITE: Colour = [255; 3];
/// The darkest ground that a link has on a light page, and the lightest on a dark one.
const LIGHT: Colour = [0xee, 0xf1, 0xf7];
/// The same.
const DARK: Colour = [0x2a, 0x2d, 0x34];
const ENOUGH: f64 = 4.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_those_of_the_standard() {
        assert!((contrast(WHITE, [0; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, [0x76; 3]) - 4.54).abs() < 0.01, "the lightest grey that is readable on white");
    }

    #[test]
    fn what_is_proposed_is_accepted() {
        let reason = read("#ffcc00").unwrap_err();
        assert!(reason.contains("a contrast of 1.5"), "{reason}");
        let proposed = reason.rsplit(' ').next().unwrap();
        assert!(read(proposed).is_ok(), "{proposed}");
        assert!(read("#0b57d").is_err() && read("0b57d0").is_err() && read("#0b57dg").is_err());
    }

    #[test]
    fn links_are_readable_on_every_ground() {
        for colour in ["#000000", "#0b57d0", "#7a0019", "#006400", "#767676"] {
            let accent = read(colour).unwrap();
            assert_eq!(accent.button, colour);
            assert!(contrast(LIGHT, parse(&accent.on_light).unwrap()) >= ENOUGH, "{colour}");
            assert!(contrast(DARK, parse(&accent.on_dark).unwrap()) >= ENOUGH, "{colour}");
        }
    }
}
