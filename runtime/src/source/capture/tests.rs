use std::collections::VecDeque;

use super::*;
use crate::source::{Delivery, FrameSource, SourceError};
use crate::telemetry::Counter;

/// Longer than any test may take: reached only where it fails.
const LONG: Duration = Duration::from_mins(1);

/// What a scripted source does when it is asked.
#[derive(Debug, Clone, Copy)]
enum Act {
    Frame,
    Skipped(u64),
    Damaged,
    NotDue,
    End,
    Timeout,
    Lost,
    Panic,
}

/// A source that follows a script, and is lost after it.
struct Script {
    acts: VecDeque<Act>,
    settles: bool,
    is_lossless: bool,
}

impl FrameSource for Script {
    fn next(&mut self, frame: &mut RawFrame, timeout: Duration) -> Result<Delivery, SourceError> {
        frame.bytes.clear();
        frame.bytes.push(1);
        match self.acts.pop_front().unwrap_or(Act::Lost) {
            Act::Frame => Ok(Delivery::Frame { skipped: 0 }),
            Act::Skipped(skipped) => Ok(Delivery::Frame { skipped }),
            Act::Damaged => Ok(Delivery::Damaged),
            Act::NotDue => Ok(Delivery::NotDue),
            Act::End => Ok(Delivery::End),
            Act::Timeout => Err(SourceError::Timeout { name: "camera".into(), waited: timeout }),
            Act::Lost => Err(lost()),
            Act::Panic => panic!("the driver is mad"),
        }
    }

    fn settles(&self) -> bool {
        self.settles
    }

    fn is_lossless(&self) -> bool {
        self.is_lossless
    }
}

fn lost() -> SourceError {
    SourceError::Lost { name: "camera".into(), reason: "unplugged".into(), fix: "plug it in" }
}

fn script(acts: &[Act]) -> Script {
    Script { acts: acts.iter().copied().collect(), settles: false, is_lossless: false }
}

/// Opens the scripts one after another; none is a failure, and so is everything after the last.
fn opener(scripts: Vec<Option<Script>>) -> Opener {
    let mut scripts = scripts.into_iter();
    Box::new(move || match scripts.next().flatten() {
        Some(script) => Ok(Box::new(script)),
        None => Err(lost()),
    })
}

/// A machine, and the time that it believes.
struct Bench {
    machine: Machine,
    changes: Arc<Mutex<Changes>>,
    now: Duration,
    frame: RawFrame,
}

impl Bench {
    fn new(scripts: Vec<Option<Script>>) -> Self {
        Self::with(CaptureOptions::default(), scripts)
    }

    fn with(options: CaptureOptions, scripts: Vec<Option<Script>>) -> Self {
        let changes = Arc::default();
        let machine = Machine::new(opener(scripts), options, Arc::default(), Arc::clone(&changes));
        Self { machine, changes, now: Duration::from_secs(1000), frame: RawFrame::empty() }
    }

    fn step(&mut self) -> Step {
        self.machine.step(self.now, &mut self.frame)
    }

    /// Steps until something is not `On`, and gives that.
    fn run(&mut self) -> Step {
        (0..1000).map(|_| self.step()).find(|step| *step != Step::On).expect("something happens")
    }

