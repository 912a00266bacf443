//! Work on many things at once, with results that do not depend on the number of threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The processor's threads, 1 where the system does not tell.
#[must_use]
pub fn available() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// What `work` makes of each of `items`, in the order of the items, on up to `threads` threads.
///
/// # Panics
/// Where `work` does.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    // Each thread takes the next item there is: neighbours, which are often alike, are worked on at the same time.
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let threads = threads.clamp(1, items.len().max(1));
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
        let mut done = share();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items_on_any_number_of_threads() {
        let items: Vec<u64> = (0..100).collect();
        for threads in [0, 1, 2, 7, 1000] {
            // The first take longest, so that the last are done before them.
            let work = |&item: &u64| {
                let rounds = if item < 3 { 1_000_000 } else { 1 };
                (0..rounds).fold(item, |sum, round| std::hint::black_box(sum + round)) - rounds * (rounds - 1) / 2
            };
            assert_eq!(map(&items, threads, work), items);
        }
        assert!(map(&[], 4, |&item: &u64| item).is_empty());
    }

    #[test]
    #[should_panic(expected = "the third")]
    fn a_panic_in_a_thread_is_a_panic_of_the_caller() {
        map(&[1, 2, 3], 2, |&item| assert_ne!(item, 3, "the third"));
    }
}
