//! The process: memory, descriptors, threads, times, as the system tells them.

use std::fs;

use super::Value;
use crate::telemetry::Counter;

/// Ticks a second in which Linux tells times to programs, on every architecture.
const TICKS_HZ: f64 = 100.0;

/// Shows every metric of the process that can be had: name without the prefix `process_`, explanation, value.
pub(super) fn visit(visit: &mut dyn FnMut(&str, &str, Value<'_>)) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(kib) = field(&status, "VmRSS:") {
        visit("resident_memory_bytes", "Memory of the process that is in RAM.", Value::Gauge(kib * 1024.0));
    }
    if let Some(threads) = field(&status, "Threads:") {
        visit("threads", "Threads of the process.", Value::Gauge(threads));
    }
    if let Ok(descriptors) = fs::read_dir("/proc/self/fd") {
        // One of them is that of the folder itself.
        let count = u32::try_from(descriptors.count()).unwrap_or(u32::MAX).saturating_sub(1);
        visit("open_fds", "Open descriptors of the process.", Value::Gauge(count.into()));
    }
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    if let Some((used_s, started_s)) = times(&stat) {
        let seconds = Counter::default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole seconds, from 0")]
        seconds.add(used_s as u64);
        visit("cpu_seconds", "Time of processors that the process has used, in seconds.", Value::Counter(&seconds));
        let machine = fs::read_to_string("/proc/stat").unwrap_or_default();
        if let Some(booted_s) = field(&machine, "btime") {
            let help = "When the process started, in seconds since 1970 by the clock as it is set now.";
            visit("start_time_seconds", help, Value::Gauge(booted_s + started_s));
        }
    }
}

/// The first number of the row that begins with `name`.
fn field(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The processor time and the start after the machine's, in seconds, from `/proc/self/stat` (proc(5)).
fn times(stat: &str) -> Option<(f64, f64)> {
    // The name of the program, in brackets, may have blanks and brackets in it; the third field follows.
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    let (user, system, start) = (ticks(14)?, ticks(15)?, ticks(22)?);
    Some(((user + system) / TICKS_HZ, start / TICKS_HZ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_brackets() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 1200 20";
        assert_eq!(times(stat), Some((2.0, 12.0)));
        assert_eq!(times(""), None);
    }

    #[test]
    fn the_process_has_memory_and_threads() {
        let mut shown = Vec::new();
        visit(&mut |name, _, value| {
            if let Value::Gauge(gauge) = value {
                shown.push((name.to_owned(), gauge));
            }
        });
        let names: Vec<_> = shown.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["resident_memory_bytes", "threads", "open_fds", "start_time_seconds"]);
        assert!(shown.iter().all(|(_, value)| *value >= 1.0), "{shown:?}");
    }
}
