//! Panics within libraries and sources: a damaged or hostile model or picture must not take the program with it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    /// Whether this thread is within [`guarded`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Turns a panic of `work` into its message.
///
/// # Errors
/// When `work` panics.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
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
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        for work in [|| panic!("axis {}", 3), || panic!("axis 3")] {
            let message = guarded::<()>(work).unwrap_err();
            assert!(message.contains("axis 3"), "{message}");
        }
    }

    #[test]
    fn results_pass_unchanged() {
        assert_eq!(guarded(|| 3), Ok(3));
        assert_eq!(guarded(|| Err::<(), _>("no such axis")), Ok(Err("no such axis")));
    }

    #[test]
    fn a_thread_is_guarded_only_within() {
        guarded(|| guarded(|| ())).unwrap().unwrap();
        assert!(!GUARDED.get());
        guarded(|| {
            guarded(|| ()).unwrap();
            assert!(GUARDED.get(), "the end of the inner guard is not that of the outer");
        })
        .unwrap();
        guarded::<()>(|| panic!("gone")).unwrap_err();
        assert!(!GUARDED.get());
    }
}
