//! Synthetic text lines for training: pictures of labels, wire markers, receipts,
//! faxes, embossed cards, segment displays and signs, with their exact texts.
//! Rendered on the fly, so that no picture needs to be stored or licensed.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::trivially_copy_pass_by_ref,
    reason = "geometry between pixels and fractions of them: every value is far below the limits"
)]

mod alike;
mod amounts;
mod assets;
mod clutter;
mod codes;
mod corpus;
mod coverage;
mod dice;
mod error;
mod jpeg;
mod layout;
mod light;
mod optics;
mod options;
mod paint;
mod plane;
mod prose;
mod relief;
mod renderer;
mod scenario;
mod scene;
mod sensor;
mod sheet;
mod strokes;
#[cfg(test)]
mod tests;
mod texture;
mod tone;
mod warp;

pub use assets::{Assets, Face};
pub use error::SynthError;
pub use options::{
    Fault, LayoutOptions, OpticsOptions, Options, PaintOptions, Scenarios, SensorOptions, Span, StrokeOptions,
    WarpOptions,
};
pub use renderer::{LabelledLine, Renderer};
pub use scene::{Scene, SceneLine, Sequence, SequenceFrame};
pub use sheet::contact_sheet;
