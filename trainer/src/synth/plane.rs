//! A plane of f32 samples and the few filters that the renderer needs.
//! Masks hold 0..1 (ink coverage), images hold grey levels 0..255.

/// A row-major plane of f32 samples.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    /// Columns.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// `width * height` samples.
    pub(super) data: Vec<f32>,
}

/// A box in pixels, `x1` and `y1` exclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    /// Left.
    pub x0: f32,
    /// Top.
    pub y0: f32,
    /// Right.
    pub x1: f32,
    /// Bottom.
    pub y1: f32,
}

impl Area {
    /// Width in pixels.
    pub(super) fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height in pixels.
    pub(super) fn height(&self) -> f32 {
        self.y1 - self.y0
    }
}

impl Plane {
    /// A plane filled with one value; sides are at least one pixel.
    pub(super) fn new(width: usize, height: usize, value: f32) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, data: vec![value; width * height] }
    }

    /// Bilinear sample at a pixel-corner coordinate; 0 outside.
    #[inline]
    pub(super) fn sample(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (fx, fy) = (x.floor(), y.floor());
        let (ix, iy) = (fx as i32, fy as i32);
        if ix < -1 || iy < -1 || ix >= self.width as i32 || iy >= self.height as i32 {
            return 0.0;
        }
        let (ax, ay) = (x - fx, y - fy);
        let top = self.at(ix, iy) * (1.0 - ax) + self.at(ix + 1, iy) * ax;
        let bottom = self.at(ix, iy + 1) * (1.0 - ax) + self.at(ix + 1, iy + 1) * ax;
        top * (1.0 - ay) + bottom * ay
    }

    #[inline]
    fn at(&self, x: i32, y: i32) -> f32 {
        if x < 0 || y < 0 || x as usize >= self.width || y as usize >= self.height {
            return 0.0;
        }
        self.data[y as usize * self.width + x as usize]
    }

    /// Raises the samples inside a box to at least `value`; the box is clipped.
    pub(super) fn fill(&mut self, area: &Area, value: f32) {
        let x0 = (area.x0.round().max(0.0) as usize).min(self.width);
        let x1 = (area.x1.round().max(0.0) as usize).min(self.width);
        let y0 = (area.y0.round().max(0.0) as usize).min(self.height);
        let y1 = (area.y1.round().max(0.0) as usize).min(self.height);
        for row in y0..y1 {
            for sample in &mut self.data[row * self.width + x0..][..x1.saturating_sub(x0)] {
                *sample = sample.max(value);
            }
        }
    }

    /// Gaussian blur with the edge repeated; `sigma` in pixels, below 0.2 does nothing.
    pub(super) fn blur(&mut self, sigma: f32) {
        self.blur_xy(sigma, sigma);
    }

    /// Gaussian blur with a deviation of its own along each axis.
    pub(super) fn blur_xy(&mut self, sigma_x: f32, sigma_y: f32) {
        if sigma_x >= 0.2 {
            self.filter_rows(&gauss_kernel(sigma_x));
        }
        if sigma_y >= 0.2 {
            self.filter_columns(&gauss_kernel(sigma_y));
        }
    }

    /// Convolves every row with an odd kernel, edges repeated.
    pub(super) fn filter_rows(&mut self, kernel: &[f32]) {
        let (width, radius) = (self.width, kernel.len() / 2);
        let mut padded = vec![0.0f32; width + 2 * radius];
        for row in self.data.chunks_exact_mut(width) {
            padded[..radius].fill(row[0]);
            padded[radius..radius + width].copy_from_slice(row);
            padded[radius + width..].fill(row[width - 1]);
            row.fill(0.0);
            for (tap, &weight) in kernel.iter().enumerate() {
                for (out, &sample) in row.iter_mut().zip(&padded[tap..]) {
                    *out += weight * sample;
                }
            }
        }
    }

    /// Convolves every column with an odd kernel, edges repeated.
    pub(super) fn filter_columns(&mut self, kernel: &[f32]) {
        let (width, height, radius) = (self.width, self.height as isize, kernel.len() / 2);
        let mut out = vec![0.0f32; self.data.len()];
        for (y, row) in out.chunks_exact_mut(width).enumerate() {
            for (tap, &weight) in kernel.iter().enumerate() {
                let source = (y as isize + tap as isize - radius as isize).clamp(0, height - 1);
                let line = &self.data[source as usize * width..][..width];
                for (out, &sample) in row.iter_mut().zip(line) {
                    *out += weight * sample;
                }
            }
        }
        self.data = out;
    }

    /// Thickens (positive) or thins (negative) a mask by a fractional pixel count.
    pub(super) fn grow(&mut self, pixels: f32) {
        let mut left = pixels.abs().min(6.0);
        while left > 0.01 {
            self.grow_once(pixels > 0.0, left.min(1.0));
            left -= 1.0;
        }
    }

    /// One 3-sample maximum (or minimum) along both axes, blended in by `share`.
    fn grow_once(&mut self, thicken: bool, share: f32) {
        let pick = |a: f32, b: f32| if thicken { a.max(b) } else { a.min(b) };
        let (width, height) = (self.width, self.height);
        let mut wide = self.data.clone();
        for (out, row) in wide.chunks_exact_mut(width).zip(self.data.chunks_exact(width)) {
            for (out, pair) in out[1..].iter_mut().zip(row) {
                *out = pick(*out, *pair);
            }
            for (out, next) in out.iter_mut().zip(&row[1..]) {
                *out = pick(*out, *next);
            }
        }
        for y in 0..height {
            let above = &wide[y.saturating_sub(1) * width..][..width];
            let here = &wide[y * width..][..width];
            let below = &wide[(y + 1).min(height - 1) * width..][..width];
            let row = &mut self.data[y * width..][..width];
            for x in 0..width {
                let best = pick(pick(above[x], here[x]), below[x]);
                row[x] += (best - row[x]) * share;
            }
        }
    }

    /// Area-averaging resize to a smaller size; enlarging repeats samples softly.
    pub(super) fn shrink(&self, width: usize, height: usize) -> Plane {
        let columns = spans(self.width, width.max(1));
        let rows = spans(self.height, height.max(1));
        let mut out = Plane::new(width, height, 0.0);
        let mut wide = vec![0.0f32; self.width];
        for (target, (first, weights)) in rows.iter().enumerate() {
            wide.fill(0.0);
            for (step, &weight) in weights.iter().enumerate() {
                let row = &self.data[(first + step) * self.width..][..self.width];
                for (sum, &sample) in wide.iter_mut().zip(row) {
                    *sum += weight * sample;
                }
            }
            let line = &mut out.data[target * out.width..][..out.width];
            for (out, (first, weights)) in line.iter_mut().zip(&columns) {
                *out = weights.iter().zip(&wide[*first..]).map(|(w, s)| w * s).sum();
            }
        }
        out
    }
}

/// A normalised gaussian kernel of odd length, cut at 2.6 deviations.
fn gauss_kernel(sigma: f32) -> Vec<f32> {
    let radius = (sigma * 2.6).ceil() as i32;
    let mut kernel: Vec<f32> = (-radius..=radius).map(|i| (-(i * i) as f32 / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = kernel.iter().sum();
    for weight in &mut kernel {
        *weight /= sum;
    }
    kernel
}

/// For each target sample: the first source sample and the weights of those it covers.
fn spans(from: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let ratio = from as f32 / to as f32;
    (0..to)
        .map(|i| {
            let (start, end) = (i as f32 * ratio, ((i + 1) as f32 * ratio).min(from as f32));
            let first = (start as usize).min(from - 1);
            let last = ((end - 1e-4).max(0.0) as usize).clamp(first, from - 1);
            let mut weights: Vec<f32> =
                (first..=last).map(|s| (end.min(s as f32 + 1.0) - start.max(s as f32)).max(1e-6)).collect();
            let sum: f32 = weights.iter().sum();
            for weight in &mut weights {
                *weight /= sum;
            }
            (first, weights)
        })
        .collect()
}
