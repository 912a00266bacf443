//! Moving scenes for what reads over time: the labels of a scene under a camera that is held, mounted, or stands over a
//! belt, with the exposure, the focus and the noise of each frame.
//!
//! Labels and their ground are drawn once, as the world; a frame is a view of it. Motion blurs what moves while the
//! shutter is open.

mod camera;
mod motion;

use super::super::dice::Dice;
use super::super::plane::{Area, Plane};
use super::super::renderer::Renderer;
use super::super::warp::{self, Matrix};
use super::{LABELS_MAX, background, place};
use camera::Camera;
use labelcam::image::Gray;
use motion::Motion;

/// Keeps sequences from sharing their draws with the scenes and lines of the same seed.
const STREAM: u64 = 0x05e9_0e5c_e5e9_0e5c;

/// The most places between two frames that a moving label is blurred over, each about a pixel from the next.
const BLUR_STEPS: usize = 8;

/// A moving scene: its frames are rendered one by one.
pub struct Sequence {
    size: (usize, usize),
    world: Plane,
    labels: Vec<Placed>,
    motion: Motion,
    camera: Camera,
}

/// A label in the world.
struct Placed {
    image: Plane,
    /// From the label to the world.
    map: Matrix,
    /// The ink of each line in the label, and its text.
    lines: Vec<(Area, String)>,
}

/// A frame of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct SequenceFrame {
    /// The picture.
    pub image: Gray,
    /// The corners of each line's ink, in the order of [`Sequence::texts`], in pixels of the picture: clockwise from the
    /// text's top left. They lie outside of it where the line does.
    pub quads: Vec<[[f32; 2]; 4]>,
}

impl Renderer {
    /// Sequence `index` of the stream `seed`, `width` x `height` pixels and `frames` frames: always the same bytes.
    pub fn sequence(&self, (seed, index): (u64, u64), (width, height): (usize, usize), frames: usize) -> Sequence {
        let mut dice = Dice::new(seed ^ STREAM, index);
        let motion = Motion::draw(&mut dice, (width as f32, height as f32), frames as f32);
        let (wide, high) = motion.world();
        let world = background::draw(&mut dice, wide as usize, high as usize);
        let (mut labels, mut taken, mut contrast) = (Vec::new(), Vec::new(), f32::MAX);
        for _ in 0..dice.int(1, LABELS_MAX) {
            let Some(label) = self.label(&mut dice, (width as f32, height as f32)) else { continue };
            let Some(map) = place(&mut dice, &label.image, (wide, high), &mut taken) else { continue };
            contrast = contrast.min(label.tones.contrast());
            labels.push(Placed { image: label.image, map, lines: label.lines });
        }
        let camera = Camera::draw(&mut dice, (width as f32, height as f32), (frames as f32, contrast));
        Sequence { size: (width, height), world, labels, motion, camera }
    }
}

impl Sequence {
    /// The text of each line, label by label, each label's from its top.
    pub fn texts(&self) -> Vec<String> {
        self.labels.iter().flat_map(|label| &label.lines).map(|(_, text)| text.clone()).collect()
    }

    /// The quality, 1 to 100, of the JPEG pictures that the camera gives.
    pub fn quality(&self) -> u8 {
        self.camera.quality
    }

    /// Frame `number` from 0.
    pub fn frame(&self, number: usize) -> SequenceFrame {
        let (start, open) = (number as f32, self.camera.open);
        let mut frame = self.ground(&self.motion.view(start + open / 2.0));
        for label in &self.labels {
            let map = |time: f32| warp::product(&self.motion.view(time), &label.map);
            let steps = steps(&label.image, &map(start), &map(start + open));
            let time = |step: usize| start + open * (step as f32 + 0.5) / steps as f32;
            let maps: Vec<Matrix> = (0..steps).map(|step| map(time(step))).collect();
            paste(&mut frame, &label.image, &maps);
        }
        let middle = self.motion.view(start + open / 2.0);
        let corners = |label: &Placed, ink: &Area| warp::corners_of(&warp::product(&middle, &label.map), ink);
        let lines = self.labels.iter().flat_map(|label| label.lines.iter().map(move |(ink, _)| (label, ink)));
        let quads = lines.map(|(label, ink)| corners(label, ink)).collect();
        SequenceFrame { image: self.camera.take(frame, number), quads }
    }

    /// What lies around the labels, as it is seen.
    fn ground(&self, view: &Matrix) -> Plane {
        let (width, height) = self.size;
        let (wide, high) = (self.world.width as f32 - 0.5, self.world.height as f32 - 0.5);
        let back = warp::inverse(view);
        let mut frame = Plane::new(width, height, 0.0);
        for (y, row) in frame.data.chunks_exact_mut(width).enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                let [u, v] = warp::point_of(&back, [x as f32 + 0.5, y as f32 + 0.5]);
                *sample = self.world.sample(u.clamp(0.5, wide), v.clamp(0.5, high));
            }
        }
        frame
    }
}

/// Places that a label is blurred over between two maps: about one a pixel.
fn steps(label: &Plane, from: &Matrix, to: &Matrix) -> usize {
    let whole = Area { x0: 0.0, y0: 0.0, x1: label.width as f32, y1: label.height as f32 };
    let moved = warp::corners_of(from, &whole).into_iter().zip(warp::corners_of(to, &whole));
    let most = moved.map(|([x0, y0], [x1, y1])| (x1 - x0).hypot(y1 - y0)).fold(0.0, f32::max);
    (most.ceil() as usize).clamp(1, BLUR_STEPS)
}

/// Lays a label on the frame as it is seen at all of `maps` together, its edge a pixel soft.
fn paste(frame: &mut Plane, label: &Plane, maps: &[Matrix]) {
    let (width, height) = (label.width as f32, label.height as f32);
    let whole = Area { x0: 0.0, y0: 0.0, x1: width, y1: height };
    let (mut bounds, each) = (warp::image_of(&maps[0], &whole), 1.0 / maps.len() as f32);
    for map in maps {
        let Area { x0, y0, x1, y1 } = warp::image_of(map, &whole);
        bounds = Area { x0: bounds.x0.min(x0), y0: bounds.y0.min(y0), x1: bounds.x1.max(x1), y1: bounds.y1.max(y1) };
    }
    let backs: Vec<Matrix> = maps.iter().map(warp::inverse).collect();
    let columns = bounds.x0 as usize..(bounds.x1 as usize + 2).min(frame.width);
    for y in bounds.y0 as usize..(bounds.y1 as usize + 2).min(frame.height) {
        for x in columns.clone() {
            let (mut cover, mut level) = (0.0, 0.0);
            for back in &backs {
                let [u, v] = warp::point_of(back, [x as f32 + 0.5, y as f32 + 0.5]);
                let share = each * (u.min(width - u).min(v).min(height - v) + 0.5).clamp(0.0, 1.0);
                if share > 0.0 {
                    cover += share;
                    // Half a pixel within, where no sample lies outside the label.
                    level += share * label.sample(u.clamp(0.5, width - 0.5), v.clamp(0.5, height - 0.5));
                }
            }
            let sample = &mut frame.data[y * frame.width + x];
            *sample = *sample * (1.0 - cover) + level;
        }
    }
}
