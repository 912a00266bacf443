//! What each operator of a plan takes: where time goes, without a profiler on the board.
//!
//! Works on any plan of tract, so that it says the same of tract's operators and of ours.

use std::time::{Duration, Instant};

use tract_core::plan::{SimpleState, eval};
use tract_core::prelude::*;

use super::{ReadError, Recognizer};
use crate::preprocess::LineInput;

/// The time of one operator in one run of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorTime {
    /// The node's name in the optimized graph: that of the file's node, or one derived from it.
    pub node: String,
    /// The kind of operator, as tract or labelcam names it.
    pub operator: String,
    /// From its inputs to its outputs. What tract does between operators is in none of them.
    pub time: Duration,
}

impl Recognizer {
    /// Runs the network once on a prepared line and times each operator; constants are left out.
    ///
    /// The operators come in the order in which they run, which is the same in every run at one width.
    ///
    /// # Errors
    /// [`ReadError`], when the network fails.
    pub fn profile(&self, input: &LineInput) -> Result<Vec<OperatorTime>, ReadError> {
        self.network.with_plan(input, profile)
    }
}

fn profile(plan: &Arc<TypedRunnableModel>, inputs: TVec<TValue>) -> TractResult<Vec<OperatorTime>> {
    let mut times = Vec::new();
    SimpleState::new(plan)?.run_plan_with_eval(inputs, |context, state, node, inputs| {
        let start = Instant::now();
        let outputs = eval(context, state, node, inputs)?;
        let time = start.elapsed();
        times.push(OperatorTime { node: node.name.clone(), operator: node.op.name().into_owned(), time });
        TractResult::Ok(outputs)
    })?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_of_a_plan_is_timed_once_and_in_order() {
        let mut model = TypedModel::default();
        let input = model.add_source("line", f32::fact([4])).unwrap();
        let twice = model.wire_node("twice", tract_core::ops::math::add(), &[input, input]).unwrap();
        let fourfold = model.wire_node("fourfold", tract_core::ops::math::add(), &[twice[0], twice[0]]).unwrap();
        model.select_output_outlets(&fourfold).unwrap();
        let plan = model.into_runnable().unwrap();
        let times = profile(&plan, tvec!(Tensor::zero::<f32>(&[4]).unwrap().into())).unwrap();
        let names: Vec<_> = times.iter().map(|of| of.node.as_str()).collect();
        assert_eq!(names, ["line", "twice", "fourfold"]);
        assert_eq!(times[1].operator, "Add");
        assert!(times[1].time > Duration::ZERO);
    }
}
