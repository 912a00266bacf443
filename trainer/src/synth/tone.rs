//! The grey levels of ink and ground.

use super::dice::Dice;
use super::options::PaintOptions;
use super::scenario::Scenario;

/// Grey levels of a line, 0..255.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tones {
    /// Level of the ink.
    pub(super) ink: f32,
    /// Level of the ground.
    pub(super) ground: f32,
}

impl Tones {
    /// Black on white.
    pub(super) const CLEAN: Self = Self { ink: 8.0, ground: 250.0 };

    /// Draws the levels of a scenario.
    pub(super) fn draw(dice: &mut Dice, options: &PaintOptions, scenario: Scenario) -> Self {
        let (dark, light) = match scenario {
            Scenario::CleanPrint | Scenario::Book | Scenario::Form | Scenario::Receipt => {
                (dice.range(0.0, 80.0), dice.range(185.0, 255.0))
            }
            Scenario::Label | Scenario::Inkjet => (dice.range(5.0, 90.0), dice.range(130.0, 250.0)),
            Scenario::Segment => (dice.range(0.0, 60.0), dice.range(80.0, 200.0)),
            _ => any_pair(dice),
        };
        let contrast = match dice.fault(&options.faint) {
            Some(contrast) => contrast.min(light - dark),
            None => light - dark,
        };
        let low = dice.range(dark, (light - contrast).max(dark));
        if dice.chance(options.light_on_dark) {
            Self { ink: low + contrast, ground: low }
        } else {
            Self { ink: low, ground: low + contrast }
        }
    }

    /// Levels between ink and ground, always positive.
    pub(super) fn contrast(&self) -> f32 {
        (self.ink - self.ground).abs()
    }
}

/// Any two levels at least 45 apart.
fn any_pair(dice: &mut Dice) -> (f32, f32) {
    let contrast = dice.range(45.0, 235.0);
    let dark = dice.range(0.0, 255.0 - contrast);
    (dark, dark + contrast)
}
