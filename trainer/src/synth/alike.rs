//! Characters that a face draws like others. In a word the letters around tell which one is meant; in a code nothing does,
//! and a label that asks for one of them asks for what the picture does not show.

use ab_glyph::{Font, FontVec, PxScale};

/// The height of a capital that shapes are compared at, in pixels.
const CAP_PX: f32 = 40.0;

/// Two shapes are alike when all ink of each lies within this many cap heights of the other's: a pixel of a capital
/// that a camera sees 14 pixels high.
const REACH: f32 = 0.07;

/// Ink that may lie further away, as a share of the shape's own: what curves of the same shape differ in.
const STRAY: f32 = 0.02;

/// Characters that many faces draw like others, each with those that it is taken for where nothing else tells.
const TAKEN_FOR: [(char, &[char]); 4] = [('I', &['1']), ('O', &['0']), ('l', &['1', 'I']), ('|', &['1', 'I', 'l'])];

/// Whether many faces draw a character like another one.
pub(super) fn is_look_alike(c: char) -> bool {
    TAKEN_FOR.iter().any(|(own, _)| *own == c)
}

/// The characters among `characters` that the face draws like one that they are taken for, sorted.
pub(super) fn mistakable(font: &FontVec, cap_ratio: f32, characters: &[char]) -> Vec<char> {
    let scale = PxScale::from(CAP_PX / cap_ratio);
    let shape = |c: &char| characters.contains(c).then(|| Shape::draw(font, *c, scale)).flatten();
    let is_taken = |(c, others): &(char, &[char])| {
        shape(c).is_some_and(|own| others.iter().filter_map(shape).any(|other| own.is_like(&other)))
    };
    TAKEN_FOR.iter().filter(|pair| is_taken(pair)).map(|(c, _)| *c).collect()
}

/// The ink of a character, placed as on a line, its middle at x 0 and the baseline at y 0.
struct Shape {
    /// Left, top, right and bottom, in pixels.
    bounds: [i32; 4],
    /// Rows of the bounds, each pixel ink or not.
    ink: Vec<bool>,
}

impl Shape {
    fn draw(font: &FontVec, c: char, scale: PxScale) -> Option<Self> {
        let outline = font.outline_glyph(font.glyph_id(c).with_scale(scale))?;
        let bounds = outline.px_bounds();
        let (width, height) = (bounds.width() as usize, bounds.height() as usize);
        let mut ink = vec![false; width * height];
        outline.draw(|x, y, cover| {
            if let Some(pixel) = ink.get_mut(y as usize * width + x as usize) {
                *pixel = cover > 0.5;
            }
        });
        let (left, top) = (-(width as i32) / 2, bounds.min.y as i32);
        Some(Self { bounds: [left, top, left + width as i32, top + height as i32], ink })
    }

    /// Whether no part of either shape lies far from the other.
    fn is_like(&self, other: &Self) -> bool {
        let reach = (REACH * CAP_PX).round() as i32;
        let near = |(a, b): (&i32, &i32)| (a - b).abs() <= reach;
        if !self.bounds.iter().zip(&other.bounds).all(near) {
            return false;
        }
        let steps = || -reach..=reach;
        let square = steps().flat_map(|dy| steps().map(move |dx| (dx, dy)));
        let disc: Vec<(i32, i32)> = square.filter(|(dx, dy)| dx * dx + dy * dy <= reach * reach).collect();
        self.is_within(other, &disc) && other.is_within(self, &disc)
    }

    /// Whether all ink but a little has some of the other's within a disc around it.
    fn is_within(&self, other: &Self, disc: &[(i32, i32)]) -> bool {
        let is_far = |&(x, y): &(i32, i32)| !disc.iter().any(|(dx, dy)| other.has(x + dx, y + dy));
        let far = self.points().filter(is_far).count();
        far as f32 <= STRAY * self.points().count() as f32
    }

    fn has(&self, x: i32, y: i32) -> bool {
        let [left, top, right, bottom] = self.bounds;
        let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
        inside && self.ink[((y - top) * (right - left) + x - left) as usize]
    }

    /// Where there is ink.
    fn points(&self) -> impl Iterator<Item = (i32, i32)> {
        let [left, top, right, bottom] = self.bounds;
        (top..bottom).flat_map(move |y| (left..right).map(move |x| (x, y))).filter(|&(x, y)| self.has(x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Assets;
    use std::collections::BTreeMap;
    use std::path::Path;

    #[test]
    fn characters_of_one_shape_are_taken_for_each_other_and_a_zero_with_a_stroke_is_no_letter() {
        let mut found = BTreeMap::new();
        for set in ["train", "validation"] {
            let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets/fonts").join(set);
            for face in Assets::load(&fonts, " 01HIOl|").unwrap().faces {
                found.insert(face.family, face.mistakable.into_iter().collect::<String>());
            }
        }
        // Antonio is narrow and has bars for l and |, Quantico's O is as wide as its 0. Arvo's is wider, and Share Tech
        // Mono strikes its 0 through; but both its I and its 1 stand on a foot.
        for (family, expected) in [("Antonio", "Ol|"), ("Quantico", "O"), ("Arvo", ""), ("ShareTechMono", "I")] {
            assert_eq!(found[family], expected, "{family}");
        }
    }
}