    fn wait(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    /// What was wrong at each change since this was asked last; none where frames were coming.
    fn problems(&self) -> Vec<Option<String>> {
        self.changes.lock().unwrap().take().into_iter().map(|change| change.problem).collect()
    }

    /// What is wrong now.
    fn problem(&self) -> String {
        self.problems().pop().flatten().expect("something is wrong")
    }

    /// Each pause in milliseconds, of `count` that follow one another.
    fn pauses(&mut self, count: usize) -> Vec<u128> {
        let pause = |bench: &mut Self| match bench.run() {
            Step::Pause(pause) => {
                bench.now += pause;
                pause.as_millis()
            }
            step => panic!("{step:?}"),
        };
        (0..count).map(|_| pause(self)).collect()
    }
}

#[test]
fn frames_are_numbered_over_all_reopenings() {
    let mut bench = Bench::new(vec![Some(script(&[Act::Frame; 2])), Some(script(&[Act::Frame; 2]))]);
    let mut numbers = Vec::new();
    while numbers.len() < 4 {
        match bench.run() {
            Step::Frame => numbers.push(bench.frame.sequence),
            Step::Pause(pause) => bench.now += pause,
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(numbers, [0, 1, 2, 3]);
    let metrics = bench.machine.metrics();
    assert_eq!([&metrics.captured, &metrics.losses, &metrics.reopenings].map(Counter::get), [4, 1, 1]);
}

#[test]
fn the_first_frames_of_a_camera_are_left_out_after_every_opening() {
    let camera = || Some(Script { settles: true, ..script(&[Act::Frame; 7]) });
    let mut bench = Bench::new(vec![camera(), camera()]);
    let mut frames = 0;
    for _ in 0..5 {
        match bench.run() {
            Step::Frame => frames += 1,
            Step::Pause(pause) => bench.now += pause,
            step => panic!("{step:?}"),
        }
    }
    assert_eq!((frames, bench.machine.metrics().settling.get()), (4, 10));
}

#[test]
fn pauses_double_up_to_the_longest() {
    let mut bench = Bench::new(vec![]);
    assert_eq!(bench.pauses(8), [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    let metrics = bench.machine.metrics();
    assert_eq!(metrics.losses.get(), 0, "it was never open");
    assert_eq!([&metrics.attempts, &metrics.reopenings].map(Counter::get), [8, 0]);
}

#[test]
fn nothing_is_opened_within_a_pause() {
    let mut bench = Bench::new(vec![None, Some(script(&[Act::Frame]))]);
    assert_eq!(bench.run(), Step::Pause(Duration::from_millis(200)));
    bench.wait(150);
    assert_eq!(bench.run(), Step::Pause(Duration::from_millis(50)));
    bench.wait(50);
    assert_eq!(bench.run(), Step::Frame);
}

#[test]
fn only_a_stream_that_lasted_makes_pauses_short_again() {
    let acts = [Act::Frame, Act::Frame];
    let mut bench = Bench::new(vec![None, Some(script(&acts)), Some(script(&acts)), None]);
    assert_eq!(bench.pauses(1), [200]);
    assert_eq!([bench.run(), bench.run()], [Step::Frame, Step::Frame]);
    // It broke off at once.
    assert_eq!(bench.pauses(1), [400]);
    assert_eq!(bench.run(), Step::Frame);
    bench.wait(10_000);
    assert_eq!(bench.run(), Step::Frame);
    assert_eq!(bench.pauses(3), [200, 400, 800]);
}

#[test]
fn a_timeout_is_a_loss_only_once_all_of_it_has_passed() {
    let acts = [Act::Frame, Act::Timeout, Act::Timeout, Act::Timeout, Act::Frame, Act::Timeout, Act::Timeout];
    let mut bench = Bench::new(vec![Some(script(&[&acts[..], &[Act::Timeout; 2]].concat()))]);
    assert_eq!([bench.step(), bench.step()], [Step::On, Step::Frame]);
    for _ in 0..3 {
        assert_eq!(bench.step(), Step::On);
        bench.wait(250);
    }
    assert_eq!(bench.step(), Step::Frame, "in the last quarter of the second");
    for _ in 0..3 {
        assert_eq!(bench.step(), Step::On);
        bench.wait(250);
    }
    assert!(matches!(bench.step(), Step::Pause(_)));
    let problem = bench.problem();
    assert!(problem.contains("camera gave no frame for 1000 ms"), "{problem}");
    let metrics = bench.machine.metrics();
    assert_eq!([&metrics.timeouts, &metrics.losses].map(Counter::get), [1, 1]);
}

#[test]
fn a_camera_has_more_time_for_its_first_frame() {
    let mut bench = Bench::new(vec![
        Some(script(&[&[Act::Timeout; 16][..], &[Act::Frame]].concat())),
        Some(script(&[Act::Timeout; 99])),
    ]);
    for _ in 0..17 {
        assert_eq!(bench.step(), Step::On);
        bench.wait(250);
    }
    assert_eq!(bench.step(), Step::Frame, "after four seconds");
    assert!(matches!(bench.step(), Step::Pause(_)), "it is lost");
    bench.wait(200);
    let waited = (0..99).find(|_| {
        bench.wait(250);
        bench.step() != Step::On
    });
    assert_eq!(waited, Some(20), "the opening, and five seconds");
}

#[test]
fn what_is_not_due_is_waited_for_however_long_it_takes() {
    let mut bench = Bench::new(vec![Some(script(&[&[Act::NotDue; 100][..], &[Act::Frame]].concat()))]);
    for _ in 0..101 {
        assert_eq!(bench.step(), Step::On);
        bench.wait(250);
    }
    assert_eq!(bench.step(), Step::Frame);
}

#[test]
fn damaged_and_skipped_frames_are_counted_and_a_whole_one_makes_up_for_them() {
    let acts = [Act::Damaged, Act::Damaged, Act::Skipped(3), Act::Damaged, Act::Frame];
    let mut bench = Bench::new(vec![Some(script(&acts))]);
    for _ in 0..2 {
        assert_eq!(bench.run(), Step::Frame);
        bench.wait(900);
    }
    let metrics = bench.machine.metrics();
    assert_eq!([&metrics.damaged, &metrics.skipped, &metrics.losses].map(Counter::get), [3, 3, 0]);
}

#[test]
fn a_source_of_nothing_but_damaged_frames_is_lost() {
    let mut bench = Bench::new(vec![Some(script(&[Act::Damaged; 100]))]);
    let mut steps = 0;
    while bench.step() == Step::On {
        bench.wait(100);
        steps += 1;
    }
    assert_eq!(steps, 11, "the opening, and a second of damaged frames");
    assert!(bench.problem().contains("only damaged frames"));
}

#[test]
fn a_panic_of_a_source_is_a_loss() {
    let mut bench = Bench::new(vec![Some(script(&[Act::Frame, Act::Panic])), Some(script(&[Act::Frame]))]);
    assert_eq!(bench.run(), Step::Frame);
    assert_eq!(bench.pauses(1), [200]);
    assert!(bench.problem().contains("the driver is mad"));
    assert_eq!(bench.run(), Step::Frame);
}

#[test]
fn every_change_is_told_in_order_however_late_it_is_asked_for() {
    let again = Some(script(&[Act::Frame, Act::End]));
    let mut bench = Bench::new(vec![None, Some(script(&[Act::NotDue, Act::Frame])), None, again]);
    assert_eq!(bench.problems(), []);
    bench.pauses(1);
    let problem = || Some(lost().to_string());
    assert_eq!(bench.problems(), [problem()]);
    assert_eq!([bench.step(), bench.step()], [Step::On, Step::On]);
    assert_eq!(bench.problems(), [], "it is open, and gave no frame yet");
    assert_eq!(bench.step(), Step::Frame);
    // Lost, and a failure to open.
    bench.pauses(2);
    assert_eq!(bench.run(), Step::Frame);
    assert_eq!(bench.problems(), [None, problem(), None], "the same reason twice is told once");
    assert_eq!(bench.step(), Step::End);
    assert_eq!(bench.problems(), [], "an end is no problem");
}

#[test]
fn a_change_has_the_time_at_which_it_happened() {
    let mut bench = Bench::new(vec![None, Some(script(&[Act::Frame]))]);
    let first = bench.now;
    bench.pauses(1);
    let second = bench.now;
    assert_eq!(bench.run(), Step::Frame);
    bench.wait(5000);
    let times: Vec<_> = bench.changes.lock().unwrap().take().into_iter().map(|change| change.at).collect();
    assert_eq!(times, [first, second]);
}

fn start(script: Script) -> (Capture, Arc<CaptureMetrics>) {
    let metrics = Arc::<CaptureMetrics>::default();
    let started = Capture::start(opener(vec![Some(script)]), &CaptureOptions::default(), Arc::clone(&metrics));
    (started.unwrap(), metrics)
}

#[test]
fn a_lossless_source_loses_nothing_to_a_slow_reader() {
    let acts = [&[Act::Frame; 200][..], &[Act::End]].concat();
    let (capture, metrics) = start(Script { is_lossless: true, ..script(&acts) });
    let mut frame = RawFrame::empty();
    for number in 0..200 {
        assert_eq!(capture.take(&mut frame, LONG), Some(Taken { dropped: 0 }));
        assert_eq!(frame.sequence, number);
        thread::yield_now();
    }
    assert_eq!(capture.take(&mut frame, LONG), None);
    assert!(capture.is_finished());
    assert_eq!(metrics.dropped.get(), 0);
}

#[test]
fn of_other_sources_every_frame_is_taken_or_counted_and_the_last_is_taken() {
    let (capture, metrics) = start(script(&[&[Act::Frame; 200][..], &[Act::End]].concat()));
    let mut frame = RawFrame::empty();
    let (mut taken, mut dropped) = (0, 0);
    while let Some(Taken { dropped: before }) = capture.take(&mut frame, LONG) {
        taken += 1;
        dropped += before;
    }
    assert_eq!((taken + dropped, frame.sequence), (200, 199));
    assert!(capture.is_finished());
    assert_eq!((metrics.captured.get(), metrics.dropped.get()), (200, dropped));
}

#[test]
fn stopping_ends_a_pause_and_a_lossless_wait() {
    let options = CaptureOptions { retry_min_ms: 3_600_000, retry_max_ms: 3_600_000, ..CaptureOptions::default() };
    let mut paused = Capture::start(opener(vec![]), &options, Arc::default()).unwrap();
    paused.stop();
    paused.stop();
    let waiting = start(Script { is_lossless: true, ..script(&[Act::Frame; 10]) });
    drop(waiting);
}

#[test]
fn every_metric_has_a_name_of_its_own() {
    use crate::telemetry::Metrics;
    let mut names = std::collections::BTreeSet::new();
    CaptureMetrics::default().visit(&mut |name, help, _, _| {
        assert!(help.ends_with('.') && names.insert(name.to_owned()), "{name}");
    });
    assert_eq!(names.len(), 10);
}
