//! The pool with stand-in engines.

use clipig_experiment::Scope;
use clipig_experiment::random::Key;
use clipig_schedule::{
    Canvas, Dispatch as _, GradientSum, Shard, ShardCompute, ShardError, ShardIndex, ShardResult, ShardTask,
    TargetIndex,
};

use super::ComputePool;

/// Answers with the shard's index as the gradient; fails for one shard; takes longer for small ones.
struct StandIn;

impl ShardCompute for StandIn {
    fn compute(&mut self, task: &ShardTask) -> Result<ShardResult, ShardError> {
        let index = task.shard.index.0;
        std::thread::sleep(std::time::Duration::from_micros(u64::from(40 - index) * 20));
        if index == 13 {
            return Err(ShardError::Experiment("thirteen".to_owned()));
        }
        let mut gradient = GradientSum::new(1, 1);
        gradient.add_at(&[Some(0)], &[index as f32, 0.0, 0.0]);
        Ok(ShardResult { gradient, samples: Vec::new() })
    }
}

fn tasks(n: u32) -> Vec<ShardTask> {
    let canvas = Canvas::new(1, 1, vec![0.0; 3]).unwrap();
    let scope = Scope::new(Key::root(0), 0, 1);
    let shard = |i| Shard { index: ShardIndex(i), target: TargetIndex(0), samples: i..i + 1 };
    (0..n).map(|i| ShardTask { shard: shard(i), scope: scope.clone(), canvas: canvas.clone() }).collect()
}

fn pool(threads: usize) -> ComputePool {
    ComputePool::start((0..threads).map(|_| Box::new(StandIn) as Box<dyn ShardCompute>).collect(), || {})
        .unwrap()
}

#[test]
fn every_task_is_answered_once() {
    let mut pool = pool(3);
    for _ in 0..3 {
        let mut seen = vec![0; 13];
        pool.dispatch(tasks(13), &mut |shard, result| {
            seen[shard.0 as usize] += 1;
            result.unwrap().gradient.to_dense()[0].to_bits() == (shard.0 as f32).to_bits()
        });
        assert_eq!(seen, vec![1; 13]);
    }
}

#[test]
fn a_failure_ends_the_call_and_the_next_one_is_clean() {
    let mut pool = pool(2);
    let mut failed = None;
    pool.dispatch(tasks(30), &mut |shard, result| {
        failed = result.err().map(|_| shard);
        failed.is_none()
    });
    assert_eq!(failed, Some(ShardIndex(13)));
    let mut answers = 0;
    pool.dispatch(tasks(5), &mut |_, result| {
        answers += 1;
        result.is_ok()
    });
    assert_eq!(answers, 5);
}
