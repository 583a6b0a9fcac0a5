//! Jobs of several models, whose weights come when they are needed.

use super::*;

/// Of a target that both models see, in eight shards: the first four with the first model, the others with the second.
const SEVERAL: &str = "epochs: 5\nmodels: [{name: m}, {name: n}]\ntargets:\n  - features:\n      - text: a spoon\n    \
                       batch_size: 4\n    transforms:\n      - random_crop: 4\n";

fn brief_of_two(prepared: bool) -> Arc<JobBrief> {
    let one = brief(1, 1, false);
    let second = ModelReference { name: "n".into(), sha256: Sha256([1; 32]), ..one.model.clone() };
    let targets = vec![PreparedTarget::default(); 2];
    Arc::new(JobBrief {
        yaml: SEVERAL.into(),
        more_models: vec![second],
        prepared: prepared.then(|| Arc::new(Prepared { targets })),
        ..JobBrief::clone(&one)
    })
}

/// A worker to which the job is open, without weights.
fn worker(cores: u32) -> Worker {
    let mut worker = Worker::new(cores);
    worker.receive(ToWorker::Open(brief_of_two(true)));
    worker.canvas(1, Stage::Epoch(EPOCH));
    worker
}

fn lease_of_two(number: u64, level: u32, index: u32) -> ToWorker {
    let ToWorker::Lease(lease) = lease(1, number, Node { level, index }) else { unreachable!() };
    let work = Work::Node { epoch: EPOCH, node: Node { level, index }, total: 8 };
    ToWorker::Lease(Lease { work, ..lease })
}

impl Worker {
    /// The download of a model ends.
    fn arrive(&mut self, model: usize, fetched: Result<(), FetchError>) {
        let at = self.coming.iter().position(|(_, _, place)| *place == model).expect("it was asked for");
        let (request, job, place) = self.coming.remove(at);
        if fetched.is_ok() {
            job.weights.put(place, WeightsSource::Embedded);
        }
        self.handle(Input::FetchedModel { request, fetched });
    }

    /// The progress that the next heartbeat tells of each lease.
    fn progress(&mut self) -> Vec<u32> {
        self.wait(Duration::from_secs(2));
        let sent = self.take();
        let Some(FromWorker::Heartbeat(held)) = sent.last() else { panic!("{sent:?}") };
        held.iter().map(|held| held.progress).collect()
    }
}

#[test]
fn a_worker_whose_leases_are_of_one_model_never_asks_for_another() {
    for (model, half) in [(0, 0), (1, 1)] {
        let mut worker = worker(2);
        assert!(worker.asked.is_empty(), "nothing needs a model yet");
        worker.receive(lease_of_two(1, 1, 2 * half));
        worker.receive(lease_of_two(2, 1, 2 * half + 1));
        assert!(worker.tasks.is_empty());
        worker.arrive(model, Ok(()));
        while !worker.tasks.is_empty() {
            worker.finish(0);
        }
        assert_eq!(fences(&worker.take()), [1, 2]);
        worker.receive(lease_of_two(3, 2, half));
        assert_eq!(worker.shards().len(), 2, "it is at hand");
        assert_eq!(worker.asked, [model]);
    }
}

#[test]
fn a_preparation_and_a_node_of_both_need_both() {
    let mut preparing = Worker::new(1);
    preparing.receive(ToWorker::Open(brief_of_two(false)));
    preparing.canvas(1, Stage::Prepare);
    let ToWorker::Lease(lease) = lease_of_two(1, 0, 0) else { unreachable!() };
    preparing.receive(ToWorker::Lease(Lease { work: Work::Prepare, ..lease }));
    let mut computing = worker(1);
    computing.receive(lease_of_two(1, 3, 0));
    for mut worker in [preparing, computing] {
        assert_eq!(worker.asked, [0, 1]);
        worker.arrive(1, Ok(()));
        assert!(worker.tasks.is_empty(), "one of two is not enough");
        worker.arrive(0, Ok(()));
        assert_eq!(worker.tasks.len(), 1);
    }
}

#[test]
fn a_model_comes_while_threads_compute_and_only_who_waits_for_it_makes_progress() {
    let mut worker = worker(1);
    worker.receive(lease_of_two(1, 1, 0));
    worker.arrive(0, Ok(()));
    worker.receive(lease_of_two(2, 0, 4));
    worker.receive(lease_of_two(3, 0, 2));
    assert_eq!((worker.shards(), worker.coming.len()), (vec![0], 1), "it is fetched before a thread is free");
    let request = worker.coming[0].0;
    let before = worker.progress();
    worker.handle(Input::Fetching(request));
    worker.handle(Input::Fetching(request));
    assert_eq!(worker.progress(), [before[0], before[1] + 2, before[2]]);
    worker.finish(0);
    worker.finish(0);
    assert_eq!(worker.shards(), [2], "what is at hand overtakes it");
    worker.arrive(1, Ok(()));
    worker.finish(0);
    assert_eq!(worker.shards(), [4]);
    worker.finish(0);
    assert_eq!(fences(&worker.take()), [1, 3, 2]);
}

#[test]
fn a_model_that_does_not_arrive_hands_back_what_needs_it_and_is_tried_again() {
    let mut worker = worker(2);
    worker.receive(lease_of_two(1, 0, 0));
    worker.receive(lease_of_two(2, 0, 5));
    worker.receive(lease_of_two(3, 3, 0));
    worker.arrive(1, Err(FetchError::Unavailable("the model `n`: the cable is gone".into())));
    let sent = worker.take();
    assert!(sent.iter().all(|message| matches!(message, FromWorker::Returned { .. })), "{sent:?}");
    assert_eq!(fences(&sent), [2, 3]);
    worker.arrive(0, Ok(()));
    assert_eq!(worker.shards(), [0]);
    worker.receive(lease_of_two(4, 0, 6));
    assert_eq!(worker.asked, [0, 1, 1]);
    worker.arrive(1, Ok(()));
    assert_eq!(worker.shards(), [0, 6]);
}

#[test]
fn weights_that_come_for_a_brief_that_was_replaced_are_asked_for_again() {
    let mut worker = worker(1);
    worker.receive(lease_of_two(1, 0, 0));
    let replaced = JobBrief { seed: 6, ..JobBrief::clone(&brief_of_two(true)) };
    worker.receive(ToWorker::Open(Arc::new(replaced)));
    assert_eq!(worker.asked, [0, 0]);
    worker.arrive(0, Ok(()));
    assert!(worker.tasks.is_empty(), "they are in the job of the brief before");
    worker.arrive(0, Ok(()));
    assert_eq!(worker.shards(), [0]);
}

#[test]
fn what_is_revoked_while_its_model_is_on_the_way_is_not_answered() {
    let mut worker = worker(1);
    worker.receive(lease_of_two(1, 0, 4));
    worker.receive(ToWorker::Revoke(Fence { incarnation: 1, number: 1 }));
    worker.arrive(1, Err(FetchError::Unavailable("it is gone".into())));
    assert!(worker.take().is_empty());
    worker.receive(lease_of_two(2, 0, 4));
    worker.receive(ToWorker::Close(revision(1)));
    worker.arrive(1, Ok(()));
    assert!(worker.take().is_empty() && worker.tasks.is_empty() && worker.forgotten == 1);
}
