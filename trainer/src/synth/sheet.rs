//! Contact sheets: many lines on one picture, each with its text below, for the
//! one check that no test makes: looking.

use super::assets::Face;
use super::layout::{self, Layout, Setting};
use super::renderer::LabelledLine;
use image::{GrayImage, Luma};

const CELL_HEIGHT: usize = 64;
const LINE_HEIGHT: usize = 44;
const CAPTION_CAP: f32 = 9.0;
const PAPER: u8 = 60;

/// Lines in a grid of `columns` cells, each `cell_width` pixels wide, captioned
/// in `face`. Lines are scaled to fit; characters that `face` lacks show as `?`.
pub fn contact_sheet(lines: &[LabelledLine], columns: usize, cell_width: usize, face: &Face) -> GrayImage {
    let columns = columns.max(1);
    let rows = lines.len().div_ceil(columns).max(1);
    let size = ((columns * cell_width) as u32, (rows * CELL_HEIGHT) as u32);
    let mut sheet = GrayImage::from_pixel(size.0, size.1, Luma([PAPER]));
    for (at, line) in lines.iter().enumerate() {
        let corner = (at % columns * cell_width, at / columns * CELL_HEIGHT);
        picture(&mut sheet, line, corner, cell_width - 4);
        caption(&mut sheet, &line.text, corner, (cell_width - 4, face));
    }
    sheet
}

fn picture(sheet: &mut GrayImage, line: &LabelledLine, (left, top): (usize, usize), room: usize) {
    let image = &line.image;
    let scale = (LINE_HEIGHT as f32 / image.height as f32).min(room as f32 / image.width as f32);
    let width = ((image.width as f32 * scale) as usize).max(1);
    let height = ((image.height as f32 * scale) as usize).max(1);
    for y in 0..height {
        for x in 0..width {
            let source_x = ((x as f32 + 0.5) / scale) as usize;
            let source_y = ((y as f32 + 0.5) / scale) as usize;
            let (source_x, source_y) = (source_x.min(image.width - 1), source_y.min(image.height - 1));
            let level = image.pixels[source_y * image.width + source_x];
            sheet.put_pixel((left + x) as u32, (top + y) as u32, Luma([level]));
        }
    }
}

fn caption(sheet: &mut GrayImage, text: &str, (left, top): (usize, usize), (room, face): (usize, &Face)) {
    let known = |c: char| if face.has(c) { c } else { '?' };
    let text: String = text.chars().map(known).collect();
    let setting = Setting { cap: CAPTION_CAP, stretch: 0.95, gap: 0.5, word: 1.0, slant: 0.0 };
    let drawn = Layout::new(&layout::outlines(face, &text, &setting), CAPTION_CAP, 0.0);
    let baseline = top as f32 + LINE_HEIGHT as f32 + 14.0;
    for y in 0..drawn.mask.height {
        for x in 0..drawn.mask.width.min(room) {
            let row = baseline + drawn.origin.1 + y as f32;
            let ink = drawn.mask.data[y * drawn.mask.width + x];
            if ink > 0.0 && row >= 0.0 && (row as u32) < sheet.height() {
                let level = f32::from(PAPER) + ink * f32::from(255 - PAPER);
                sheet.put_pixel((left + x) as u32, row as u32, Luma([level as u8]));
            }
        }
    }
}
