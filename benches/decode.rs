//! From the network's scores to a text and its confidence.
//!
//! C is 119 for the shipped model labels-en and 5991 for a Chinese one; T is 50 for a line of 200 pixels at a height of
//! 32, and 160 for one of 640.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use labelcam::alphabet::AllowList;
use labelcam::ctc::{self, Scores};

/// Classes with the blank.
const CLASSES: [usize; 2] = [119, 5991];

/// Time steps.
const STEPS: [usize; 2] = [50, 160];

/// The probability of the best class of a step; the others share the rest.
const BEST: f32 = 0.9;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for classes in CLASSES {
        for steps in STEPS {
            decoding(&mut criterion, classes, steps);
        }
    }
    criterion.final_summary();
}

fn decoding(criterion: &mut Criterion, classes: usize, steps: usize) {
    let values = log_probabilities(classes, steps);
    let scores = Scores::new(&values, steps, classes).expect("there are steps * classes values");
    let text: Vec<u16> = ctc::greedy(scores, &AllowList::all()).expect("the scores are finite").classes().collect();
    assert!(text.len() > steps / 4, "a line of {steps} steps has {} symbols", text.len());

    let id = format!("C={classes}/T={steps}");
    let mut group = criterion.benchmark_group("ctc");
    group.throughput(Throughput::Elements(steps as u64));
    group.bench_function(BenchmarkId::new("greedy", &id), |bencher| {
        bencher.iter(|| ctc::greedy(black_box(scores), &AllowList::all()));
    });
    group.bench_function(BenchmarkId::new("posterior", &id), |bencher| {
        bencher.iter(|| ctc::posterior(black_box(scores), black_box(&text)));
    });
    group.finish();
}

/// `[steps, classes]` scores of a full line: a symbol every third step, blanks between.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^16")]
fn log_probabilities(classes: usize, steps: usize) -> Vec<f32> {
    let winner = |step: usize| if step.is_multiple_of(3) { 1 + step * 37 % (classes - 1) } else { 0 };
    let (best, other) = (BEST.ln(), ((1.0 - BEST) / (classes - 1) as f32).ln());
    let score = |at: usize| if at % classes == winner(at / classes) { best } else { other };
    (0..steps * classes).map(score).collect()
}
