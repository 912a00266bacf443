//! Scenes: pictures of labels, with the place and the text of every line.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::DatasetError;
use crate::lines::Quad;

/// The name of the file with the scenes, one JSON object a row.
pub const SCENES: &str = "scenes.jsonl";

/// A picture and the lines in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneEntry {
    /// The picture's file name within the folder.
    pub file: String,
    /// The corners of each line's ink: clockwise from its text's top left, in pixels.
    pub quads: Vec<Quad>,
    /// The text of each line, in the order of the quads.
    pub texts: Vec<String>,
}

/// The scenes of a folder. The pictures are not looked at.
///
/// # Errors
/// [`DatasetError`], when the scenes file cannot be read, is empty, or has a row that is no scene.
pub fn scenes(folder: &Path) -> Result<Vec<SceneEntry>, DatasetError> {
    let path = folder.join(SCENES);
    let text = fs::read_to_string(&path).map_err(|source| DatasetError::Read { path: path.clone(), source })?;
    let mut scenes = Vec::new();
    for (row, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let bad = |reason: String| DatasetError::Scene { path: path.clone(), row, reason };
        let scene: SceneEntry = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
        if scene.quads.len() != scene.texts.len() {
            return Err(bad(format!("{} quads and {} texts", scene.quads.len(), scene.texts.len())));
        }
        scenes.push(scene);
    }
    if scenes.is_empty() {
        return Err(DatasetError::Empty { path });
    }
    Ok(scenes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenes_of(rows: &str) -> Result<Vec<SceneEntry>, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(SCENES), rows).unwrap();
        scenes(folder.path())
    }

    #[test]
    fn a_scene_written_is_read_again() {
        let quad = Quad([[0.5, 1.0], [9.0, 1.0], [9.0, 4.25], [0.5, 4.0]]);
        let scene = SceneEntry { file: "a.png".to_owned(), quads: vec![quad], texts: vec!["A 1".to_owned()] };
        let row = serde_json::to_string(&scene).unwrap();
        assert_eq!(scenes_of(&format!("{row}\n\n{row}\n")).unwrap(), [scene.clone(), scene]);
    }

    #[test]
    fn rows_that_are_no_scenes_are_told_by_their_number() {
        let good = r#"{"file": "a.png", "quads": [], "texts": []}"#;
        for bad in [
            "{}",
            r#"{"file": "a.png", "quads": [], "texts": ["A"]}"#,
            r#"{"file": "a", "quads": [[]], "texts": [""]}"#,
        ] {
            let error = scenes_of(&format!("{good}\n{bad}\n")).unwrap_err();
            assert!(matches!(error, DatasetError::Scene { row: 2, .. }), "{error}");
        }
        assert!(matches!(scenes_of(""), Err(DatasetError::Empty { .. })));
    }
}
