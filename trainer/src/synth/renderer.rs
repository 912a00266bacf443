//! One labelled line from (seed, index): text and font, layout, strokes, warp,
//! paint, optics, sensor, in the order in which a real line comes to a picture.

use super::assets::{Assets, Face};
use super::corpus::{self, Kind};
use super::dice::Dice;
use super::layout::{self, Layout, Setting};
use super::options::Options;
use super::paint::{self, Masks};
use super::plane::Plane;
use super::scenario::{self, Scenario};
use super::warp::Warp;
use super::{SynthError, clutter, optics, sensor, strokes};
use labelcam::image::Gray;

/// Cap height, in pixels, below which a line is drawn larger and shrunk: faults
/// of a pixel's size would otherwise be too coarse for small text.
pub(super) const LEAST_WORK_CAP: f32 = 20.0;

/// A rendered line and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledLine {
    /// The crop.
    pub image: Gray,
    /// Its exact text: characters of the alphabet, single spaces, none at the ends.
    pub text: String,
    /// The font family it is set in.
    pub family: String,
}

/// A text and what it is set in.
pub(super) struct Chosen<'a> {
    /// A face that shows all of the text.
    pub(super) face: &'a Face,
    /// What the text is.
    pub(super) kind: Kind,
    /// What it says.
    pub(super) text: String,
}

/// Renders labelled lines; shared freely between threads.
pub struct Renderer {
    assets: Assets,
    options: Options,
    alphabet: Vec<char>,
    signs: Vec<char>,
}

impl Renderer {
    /// A renderer of the characters of `alphabet` that some loaded face draws.
    ///
    /// # Errors
    /// When no face draws any of them.
    pub fn new(assets: Assets, alphabet: &str, options: Options) -> Result<Self, SynthError> {
        let drawn = |c: &char| assets.faces.iter().any(|face| face.has(*c));
        let alphabet: Vec<char> = alphabet.chars().filter(|c| *c != ' ').filter(drawn).collect();
        if alphabet.is_empty() {
            return Err(SynthError::NoCharacters);
        }
        let signs = alphabet.iter().copied().filter(|c| !c.is_ascii_alphanumeric()).collect();
        Ok(Self { assets, options, alphabet, signs })
    }

    /// The settings in use.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// The fonts and words in use.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Line `index` of the stream `seed`: always the same bytes.
    pub fn line(&self, seed: u64, index: u64) -> LabelledLine {
        let mut dice = Dice::new(seed, index);
        let scenario = dice.weighted(&scenario::table(&self.options.scenarios));
        let mut options = scenario.adjusted(&self.options);
        if !dice.chance(options.clean_share) {
            let severity = dice.unit().powf(options.severity_skew);
            dice.set_severity(severity.max(0.02));
        }
        let Chosen { face, text, .. } = self.choose(&mut dice, scenario);
        spare(&mut options, face);
        let image = self.picture(&mut dice, &options, scenario, (face, &text));
        LabelledLine { image, text, family: face.family.clone() }
    }

