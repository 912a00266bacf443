use super::*;
use crate::alphabet::AllowList;
use crate::image::decode;
use crate::recognizer::Recognizer;

/// `B/N 97980`, dark on light.
const BATCH: &[u8] = include_bytes!("../../../tests/data/lines/batch.png");

/// `96`, right of the edge of its label.
const NUMBER: &[u8] = include_bytes!("../../../tests/data/rendered/000272.png");
const NUMBER_EDGE: usize = 14;

fn recognizer() -> Recognizer {
    Recognizer::from_bytes(include_bytes!("../../../models/labels-en-int8.onnx")).unwrap()
}

/// A picture of one grey level.
fn ground() -> Gray {
    Gray::filled(400, 240, 170)
}

/// Puts a line into a picture, without its first columns; where it is then.
fn put(picture: &mut Gray, (bytes, skipped): (&[u8], usize), (left, top): (usize, usize)) -> FoundLine {
    let line = decode(bytes).unwrap();
    let width = line.width - skipped;
    for y in 0..line.height {
        let start = (top + y) * picture.width + left;
        picture.pixels[start..start + width].copy_from_slice(&line.row(y)[skipped..]);
    }
    let [left, top, right, bottom] =
        [left, top, left + width, top + line.height].map(|side| u16::try_from(side).unwrap());
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    FoundLine { quad: Quad(corners.map(|corner| corner.map(f32::from))), score: 1.0 }
}

/// The lines that are read of those found.
fn lines(reader: &PageReader, picture: &Gray, found: &[FoundLine]) -> Vec<PageLine> {
    let mut page = Page::default();
    reader.read(picture, found.to_vec(), &mut page, (&mut |_| true, FIRST));
    order::arrange(&mut page.lines);
    page.lines
}

/// What is read, and whether it stands.
fn read(picture: &Gray, found: &[FoundLine], upside_down: bool) -> Vec<(String, bool)> {
    let (recognizer, allow) = (recognizer(), AllowList::all());
    let reader = Reader { recognizer: &recognizer, allow: &allow, lexicon: None };
    let reader = PageReader { reader, upside_down };
    let lines = lines(&reader, picture, found);
    let standing = reader.standing(picture, &lines, &|_| false);
    lines.into_iter().zip(standing).map(|(line, standing)| (line.reading.text, standing.is_ok())).collect()
}

fn texts<const N: usize>(lines: [(&str, bool); N]) -> Vec<(String, bool)> {
    lines.map(|(text, stands)| (text.to_owned(), stands)).to_vec()
}

#[test]
fn a_number_that_is_one_upside_down_stands_where_labels_never_are_or_a_line_beside_it_tells() {
    let mut picture = ground();
    let number = put(&mut picture, (NUMBER, NUMBER_EDGE), (100, 60));
    assert_eq!(read(&picture, &[number], true), texts([("96", false)]));
    assert_eq!(read(&picture, &[number], false), texts([("96", true)]));
    let batch = put(&mut picture, (BATCH, 0), (100, 130));
    assert_eq!(read(&picture, &[number, batch], true), texts([("96", true), ("B/N 97980", true)]));
}

#[test]
fn a_part_of_a_line_does_not_stand() {
    let mut picture = ground();
    let FoundLine { quad: Quad([a, b, c, d]), score } = put(&mut picture, (BATCH, 0), (100, 60));
    assert_eq!(read(&picture, &[FoundLine { quad: Quad([a, b, c, d]), score }], true), texts([("B/N 97980", true)]));
    // Without the last digit and what is right of it.
    let part = Quad([a, [b[0] - 30.0, b[1]], [c[0] - 30.0, c[1]], d]);
    let read = read(&picture, &[FoundLine { quad: part, score }], true);
    assert!(read.len() == 1 && read.iter().all(|(_, stands)| !stands), "{read:?}");
}

#[test]
fn a_line_that_reads_otherwise_with_some_room_does_not_stand() {
    let mut picture = ground();
    let FoundLine { quad: Quad([a, b, c, d]), score } = put(&mut picture, (BATCH, 0), (100, 60));
    // Cut off below, as by a finder that takes a fold for the end of the letters.
    let parts = [8.0, 9.0, 10.0, 11.0, 12.0].map(|lost| Quad([a, b, [c[0], c[1] - lost], [d[0], d[1] - lost]]));
    let read: Vec<_> = parts.into_iter().flat_map(|quad| read(&picture, &[FoundLine { quad, score }], true)).collect();
    assert!(read.iter().any(|(text, _)| text != "B/N 97980"), "{read:?}");
    assert!(read.iter().all(|(text, stands)| !stands || text == "B/N 97980"), "{read:?}");
}

#[test]
fn what_is_known_is_not_looked_at_again() {
    let mut picture = ground();
    let number = put(&mut picture, (NUMBER, NUMBER_EDGE), (100, 60));
    let (recognizer, allow) = (recognizer(), AllowList::all());
    let reader = PageReader::new(Reader { recognizer: &recognizer, allow: &allow, lexicon: None });
    let lines = lines(&reader, &picture, &[number]);
    let standing = reader.standing(&picture, &lines, &|line| line.reading.text == "96");
    assert_eq!(standing, [Ok(lines[0].reading.clone())]);
}
