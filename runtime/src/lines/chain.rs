//! Pieces of like height that stand side by side: letters become words, and words lines.
//!
//! Letters are joined to their nearest neighbour at the right, without knowing how the line slopes; that is safe only
//! over small gaps. What results has a slope, along which words are then joined over wide gaps, and single letters and
//! digits with them.

use super::components::Component;
use super::fit::{self, Fit};

/// Heights of pieces that may be letters, in pixels of their level: those of a line, and the lower and higher ones in it.
const LETTER_MIN: f32 = 5.0;

/// See [`LETTER_MIN`].
pub(super) const LETTER_MAX: f32 = 56.0;

/// The widest piece, in its heights: a word whose letters touch.
pub(super) const WIDTH_MAX: f32 = 12.0;

/// The least share of its box that a letter covers; a bent hair covers less.
const COVER_MIN: f32 = 0.1;

/// Heights of two letters side by side differ by this factor at most: an `x` beside a `Q`.
const HEIGHTS_MAX: f32 = 2.2;

/// The widest gap between letters of a word, in heights.
const LETTER_GAP: f32 = 0.9;

/// The widest gap that words are joined over, in heights.
const WORD_GAP: f32 = 2.2;

/// The steepest slope: the tangent of 18 degrees, for 15 and what short words are wrong by.
pub(super) const SLOPE_MAX: f32 = 0.325;

/// How far baselines of words of one line miss one another, in heights.
const MISS_MAX: f32 = 0.25;

/// How much slopes of words of one line differ.
const SLOPES_MAX: f32 = 0.14;

/// Rounds of joining words: two words, four, and so on.
const ROUNDS: usize = 4;

/// Side of the bands that letters are looked up by, in pixels.
const BAND_PX: u32 = 16;

/// Pieces side by side, from left to right.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// The pieces.
    pub(super) members: Vec<Component>,
    /// The line through them.
    pub(super) fit: Fit,
}

impl Chain {
    fn new(mut members: Vec<Component>) -> Self {
        members.sort_by(|a, b| a.centre().0.total_cmp(&b.centre().0));
        let fit = fit::line(&members);
        Self { members, fit }
    }

    fn x0(&self) -> f32 {
        self.fit.x0
    }
}

/// Joins the pieces that may be letters.
pub(super) fn chains(pieces: &[Component]) -> Vec<Chain> {
    let letters: Vec<Component> = pieces.iter().filter(|piece| is_letter(piece)).copied().collect();
    let next = neighbours(&letters);
    let mut chains: Vec<Chain> = grouped(&letters, &next).into_iter().map(Chain::new).collect();
    for _ in 0..ROUNDS {
        let before = chains.len();
        chains = joined(chains);
        if chains.len() == before {
            break;
        }
    }
    chains
}

fn is_letter(piece: &Component) -> bool {
    let (width, height) = (piece.width(), piece.height());
    (LETTER_MIN..=LETTER_MAX).contains(&height)
        && width <= WIDTH_MAX * height
        && piece.area as f32 >= COVER_MIN * width * height
}

/// The nearest fitting neighbour at the right of each letter.
fn neighbours(letters: &[Component]) -> Vec<Option<usize>> {
    let band = |y: f32| y.max(0.0) as u32 / BAND_PX;
    let mut order: Vec<(u32, u32, usize)> =
        (0..).zip(letters).map(|(at, letter)| (band(letter.centre().1), letter.x0, at)).collect();
    order.sort_unstable();
    let nearest = |letter: &Component| {
        let (y, height) = (letter.centre().1, letter.height());
        let reach = letter.x1 + (HEIGHTS_MAX * LETTER_GAP * height) as u32;
        let mut best: Option<(f32, usize)> = None;
        for band in band(y - height)..=band(y + height) {
            let from = order.partition_point(|&(at, x0, _)| (at, x0) < (band, letter.x0));
            let row = order[from..].iter().take_while(|&&(at, x0, _)| at == band && x0 <= reach);
            for &(_, _, at) in row {
                let Some(distance) = distance(letter, &letters[at]) else { continue };
                if best.is_none_or(|best| (distance, at) < best) {
                    best = Some((distance, at));
                }
            }
        }
        best.map(|(_, at)| at)
    };
    letters.iter().map(nearest).collect()
}