    /// A text and a face that draws all of it, and draws it so that it can be read.
    pub(super) fn choose(&self, dice: &mut Dice, scenario: Scenario) -> Chosen<'_> {
        let kind = dice.weighted(scenario.kinds());
        let random = scenario != Scenario::Segment && dice.chance(self.options.random_share);
        if random || kind == Kind::Random {
            return self.choose_random(dice, scenario);
        }
        for _ in 0..6 {
            let text = corpus::tidy(&corpus::text(dice, kind, &self.assets.words));
            let face = self.face(dice, scenario);
            // Capitals rescue the text for faces without lower case.
            for text in [text.to_uppercase(), text].into_iter().rev() {
                if !text.is_empty() && face.suits(kind, &text) && self.allows(&text) {
                    return Chosen { face, kind, text };
                }
            }
        }
        self.choose_random(dice, scenario)
    }

    /// Random characters around one drawn first from the alphabet, half the time from
    /// its signs: no other text holds them often, and few faces have them.
    fn choose_random(&self, dice: &mut Dice, scenario: Scenario) -> Chosen<'_> {
        let wanted = if dice.chance(0.5) && !self.signs.is_empty() {
            *dice.pick(&self.signs)
        } else {
            *dice.pick(&self.alphabet)
        };
        let has = |face: &&Face| face.has(wanted);
        let shows = |face: &&Face| has(face) && !face.mistakes(wanted);
        let any = |usable: &dyn Fn(&&Face) -> bool, dice: &mut Dice| {
            let able: Vec<&Face> = self.assets.faces.iter().filter(usable).collect();
            (!able.is_empty()).then(|| *dice.pick(&able))
        };
        let drawn = (0..8).map(|_| self.face(dice, scenario)).find(shows);
        let face = drawn.or_else(|| any(&shows, dice)).or_else(|| any(&has, dice));
        // The constructor keeps only characters that some face draws.
        let face = face.unwrap_or(&self.assets.faces[0]);
        let plain: Vec<char> = face.characters.iter().copied().filter(|c| !face.mistakes(*c)).collect();
        Chosen { face, kind: Kind::Random, text: corpus::random(dice, &plain, wanted) }
    }

    fn allows(&self, text: &str) -> bool {
        text.chars().all(|c| c == ' ' || self.alphabet.contains(&c))
    }

    /// A face of one of the scenario's categories: category, family, then face,
    /// so that a family of many weights is not seen more often than others.
    fn face(&self, dice: &mut Dice, scenario: Scenario) -> &Face {
        let named = scenario.categories();
        let known = |name: &str| self.assets.categories.contains_key(name);
        let usable: Vec<_> = named.iter().copied().filter(|(name, _)| known(name)).collect();
        let name = if usable.is_empty() { "sans" } else { dice.weighted(&usable) };
        let Some(families) = self.assets.categories.get(name) else { return dice.pick(&self.assets.faces) };
        let family = dice.pick(families);
        &self.assets.faces[*dice.pick(&family.faces)]
    }

    fn picture(&self, dice: &mut Dice, options: &Options, scenario: Scenario, (face, text): (&Face, &str)) -> Gray {
        let final_cap = dice.log_span(&options.cap_height);
        let length = text.chars().count();
        let mut setting = Setting::draw(dice, &options.layout, final_cap.max(LEAST_WORK_CAP), length);
        let mut outlines = layout::outlines(face, text, &setting);
        if outlines.ink.width() > options.max_width {
            let factor = options.max_width / outlines.ink.width();
            setting.cap *= factor;
            setting.gap *= factor;
            outlines = layout::outlines(face, text, &setting);
        }
        let mut layout = Layout::new(&outlines, setting.cap, setting.cap * clutter::ROOM);
        strokes::wear(dice, &options.strokes, &mut layout);
        let around = (face, &setting, &*self.assets.words);
        let margins = clutter::surround(dice, &options.layout, &mut layout, around);
        let ghost = ghost(dice, options, &layout, (face, text, &setting));
        let warp = Warp::draw(dice, &options.warp, (&layout, setting.slant), margins);
        let masks =
            Masks { ink: warp.apply(&layout.mask), ghost: ghost.map(|ghost| warp.apply(&ghost)), cap: setting.cap };
        finish(dice, options, scenario, (&masks, final_cap))
    }
}

/// Leaves out what a face has of itself: broken up twice, its letters would be illegible.
pub(super) fn spare(options: &mut Options, face: &Face) {
    if ["dotmatrix", "segment", "stencil"].contains(&face.category.as_str()) {
        options.strokes.dots.chance = 0.0;
        options.strokes.stencil.chance = 0.0;
        options.strokes.outline.chance = 0.0;
    }
}

/// The mask of all segments, lit or not.
fn ghost(
    dice: &mut Dice,
    options: &Options,
    layout: &Layout,
    (face, text, setting): (&Face, &str, &Setting),
) -> Option<Plane> {
    dice.style(&options.strokes.ghost)?;
    let all: String = text.chars().map(|c| if c.is_alphanumeric() { '8' } else { c }).collect();
    Some(layout.twin(&layout::outlines(face, &all, setting)))
}

/// From masks to the finished crop.
fn finish(dice: &mut Dice, options: &Options, scenario: Scenario, (masks, final_cap): (&Masks, f32)) -> Gray {
    let (mut image, tones) = paint::paint(dice, options, masks, scenario);
    optics::expose(dice, &options.optics, &mut image, masks.cap);
    let least = dice.fault(&options.optics.low_resolution);
    let target = least.map_or(final_cap, |cap| cap.min(final_cap));
    let image = optics::resample(image, target / masks.cap);
    dice.open_stage();
    sensor::read_out(dice, &options.sensor, image, &tones)
}
