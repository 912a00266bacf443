//! Other engines on lines, through a Python program and files of raw floats. The quantizer's tests have this too.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use labelcam::preprocess::LineInput;

/// What an engine, `onnxruntime` or `opencv`, gives for each line; `folder` is for the files.
pub(crate) fn outputs<'a>(
    engine: &str,
    (model, folder): (&Path, &Path),
    lines: impl Iterator<Item = &'a LineInput> + Clone,
) -> Vec<Vec<f32>> {
    let mut list = String::new();
    for (i, line) in lines.clone().enumerate() {
        let bytes: Vec<_> = line.pixels().iter().flat_map(|value| value.to_le_bytes()).collect();
        fs::write(folder.join(format!("{i}.in")), bytes).unwrap();
        writeln!(list, "{i} {} {}", line.height(), line.width()).unwrap();
    }
    fs::write(folder.join("list"), list).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trainer/tests/peer_run.py");
    let output = Command::new(python()).arg(script).arg(engine).args([model, folder]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let floats = |bytes: Vec<u8>| bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    (0..lines.count()).map(|i| floats(fs::read(folder.join(format!("{i}.out"))).unwrap())).collect()
}

/// The Python with the engines that `scripts/onnxruntime.sh` makes.
fn python() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache"));
    let python = cache.join("labelcam/onnxruntime/bin/python");
    assert!(python.exists(), "{} is missing: run scripts/onnxruntime.sh", python.display());
    python
}
