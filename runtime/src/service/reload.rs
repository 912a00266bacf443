//! Reading the configuration again, while frames go on.
//!
//! All that can fail is made before anything that runs is touched; where it fails the old configuration goes on, and the
//! reason is reported. Only what the new one changes is made anew: labels that are followed stay followed when an output
//! changes, and the camera stays open when a rule does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::{DRAIN, Service, announce, start_capture};
use crate::clock::{self, Stamp};
use crate::config::Config;
use crate::output::Outputs;
use crate::watch::Watch;

/// How often the file is looked at.
const PACE: Duration = Duration::from_secs(1);

/// The configuration's file, as it was when it was looked at last.
pub(super) struct ConfigFile {
    path: PathBuf,
    seen: Option<(SystemTime, u64)>,
    looked: Duration,
}

impl ConfigFile {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: version(path), looked: clock::monotonic() }
    }

    /// Whether there is another file at the path than there was, or other content in it. A file that is missing, as it is
    /// for a moment while an editor replaces it, is no change.
    pub(super) fn has_changed(&mut self) -> bool {
        let now = clock::monotonic();
        if now.saturating_sub(self.looked) < PACE {
            return false;
        }
        self.looked = now;
        let version = version(&self.path);
        let has_changed = version.is_some() && version != self.seen;
        self.seen = version.or(self.seen);
        has_changed
    }
}

/// What tells one content of a file from another.
fn version(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl Service {
    /// Reads the configuration again and uses it, or keeps the old one and says why.
    pub(super) fn reload(&mut self) {
        self.systemd.reloading(clock::monotonic());
        let problem = self.try_reload().err().map(|error| format!("{error:#}"));
        match &problem {
            Some(problem) => eprintln!("labelcam: {problem}; the configuration of before stays in use"),
            None => eprintln!("labelcam: {}: read again", self.file.path.display()),
        }
        self.shared.health.reloaded(problem);
        self.systemd.reloaded();
    }

    fn try_reload(&mut self) -> Result<()> {
        let config = Config::load(&self.file.path)?;
        let watch = self.new_watch(&config)?;
        if config.outputs != self.config.outputs {
            self.replace_outputs(&config)?;
        }
        if let Some(watch) = watch {
            let now = Stamp::now();
            self.publisher.publish_all(now, self.watch.interrupt(now));
            self.watch = watch;
            self.shared.health.model(self.watch.recognizer().digest().into());
        }
        if config.source() != self.config.source() || config.capture != self.config.capture {
            self.capture.stop();
            self.capture = start_capture(&config, &self.shared)?;
        }
        self.config = config;
        Ok(())
    }

    /// What the new configuration watches for; none where that is what the old one does.
    fn new_watch(&self, config: &Config) -> Result<Option<Watch>> {
        let current = self.watch.recognizer();
        // There may be another model in the file of the same name.
        let is_other = config.model != self.config.model || !config.model.path.as_os_str().is_empty();
        let loaded = is_other.then(|| (self.load_model)(config)).transpose()?;
        let recognizer = match loaded {
            Some(model) if model.digest() != current.digest() => Arc::new(model),
            _ if config.watches_like(&self.config) => return Ok(None),
            _ => Arc::clone(current),
        };
        Ok(Some(Watch::new(config, recognizer, self.shared.counts.clone())?))
    }

    /// Ends the outputs and starts others; where those cannot be started, the ones of before are.
    ///
    /// They cannot run side by side, as both may want the same socket or port.
    fn replace_outputs(&mut self, config: &Config) -> Result<()> {
        self.publisher.outputs().finish(DRAIN);
        let started = Outputs::start(&config.outputs, self.shared.sources());
        let (outputs, problem) = match started {
            Ok(outputs) => (outputs, None),
            Err(error) => (Outputs::start(&self.config.outputs, self.shared.sources())?, Some(error)),
        };
        announce(&outputs);
        drop(self.publisher.replace(outputs));
        problem.map_or(Ok(()), |problem| Err(problem.into()))
    }
}
