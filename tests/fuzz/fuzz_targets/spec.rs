//! What a model file says of itself is understood or refused with a message: as JSON, as TOML with a table of characters
//! beside it (what follows a zero byte), and as an ONNX file with the JSON in its metadata.

#![no_main]

use labelcam::onnx::{self, graph};
use labelcam::spec::{METADATA_KEY, Spec};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = str::from_utf8(data) {
        json(text);
        let (toml, table) = text.split_once('\0').unwrap_or((text, ""));
        if let Err(error) = Spec::from_toml(toml, |_| Ok(table.to_owned())) {
            assert!(!error.to_string().is_empty());
        }
    }
    if let Ok(model) = onnx::parse(data) {
        onnx::metadata(&model, METADATA_KEY).into_iter().for_each(json);
        let graph = model.graph.as_ref().expect("a model without one is refused");
        let index = graph::Index::new(graph);
        for tensor in &graph.initializer {
            let _ = (graph::shape(tensor), graph::floats(tensor), graph::int32s(tensor));
            let _ = (graph::longs(tensor), graph::bytes(tensor), index.only_taker(&tensor.name));
        }
    }
});

/// A contract that is understood is written so that it is understood as the same.
fn json(text: &str) {
    match Spec::from_json(text) {
        Ok(spec) => assert_eq!(Spec::from_json(&spec.to_json()).expect("it was written by this program"), spec),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
