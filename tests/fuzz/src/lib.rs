//! What fuzz targets share.

use std::panic;

/// Has panics end the program only where nothing catches them.
///
/// libFuzzer's own hook ends it at once, so that a panic of a dependency would be a finding though labelcam catches it and
/// makes it an error. A panic that reaches the target is a finding still; its message is printed here.
pub fn allow_guarded_panics() {
    panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}
