//! Metrics in the text format of Prometheus, version 0.0.4.

mod process;

use std::fmt::Write;
use std::sync::Arc;

use super::{BUCKETS_S, Histogram, Metrics, Value};

/// The media type of [`exposition`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of one name.
struct Family {
    name: String,
    help: String,
    kind: &'static str,
    samples: String,
}

/// The metrics of all parts of the program, and of its process. A name that several parts use is shown once.
#[must_use]
pub fn exposition(parts: &[Arc<dyn Metrics>]) -> String {
    let mut families = Vec::new();
    for part in parts {
        part.visit(&mut |name, help, label, value| {
            add(&mut families, &format!("labelcam_{name}"), (help, label), &value);
        });
    }
    process::visit(&mut |name, help, value| add(&mut families, &format!("process_{name}"), (help, None), &value));
    let mut text = String::new();
    for Family { name, help, kind, samples } in families {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        write(&mut text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n{samples}"));
    }
    text
}

/// Adds a metric to its family.
fn add(families: &mut Vec<Family>, name: &str, (help, label): (&str, Option<(&str, &str)>), value: &Value<'_>) {
    let (kind, suffix) = match value {
        Value::Counter(_) => ("counter", "_total"),
        Value::Gauge(_) => ("gauge", ""),
        Value::Histogram(_) => ("histogram", ""),
    };
    let name = format!("{name}{suffix}");
    let place = families.iter().position(|family| family.name == name).unwrap_or_else(|| {
        families.push(Family { name: name.clone(), help: help.to_owned(), kind, samples: String::new() });
        families.len() - 1
    });
    let samples = &mut families[place].samples;
    let label = label.map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
    let braced = label.as_ref().map_or(String::new(), |label| format!("{{{label}}}"));
    match value {
        Value::Counter(counter) => write(samples, format_args!("{name}{braced} {}\n", counter.get())),
        Value::Gauge(gauge) => write(samples, format_args!("{name}{braced} {}\n", number(*gauge))),
        Value::Histogram(histogram) => {
            buckets(samples, &name, label.as_deref(), histogram);
            write(samples, format_args!("{name}_sum{braced} {}\n", number(histogram.sum().as_secs_f64())));
            write(samples, format_args!("{name}_count{braced} {}\n", histogram.cumulative()[BUCKETS_S.len()]));
        }
    }
}

/// The cumulative counts of a histogram.
fn buckets(samples: &mut String, name: &str, label: Option<&str>, histogram: &Histogram) {
    let label = label.map_or(String::new(), |label| format!("{label},"));
    let ends = BUCKETS_S.iter().copied().chain([f64::INFINITY]);
    for (end, count) in ends.zip(histogram.cumulative()) {
        write(samples, format_args!("{name}_bucket{{{label}le=\"{}\"}} {count}\n", number(end)));
    }
}

/// The value of a label as it stands between quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A number as Go reads it.
fn number(value: f64) -> String {
    if value.is_infinite() { (if value > 0.0 { "+Inf" } else { "-Inf" }).into() } else { value.to_string() }
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("text in memory takes everything");
}

#[cfg(test)]
mod tests;
