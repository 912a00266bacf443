//! Panics within tract: a damaged or hostile model must not take the program with it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use tract_core::internal::anyhow;
use tract_core::prelude::TractResult;

thread_local! {
    /// Whether this thread is within [`guarded`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of `work` into an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> TractResult<T> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(anyhow!("tract failed within: {message}"))
    })
}

/// Keeps the panics that become errors here from being reported as panics too; all others are reported as before.
///
/// For programs, at their start: the hook belongs to the whole process, so that this library does not touch it.
pub fn silence_guarded_panics() {
    let report = take_hook();
    set_hook(Box::new(move |panic| {
        if !GUARDED.get() {
            report(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use tract_core::internal::bail;

    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        for work in [|| panic!("axis {}", 3), || panic!("axis 3")] {
            let error = guarded::<()>(work).unwrap_err();
            assert!(error.to_string().contains("axis 3"), "{error}");
        }
    }

    #[test]
    fn results_pass_unchanged() {
        assert_eq!(guarded(|| Ok(3)).unwrap(), 3);
        assert_eq!(guarded::<()>(|| bail!("no such axis")).unwrap_err().to_string(), "no such axis");
    }

    #[test]
    fn a_thread_is_guarded_only_within() {
        guarded(|| guarded(|| Ok(()))).unwrap();
        assert!(!GUARDED.get());
        guarded(|| {
            guarded(|| Ok(()))?;
            assert!(GUARDED.get(), "the end of the inner guard is not that of the outer");
            Ok(())
        })
        .unwrap();
        guarded::<()>(|| panic!("gone")).unwrap_err();
        assert!(!GUARDED.get());
    }
}
