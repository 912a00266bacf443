//! A configuration of any text is refused with a message, or all of it can be used: its regions have places, its rules are
//! made, and judge any text without a panic.
//!
//! What follows a zero byte are texts to judge, one a line.

#![no_main]

use std::time::{Duration, SystemTime};

use labelcam::alphabet::Alphabet;
use labelcam::clock::Stamp;
use labelcam::config::Config;
use labelcam::rule::{RuleOptions, Rules};
use libfuzzer_sys::fuzz_target;

/// Texts that the rules of any configuration judge: one that each kind accepts, and such as none does.
const TEXTS: [&str; 7] = ["4006381333931", "2026-11-30", "-1.5", "00123", "CSQU3054383", "LOT 7 EXP 1/2/99", ""];

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    let (text, shown) = text.split_once('\0').unwrap_or((text, ""));
    let config = match Config::parse(text) {
        Ok(config) => config,
        Err(problem) => return assert!(!problem.to_string().is_empty()),
    };
    // What is not a number differs from itself, and would reach the pipeline.
    assert_eq!(config, config.clone());
    config.source().check().expect("it was checked");
    let alphabet = Alphabet::new("0123456789ABCDEF-. ").expect("its characters differ");
    judge(&config.rules, shown);
    for region in &config.regions {
        let quad = region.quad().expect("it was checked");
        assert!(!quad.width().is_nan() && !quad.height().is_nan(), "{quad:?}");
        // The alphabet may lack what a region allows.
        let _ = region.region(&alphabet);
        judge(&region.rules, shown);
    }
});

fn judge(options: &RuleOptions, shown: &str) {
    let mut rules = Rules::new(options).expect("they were checked");
    for (text, second) in shown.lines().chain(TEXTS).zip(1..) {
        let monotonic = Duration::from_secs(second);
        let wall = SystemTime::UNIX_EPOCH + Duration::from_hours(500_000) + monotonic;
        if let Err(broken) = rules.judge(text, Stamp { monotonic, wall, synchronized: true }) {
            assert!(!broken.reason.is_empty());
        }
    }
}
