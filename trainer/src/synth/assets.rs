//! Fonts by category, and the word list: what a renderer draws with.

use super::SynthError;
use super::corpus::Kind;
use super::{alike, coverage};
use ab_glyph::{Font, FontVec, PxScale};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One font face and what the renderer must know of it.
pub struct Face {
    /// The parsed font.
    pub font: FontVec,
    /// The name of the folder that it came from.
    pub family: String,
    /// The name of the folder above: its category.
    pub category: String,
    /// Characters of the alphabet that it draws, sorted, with the space.
    pub characters: Vec<char>,
    /// Those that it draws so like another one that a code cannot hold them, sorted.
    pub mistakable: Vec<char>,
    /// Height of a capital at a `PxScale` of 1.
    pub cap_ratio: f32,
}

impl Face {
    /// Whether the face draws every character of a text.
    pub fn draws(&self, text: &str) -> bool {
        text.chars().all(|c| self.has(c))
    }

    /// Whether the face draws a character.
    pub(super) fn has(&self, c: char) -> bool {
        self.characters.binary_search(&c).is_ok()
    }

    /// Whether the face draws a text of this kind so that it can be read.
    pub(super) fn suits(&self, kind: Kind, text: &str) -> bool {
        self.draws(text) && !(kind.is_code() && text.chars().any(|c| self.mistakes(c)))
    }

    /// Whether the face draws a character like another one.
    pub(super) fn mistakes(&self, c: char) -> bool {
        self.mistakable.binary_search(&c).is_ok()
    }
}

/// One family: the faces of one folder.
pub struct Family {
    /// Indices into [`Assets::faces`].
    pub faces: Vec<usize>,
}

/// Everything loaded from the font folder, ready to be shared between threads.
pub struct Assets {
    /// All faces.
    pub faces: Vec<Face>,
    /// Families by category name, both in sorted order so that draws repeat.
    pub categories: BTreeMap<String, Vec<Family>>,
    /// Words, one entry each.
    pub words: Vec<String>,
}

impl Assets {
    /// Loads `dir/<category>/<Family>/*.ttf|otf` and the word list beside or in `dir`.
    ///
    /// # Errors
    /// When a folder cannot be read, or holds no usable face, or the words are missing.
    pub fn load(dir: &Path, alphabet: &str) -> Result<Self, SynthError> {
        let mut assets = Self { faces: Vec::new(), categories: BTreeMap::new(), words: read_words(dir)? };
        for category in folders(dir)? {
            for family in folders(&category)? {
                assets.load_family(&name_of(&category), &family, alphabet)?;
            }
        }
        if assets.faces.is_empty() {
            return Err(SynthError::NoFonts(dir.to_owned()));
        }
        Ok(assets)
    }

    fn load_family(&mut self, category: &str, dir: &Path, alphabet: &str) -> Result<(), SynthError> {
        let mut family = Family { faces: Vec::new() };
        for path in entries(dir)?.into_iter().filter(|path| is_font(path)) {
            let bytes = std::fs::read(&path).map_err(|source| SynthError::Read { path: path.clone(), source })?;
            // A face that does not parse is one face fewer, not a reason to stop.
            let Ok(font) = FontVec::try_from_vec(bytes) else { continue };
            let hint = format!("{} {}", name_of(dir), name_of(&path)).to_lowercase();
            let segment = category == "segment";
            let characters = coverage::characters(&font, alphabet, segment.then_some(&*hint));
            let Some(cap_ratio) = cap_ratio(&font, &characters) else { continue };
            let mistakable = alike::mistakable(&font, cap_ratio, &characters);
            let (name, category) = (name_of(dir), category.to_owned());
            family.faces.push(self.faces.len());
            self.faces.push(Face { font, family: name, category, characters, mistakable, cap_ratio });
        }
        if !family.faces.is_empty() {
            self.categories.entry(category.to_owned()).or_default().push(family);
        }
        Ok(())
    }

    /// The face used for captions: the first upright sans, else the first face.
    pub fn caption_face(&self) -> &Face {
        let sans = self.categories.get("sans").and_then(|families| families.first());
        let index = sans.and_then(|family| family.faces.last()).copied().unwrap_or(0);
        &self.faces[index]
    }
}

/// Height of a capital (or a digit) at scale 1; `None` when the face has no sane one.
fn cap_ratio(font: &FontVec, characters: &[char]) -> Option<f32> {
    let drawn = |c: &char| characters.binary_search(c).is_ok();
    let probe = ['H', '8', '0', 'h', 'A'].into_iter().find(drawn)?;
    let glyph = font.glyph_id(probe).with_scale(PxScale::from(1000.0));
    let bounds = font.outline_glyph(glyph)?.px_bounds();
    let ratio = bounds.height() / 1000.0;
    (0.2..2.0).contains(&ratio).then_some(ratio)
}

fn read_words(dir: &Path) -> Result<Vec<String>, SynthError> {
    let beside = [Some(dir), dir.parent(), dir.parent().and_then(Path::parent)];
    let path = beside.into_iter().flatten().map(|dir| dir.join("words.txt"));
    let path = path.into_iter().find(|path| path.is_file());
    let path = path.ok_or_else(|| SynthError::NoWords(dir.to_owned()))?;
    let text = std::fs::read_to_string(&path).map_err(|source| SynthError::Read { path: path.clone(), source })?;
    let words: Vec<String> = text.lines().map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { Err(SynthError::NoWords(dir.to_owned())) } else { Ok(words) }
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, SynthError> {
    let wrap = |source| SynthError::Read { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(wrap)? {
        paths.push(entry.map_err(wrap)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>, SynthError> {
    Ok(entries(dir)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn is_font(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    extension.eq_ignore_ascii_case("ttf") || extension.eq_ignore_ascii_case("otf")
}

fn name_of(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
