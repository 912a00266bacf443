//! The lens and the sampling: blur, motion, defocus, sharpening, resolution.

use super::dice::Dice;
use super::options::OpticsOptions;
use super::plane::Plane;

/// Blurs an image; `cap` is its cap height in pixels.
pub(super) fn expose(dice: &mut Dice, options: &OpticsOptions, image: &mut Plane, cap: f32) {
    dice.open_stage();
    if let Some(radius) = dice.fault(&options.defocus) {
        disc(image, radius * cap);
    } else if let Some(sigma) = dice.fault(&options.blur) {
        image.blur(sigma * cap);
    }
    if let Some(length) = dice.fault(&options.motion) {
        let kernel = box_kernel(length * cap);
        // Hands shake mostly sideways; a shake up and down blurs just as much.
        if dice.chance(0.6) { image.filter_rows(&kernel) } else { image.filter_columns(&kernel) }
    }
    if let Some(amount) = dice.fault(&options.sharpen) {
        let mut soft = image.clone();
        soft.blur((cap * 0.05).max(0.7));
        for (sample, soft) in image.data.iter_mut().zip(&soft.data) {
            *sample += amount * (*sample - soft);
        }
    }
}

/// The image at the resolution of the finished crop: `scale` of 1 or less.
pub(super) fn resample(image: Plane, scale: f32) -> Plane {
    if scale > 0.97 {
        return image;
    }
    let width = (image.width as f32 * scale).round() as usize;
    let height = (image.height as f32 * scale).round() as usize;
    image.shrink(width.max(3), height.max(3))
}

/// A disc of confusion, as two crossed boxes: near enough at these radii.
fn disc(image: &mut Plane, radius: f32) {
    let kernel = box_kernel(radius * 1.8);
    image.filter_rows(&kernel);
    image.filter_columns(&kernel);
}

/// A box of fractional length as an odd kernel.
fn box_kernel(length: f32) -> Vec<f32> {
    let length = length.max(1.0);
    let radius = ((length - 1.0) / 2.0).ceil() as usize;
    let mut kernel = vec![1.0f32; 2 * radius + 1];
    if radius > 0 {
        let edge = (length - (2 * radius - 1) as f32) / 2.0;
        kernel[0] = edge;
        kernel[2 * radius] = edge;
    }
    let sum: f32 = kernel.iter().sum();
    for weight in &mut kernel {
        *weight /= sum;
    }
    kernel
}
