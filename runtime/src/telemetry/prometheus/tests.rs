use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::{Counter, Gauge, Visit};
use super::*;

#[derive(Default)]
struct Part {
    counter: Counter,
    gauge: Gauge,
    histogram: Histogram,
}

impl Metrics for Part {
    fn visit(&self, visit: &mut Visit<'_>) {
        visit("lost", "Lost \\ ones,\nof all.", Some(("where", "a\"b\\c\nd")), Value::Counter(&self.counter));
        visit("temperature", "Degrees.", None, Value::Gauge(self.gauge.get()));
        visit("reading_seconds", "Time.", Some(("stage", "find")), Value::Histogram(&self.histogram));
    }
}

/// A sample: name, labels as they stand, value.
type Sample = (String, String, f64);

/// The types and the samples of an exposition, which must be as the format has it.
fn parse(text: &str) -> (BTreeMap<String, String>, Vec<Sample>) {
    let mut types = BTreeMap::new();
    let mut samples: Vec<Sample> = Vec::new();
    let mut closed = BTreeSet::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let name = rest.split_once(' ').unwrap().0.to_owned();
            closed.insert(std::mem::replace(&mut current, name));
            assert!(!closed.contains(&current), "{current} comes twice");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current);
            types.insert(name.to_owned(), kind.to_owned());
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = name.split_once('{').unwrap_or((name, "}"));
            assert!(
                name.starts_with(&current) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
                "{line}"
            );
            samples.push((name.to_owned(), labels.strip_suffix('}').unwrap().to_owned(), value.parse().unwrap()));
        }
    }
    (types, samples)
}

#[test]
fn every_kind_of_metric_is_shown_as_the_format_has_it() {
    let part = Part::default();
    part.counter.add(3);
    part.gauge.set(-1.5);
    for ms in [4, 30, 3000] {
        part.histogram.observe(Duration::from_millis(ms));
    }
    let text = exposition(&[Arc::new(part)]);
    let (types, samples) = parse(&text);
    for (name, kind) in [("lost_total", "counter"), ("temperature", "gauge"), ("reading_seconds", "histogram")] {
        assert_eq!(types[&format!("labelcam_{name}")], kind);
    }
    let of =
        |name: &str| samples.iter().filter(|(n, ..)| n == name).map(|(_, l, v)| (l.as_str(), *v)).collect::<Vec<_>>();
    assert_eq!(of("labelcam_lost_total"), [(r#"where="a\"b\\c\nd""#, 3.0)]);
    assert_eq!(of("labelcam_temperature"), [("", -1.5)]);
    let buckets = of("labelcam_reading_seconds_bucket");
    assert_eq!(buckets.len(), BUCKETS_S.len() + 1);
    assert_eq!((buckets[0], buckets[2]), ((r#"stage="find",le="0.001""#, 0.0), (r#"stage="find",le="0.005""#, 1.0)));
    assert_eq!(buckets.last(), Some(&(r#"stage="find",le="+Inf""#, 3.0)));
    assert_eq!(of("labelcam_reading_seconds_count"), [(r#"stage="find""#, 3.0)]);
    assert_eq!(of("labelcam_reading_seconds_sum"), [(r#"stage="find""#, 3.034)]);
    assert!(text.contains("# HELP labelcam_lost_total Lost \\\\ ones,\\nof all.\n"));
}

#[test]
fn a_name_of_several_parts_is_explained_once() {
    let text = exposition(&[Arc::new(Part::default()), Arc::new(Part::default())]);
    let (_, samples) = parse(&text);
    assert_eq!(samples.iter().filter(|(name, ..)| name == "labelcam_temperature").count(), 2);
}

#[test]
fn numbers_without_end_have_their_signs() {
    assert_eq!([f64::INFINITY, f64::NEG_INFINITY, 0.5, 2e9].map(number), ["+Inf", "-Inf", "0.5", "2000000000"]);
}