/// How far apart two letters of a word are, the second at the right; none where they are not of one word.
fn distance(left: &Component, right: &Component) -> Option<f32> {
    let ((x, y), (right_x, right_y)) = (left.centre(), right.centre());
    let (least, most) = (left.height().min(right.height()), left.height().max(right.height()));
    let gap = right.x0 as f32 - left.x1 as f32;
    let narrow = left.width().min(right.width());
    let fits = left.class == right.class
        && right_x > x
        && most <= HEIGHTS_MAX * least
        && gap <= LETTER_GAP * most
        && gap >= -0.5 * narrow;
    if !fits {
        return None;
    }
    let shared = left.y1.min(right.y1) as f32 - left.y0.max(right.y0) as f32;
    // Letters of a line share their baseline, their top or, as `x` and `p` may neither, their middle.
    let tops = (left.y0 as f32 - right.y0 as f32).abs();
    let bottoms = (left.y1 as f32 - right.y1 as f32).abs();
    let miss = tops.min(bottoms).min((right_y - y).abs());
    let level = shared >= 0.3 * least && miss <= 0.15 * most + SLOPE_MAX * (right_x - x);
    level.then_some(gap.max(0.0) + 2.0 * miss)
}

/// The letters of each word, by their links to the right.
fn grouped(letters: &[Component], next: &[Option<usize>]) -> Vec<Vec<Component>> {
    let mut group: Vec<usize> = (0..letters.len()).collect();
    for (at, next) in next.iter().enumerate() {
        if let Some(next) = *next {
            let (one, other) = (end(&mut group, at), end(&mut group, next));
            group[one.min(other)] = one.max(other);
        }
    }
    let mut words: Vec<Vec<Component>> = vec![Vec::new(); letters.len()];
    for (at, letter) in letters.iter().enumerate() {
        words[end(&mut group, at)].push(*letter);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The last letter that a letter's group is known by.
fn end(group: &mut [usize], mut at: usize) -> usize {
    while group[at] != at {
        group[at] = group[group[at]];
        at = group[at];
    }
    at
}

/// Joins each chain with the one that best goes on at its right.
fn joined(mut chains: Vec<Chain>) -> Vec<Chain> {
    chains.sort_by(|a, b| a.x0().total_cmp(&b.x0()));
    // For each chain, the one at its left that claims it, and how well they fit.
    let mut claims: Vec<Option<(f32, usize)>> = vec![None; chains.len()];
    for (at, chain) in chains.iter().enumerate() {
        let reach = chain.fit.x1 + HEIGHTS_MAX * WORD_GAP * chain.fit.height;
        let rest = chains.iter().enumerate().skip(at + 1).take_while(|(_, other)| other.x0() <= reach);
        let fitting = rest.filter_map(|(other_at, other)| Some((miss(chain, other)?, other_at)));
        let Some((miss, best)) = fitting.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        if claims[best].is_none_or(|(least, _)| miss < least) {
            claims[best] = Some((miss, at));
        }
    }
    let mut members: Vec<Option<Chain>> = chains.into_iter().map(Some).collect();
    // From the right, so that what joins a chain has been joined by all behind it.
    for at in (0..members.len()).rev() {
        let Some((_, left)) = claims[at] else { continue };
        if let (Some(right), Some(chain)) = (members[at].take(), members[left].as_mut()) {
            chain.members.extend(right.members);
            chain.fit.x1 = f32::NAN;
        }
    }
    let fresh = |chain: Chain| if chain.fit.x1.is_nan() { Chain::new(chain.members) } else { chain };
    members.into_iter().flatten().map(fresh).collect()
}

/// How badly a chain goes on in another at its right; none where it does not.
fn miss(left: &Chain, right: &Chain) -> Option<f32> {
    let (a, b) = (&left.fit, &right.fit);
    let (least, most) = (a.height.min(b.height), a.height.max(b.height));
    let gap = b.x0 - a.x1;
    let same = left.members[0].class == right.members[0].class;
    if !same || most > HEIGHTS_MAX * least || gap > WORD_GAP * most || gap < -0.4 * most {
        return None;
    }
    let (long, short) = if left.members.len() >= right.members.len() { (a, b) } else { (b, a) };
    if short.sure && (long.slope - short.slope).abs() > SLOPES_MAX {
        return None;
    }
    let x = (short.x0 + short.x1) / 2.0;
    // The slope of a few letters tells little: how far it may mislead grows with the way.
    let way = (x - long.x1).max(long.x0 - x).max(0.0);
    let doubt = if long.sure { 0.04 } else { 0.2 } * way;
    let bottoms = (long.base + long.slope * x - short.middle_base()).abs();
    let tops = (long.top + long.slope * x - short.middle_top()).abs();
    let miss = bottoms.min(tops);
    (miss <= MISS_MAX * most + doubt).then_some(gap.max(0.0) + 3.0 * miss)
}
