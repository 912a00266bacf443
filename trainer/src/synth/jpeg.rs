//! What JPEG does to a grey picture: an 8x8 cosine transform, quantised by the
//! standard luminance table. Cheaper than encoding and decoding, with the same marks.

use super::plane::Plane;

/// The luminance table of the JPEG standard, Annex K.
const TABLE: [f32; 64] = [
    16.0, 11.0, 10.0, 16.0, 24.0, 40.0, 51.0, 61.0, 12.0, 12.0, 14.0, 19.0, 26.0, 58.0, 60.0, 55.0, 14.0, 13.0, 16.0,
    24.0, 40.0, 57.0, 69.0, 56.0, 14.0, 17.0, 22.0, 29.0, 51.0, 87.0, 80.0, 62.0, 18.0, 22.0, 37.0, 56.0, 68.0, 109.0,
    103.0, 77.0, 24.0, 35.0, 55.0, 64.0, 81.0, 104.0, 113.0, 92.0, 49.0, 64.0, 78.0, 87.0, 103.0, 121.0, 120.0, 101.0,
    72.0, 92.0, 95.0, 98.0, 112.0, 100.0, 103.0, 99.0,
];

type Block = [[f32; 8]; 8];

/// Quantises an image at a JPEG quality of 1 to 100.
pub(super) fn compress(image: &mut Plane, quality: f32) {
    let quality = quality.clamp(1.0, 100.0);
    let scale = if quality < 50.0 { 50.0 / quality } else { 2.0 - quality / 50.0 };
    let steps = TABLE.map(|step| (step * scale).round().clamp(1.0, 255.0));
    let basis = basis();
    for top in (0..image.height).step_by(8) {
        for left in (0..image.width).step_by(8) {
            let mut block = cut(image, left, top);
            block = transform(&block, &basis);
            for (row, steps) in block.iter_mut().zip(steps.chunks_exact(8)) {
                for (value, step) in row.iter_mut().zip(steps) {
                    *value = (*value / step).round() * step;
                }
            }
            paste(image, (left, top), &transform(&block, &transposed(&basis)));
        }
    }
}

/// The orthonormal cosine basis: row u holds the u-th wave.
fn basis() -> Block {
    std::array::from_fn(|u| {
        let norm = if u == 0 { 0.125f32.sqrt() } else { 0.5 };
        std::array::from_fn(|x| {
            let angle = (2 * x + 1) as f32 * u as f32 * std::f32::consts::PI / 16.0;
            norm * angle.cos()
        })
    })
}

fn transposed(m: &Block) -> Block {
    std::array::from_fn(|i| std::array::from_fn(|j| m[j][i]))
}

/// `basis * block * basis^T`.
fn transform(block: &Block, basis: &Block) -> Block {
    multiply(&multiply(basis, block), &transposed(basis))
}

fn multiply(a: &Block, b: &Block) -> Block {
    let mut out = [[0.0f32; 8]; 8];
    for (out, a) in out.iter_mut().zip(a) {
        for (weight, b) in a.iter().zip(b) {
            for (out, b) in out.iter_mut().zip(b) {
                *out += weight * b;
            }
        }
    }
    out
}

/// A block with the image's edge repeated, centred on 0.
fn cut(image: &Plane, left: usize, top: usize) -> Block {
    std::array::from_fn(|y| {
        let row = &image.data[(top + y).min(image.height - 1) * image.width..][..image.width];
        std::array::from_fn(|x| row[(left + x).min(image.width - 1)].clamp(0.0, 255.0) - 128.0)
    })
}

fn paste(image: &mut Plane, (left, top): (usize, usize), block: &Block) {
    let (rows, columns) = ((image.height - top).min(8), (image.width - left).min(8));
    for (y, line) in block.iter().enumerate().take(rows) {
        let row = &mut image.data[(top + y) * image.width + left..][..columns];
        for (sample, value) in row.iter_mut().zip(line) {
            *sample = value + 128.0;
        }
    }
}
