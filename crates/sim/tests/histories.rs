//! Histories add up, and the same seed is the same history.

use sim::history;

#[test]
fn three_hundred_histories_add_up() {
    for seed in 0..300 {
        let ended = history::run(seed);
        if let Some((broken, story)) = ended.broken {
            panic!("seed {seed}: {broken}\n{}", story.join("\n"));
        }
    }
}

/// Seeds that once found a fault: a tab that denied a payment another tab had made, and a refund that one
/// run gave up while another run of it was at the gateway.
#[test]
fn histories_that_once_broke_add_up() {
    for seed in [45_074, 40_541] {
        let ended = history::run(seed);
        assert!(ended.broken.is_none(), "seed {seed}: {:?}", ended.broken.map(|(broken, _)| broken));
    }
}

#[test]
fn the_same_seed_is_the_same_history() {
    for seed in [3, 17, 250] {
        let (one, other) = (history::run(seed), history::run(seed));
        assert_eq!(
            (one.trace_hash, one.reached.steps),
            (other.trace_hash, other.reached.steps),
            "seed {seed}"
        );
    }
    assert_ne!(history::run(3).trace_hash, history::run(17).trace_hash);
}
