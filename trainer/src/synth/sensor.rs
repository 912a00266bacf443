//! The sensor: noise, binarisation, salt and pepper, compression, 8 bits.

use super::dice::Dice;
use super::jpeg;
use super::options::SensorOptions;
use super::plane::Plane;
use super::tone::Tones;
use labelcam::image::Gray;

/// Turns grey levels to a fax or thermal print: noise, then a threshold between
/// the tones of ink and ground. Returns whether it did.
pub(super) fn binarise(dice: &mut Dice, options: &SensorOptions, image: &mut Plane, tones: &Tones) -> bool {
    let Some(strength) = dice.fault(&options.bilevel) else { return false };
    let contrast = tones.contrast().max(1.0);
    // Nearer to the ground, or thin and faded strokes would vanish altogether.
    let threshold = tones.ground + (tones.ink - tones.ground) * dice.range(0.22, 0.5);
    let mut noise = dice.noise();
    let (black, white) = (dice.range(0.0, 50.0), dice.range(215.0, 255.0));
    for sample in &mut image.data {
        let value = *sample + noise.gauss() * strength * contrast * 0.4;
        // A pixel's width of softness stands for the scanner's own aperture.
        let share = ((value - threshold) / (contrast * 0.16) + 0.5).clamp(0.0, 1.0);
        *sample = black + (white - black) * share;
    }
    true
}

/// The levels between the 4th and the 96th percentile: what there is to read by.
fn visible_contrast(image: &Plane) -> f32 {
    let mut histogram = [0usize; 256];
    for sample in &image.data {
        histogram[sample.clamp(0.0, 255.0) as usize] += 1;
    }
    let edge = image.data.len() / 25;
    let find = |order: &mut dyn Iterator<Item = usize>| {
        let mut seen = 0;
        for level in order {
            seen += histogram[level];
            if seen > edge {
                return level as f32;
            }
        }
        128.0
    };
    let low = find(&mut (0..256));
    (find(&mut (0..256).rev()) - low).max(8.0)
}

/// Reads an image out: noise and compression in place, then 8 bits.
pub(super) fn read_out(dice: &mut Dice, options: &SensorOptions, mut image: Plane, tones: &Tones) -> Gray {
    // Faint and dark pictures get less noise: a person must still read them.
    let contrast = visible_contrast(&image).min(tones.contrast().max(20.0));
    if let Some(share) = dice.fault(&options.noise) {
        let mut noise = dice.noise();
        let sigma = share * contrast;
        image.data.iter_mut().for_each(|sample| *sample += sigma * noise.gauss());
    }
    if let Some(photons) = dice.fault(&options.shot) {
        let mut noise = dice.noise();
        // The deviation of a count is its root, so dark parts are the cleaner ones.
        let scale = 255.0 / photons.max(1.0);
        for sample in &mut image.data {
            *sample += (sample.max(0.0) * scale).sqrt() * noise.gauss() * (contrast / 255.0);
        }
    }
    if let Some(share) = dice.fault(&options.salt) {
        let mut noise = dice.noise();
        for sample in &mut image.data {
            let draw = noise.unit();
            if draw < share {
                *sample = if draw < share * 0.5 { 0.0 } else { 255.0 };
            }
        }
    }
    if let Some(quality) = dice.fault(&options.jpeg) {
        // Coarse steps would wipe out faint or tiny text altogether.
        let least = if contrast < 40.0 { 70.0 } else { 2400.0 / contrast };
        let least = if image.height < 24 { least.max(35.0) } else { least };
        jpeg::compress(&mut image, quality.max(least.min(70.0)));
    }
    let pixels = image.data.iter().map(|&sample| (sample + 0.5) as u8).collect();
    Gray { width: image.width, height: image.height, pixels }
}
