//! Which characters a face truly draws. A label must say what the picture shows,
//! so glyphs that are blank, or that show another character, count as missing.

use ab_glyph::{Font, FontVec, OutlineCurve};

/// Characters that every seven-segment face draws as themselves.
const SEGMENT: &str = "0123456789.:- ";

/// Letters whose lower case looks unlike their capital in a normal font.
const TELLING: [char; 8] = ['a', 'e', 'g', 'r', 'b', 'q', 'n', 't'];

/// The characters of `alphabet` that the face draws, sorted. `segment` is the
/// lower-case name of a segment-display face, whose other glyphs mean nothing.
pub(super) fn characters(font: &FontVec, alphabet: &str, segment: Option<&str>) -> Vec<char> {
    let caps_only = is_caps_only(font);
    let mut drawn: Vec<char> = alphabet
        .chars()
        .filter(|&c| c == ' ' || is_drawn(font, c))
        .filter(|&c| !(caps_only && c.is_lowercase() && c != 'µ'))
        .filter(|&c| segment.is_none_or(|name| is_segment_character(name, c)))
        .collect();
    if segment.is_some_and(|name| name.contains("weather")) {
        drawn.clear();
    }
    drawn.sort_unstable();
    drawn.dedup();
    drawn
}

fn is_segment_character(name: &str, c: char) -> bool {
    let full = name.contains("14") || name.contains("16");
    SEGMENT.contains(c) || (full && c.is_ascii_uppercase())
}

fn is_drawn(font: &FontVec, c: char) -> bool {
    let id = font.glyph_id(c);
    // Fonts from scan tools give a .notdef box for what they lack.
    id.0 != 0 && font.outline(id).is_some_and(|outline| !outline.curves.is_empty())
}

/// Display faces often draw capitals (or small capitals) for lower case, which
/// nobody could read back as lower case.
fn is_caps_only(font: &FontVec) -> bool {
    let alike = TELLING.iter().filter(|c| {
        let (low, high) = (font.glyph_id(**c), font.glyph_id(c.to_ascii_uppercase()));
        low == high || same_shape(font, low, high)
    });
    alike.count() >= 4
}

/// Whether two glyphs have the same curves up to a scale.
fn same_shape(font: &FontVec, a: ab_glyph::GlyphId, b: ab_glyph::GlyphId) -> bool {
    let (Some(a), Some(b)) = (font.outline(a), font.outline(b)) else { return false };
    if a.curves.len() != b.curves.len() {
        return false;
    }
    let aspect = |o: &ab_glyph::Outline| o.bounds.width() / o.bounds.height().abs().max(1.0);
    let kinds = |o: &ab_glyph::Outline| o.curves.iter().map(kind).collect::<Vec<_>>();
    (aspect(&a) - aspect(&b)).abs() < 0.08 * aspect(&b).abs() && kinds(&a) == kinds(&b)
}

fn kind(curve: &OutlineCurve) -> u8 {
    match curve {
        OutlineCurve::Line(..) => 0,
        OutlineCurve::Quad(..) => 1,
        OutlineCurve::Cubic(..) => 2,
    }
}
