//! Jobs of several models: who computes what, and what the first lease of a model on a worker says.

use super::*;

/// An epoch of job 1 with so many shards for each model, one model after the other.
fn of_models(number: u32, shards: &[u32]) -> Offer {
    let models = shards.iter().enumerate().flat_map(|(model, shards)| (0..*shards).map(move |_| model));
    let total: u32 = shards.iter().sum();
    Offer { models: ShardModels::of_several(models), ..epoch(1, number, total) }
}

/// The models of what a session holds, in the order of granting, in an epoch with so many shards of the first model.
fn models(farm: &Farm, session: u64, of_first: u32) -> Vec<usize> {
    let total = farm.dispatcher.round(revision(1)).unwrap().shards;
    let model = |node: Node| usize::from(node.shards(total).start >= of_first);
    farm.nodes(session).into_iter().map(model).collect()
}

/// Only this worker computes an epoch with so many shards for each of two models. Each lease takes so long.
fn teach(farm: &mut Farm, worker: u64, epoch: u32, shards: [u32; 2], takes: Duration) {
    let others: Vec<WorkerName> = farm.dispatcher.workers().into_iter().map(|view| view.name).collect();
    let own = format!("w{worker}");
    let others = others.iter().filter(|name| name.as_str() != own);
    for name in others.clone() {
        farm.dispatcher.handle_pause(name).unwrap();
    }
    farm.offer(of_models(epoch, &shards));
    while farm.holds(worker) > 0 {
        farm.live(takes, &[worker]);
        assert!(matches!(farm.finish(worker), Verdict::Accept(_)));
    }
    for name in others {
        farm.dispatcher.handle_resume(name).unwrap();
    }
    farm.act();
}

#[test]
fn a_worker_goes_on_with_its_model_until_nothing_of_it_is_left() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    for (number, wanted) in [(0, [0, 0, 1, 1]), (1, [1, 1, 0, 0]), (2, [0, 0, 1, 1])] {
        farm.offer(of_models(number, &[4, 4]));
        let mut order = Vec::new();
        while farm.holds(1) > 0 {
            order.push(models(&farm, 1, 4)[0]);
            let _ = farm.finish(1);
        }
        assert_eq!(order, wanted, "epoch {number}");
        assert_eq!(farm.shards(1, number), (0..8).collect::<Vec<_>>());
    }
}

#[test]
fn a_worker_that_comes_back_goes_on_with_its_model() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(of_models(0, &[4, 4]));
    farm.finish_all();
    let session = farm.reconnect(1, 100 * MS);
    farm.offer(of_models(1, &[4, 4]));
    assert_eq!(models(&farm, session, 4), [1, 1]);
}

#[test]
fn models_get_workers_by_their_work() {
    let mut farm = Farm::with_workers(&[1, 1, 1, 1]);
    farm.open(1, 0);
    farm.offer(of_models(0, &[24, 8]));
    let held: Vec<Vec<usize>> = (1..=4).map(|session| models(&farm, session, 24)).collect();
    assert_eq!(held, [[0, 0], [1, 1], [0, 0], [0, 0]]);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..32).collect::<Vec<_>>());
}

#[test]
fn nobody_is_idle_to_keep_a_model() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    farm.offer(of_models(0, &[6, 4]));
    assert_eq!([models(&farm, 1, 6), models(&farm, 2, 6)], [[0, 0], [1, 1]]);
    for _ in 0..4 {
        let _ = farm.finish(2);
    }
    assert_eq!(models(&farm, 2, 6), [0, 0]);
    farm.finish_all();
    assert_eq!(farm.shards(1, 0), (0..10).collect::<Vec<_>>());
}

#[test]
fn a_lease_ahead_goes_to_who_has_its_model() {
    let mut farm = Farm::with_workers(&[1, 2]);
    farm.open(1, 0);
    teach(&mut farm, 1, 0, [1, 0], MS);
    teach(&mut farm, 2, 1, [0, 1], MS);
    farm.offer(of_models(2, &[1, 4]));
    assert_eq!(models(&farm, 1, 1), [0], "all of the other model fit the other worker");
    assert_eq!(models(&farm, 2, 1), [1; 4]);
    farm.finish_all();
    assert_eq!(farm.shards(1, 2), (0..5).collect::<Vec<_>>());
}

#[test]
fn what_waits_is_taken_over_by_one_without_the_model_only_if_that_cannot_delay_it() {
    let mut farm = Farm::with_workers(&[1, 1]);
    farm.open(1, 0);
    teach(&mut farm, 1, 0, [1, 0], MS);
    teach(&mut farm, 2, 1, [0, 1], MS);
    // How long shards take is not known: the first of each worker do not say.
    farm.offer(of_models(2, &[1, 2]));
    let _ = farm.finish(1);
    assert_eq!((farm.holds(1), farm.holds(2)), (0, 2));
    // Now it is: if the model takes long to load, the second worker computes the shard, too.
    farm.finish_all();
    farm.offer(of_models(3, &[1, 2]));
    let _ = farm.finish(1);
    assert_eq!((models(&farm, 1, 1), models(&farm, 2, 1)), (vec![1], vec![1]));
    farm.finish_all();
    assert_eq!(farm.shards(1, 3), [0, 1, 2]);
}

#[test]
fn loading_a_model_says_nothing_about_how_long_shards_take() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    let expected = |farm: &Farm| farm.dispatcher.jobs.get(revision(1)).unwrap().expected_shard();
    teach(&mut farm, 1, 0, [1, 0], Duration::from_secs(20));
    teach(&mut farm, 1, 1, [2, 0], 100 * MS);
    assert_eq!(expected(&farm), None, "two that count are not enough");
    teach(&mut farm, 1, 2, [1, 0], 100 * MS);
    assert_eq!(expected(&farm), Some(100 * MS));
}

#[test]
fn a_worker_may_load_a_model_longer_than_its_shards_explain() {
    for (shards, fails) in [([1, 0], true), ([0, 1], false)] {
        let mut farm = Farm::with_workers(&[1]);
        farm.open(1, 0);
        for number in 0..2 {
            teach(&mut farm, 1, number, [8, 0], 100 * MS);
        }
        farm.offer(of_models(2, &shards));
        // It is alive, and nothing gets done.
        for _ in 0..100 {
            farm.wait(Duration::from_secs(3));
            farm.beat(1, 1);
        }
        let failed = farm.notes.iter().any(|note| matches!(note, Note::Failed { .. }));
        assert_eq!(failed, fails, "{:?}", farm.notes);
    }
}

#[test]
fn who_has_the_model_computes_a_slow_node_again_before_who_has_not() {
    let speculated = |farm: &Farm| farm.notes.iter().any(|note| matches!(note, Note::Speculated { .. }));
    for has_model in [false, true] {
        let mut farm = Farm::with_workers(&[1, 1]);
        farm.open(1, 0);
        for number in 0..2 {
            teach(&mut farm, 1, number, [8, 2], 100 * MS);
        }
        teach(&mut farm, 2, 2, [1, u32::from(has_model)], 100 * MS);
        farm.dispatcher.handle_pause(&"w2".parse().unwrap()).unwrap();
        farm.offer(of_models(3, &[0, 1]));
        assert_eq!(farm.holds(1), 1);
        farm.dispatcher.handle_resume(&"w2".parse().unwrap()).unwrap();
        farm.act();
        farm.live(Duration::from_secs(5), &[1, 2]);
        assert_eq!((speculated(&farm), farm.holds(2)), (has_model, usize::from(has_model)));
        // Nobody waits for ever.
        farm.live(DispatchSettings::LEASE_TIMEOUT, &[1, 2]);
        assert_eq!((speculated(&farm), farm.holds(2)), (true, 1));
    }
}

#[test]
fn nodes_have_one_model_each_unless_there_would_be_too_many() {
    let mut farm = Farm::with_workers(&[1]);
    farm.open(1, 0);
    farm.offer(of_models(0, &[37, 27]));
    let mut mixed = 0;
    while farm.holds(1) > 0 {
        let shards = farm.nodes(1)[0].shards(64);
        mixed += u32::from(shards.contains(&36) && shards.contains(&37));
        let _ = farm.finish(1);
    }
    assert_eq!((mixed, farm.shards(1, 0)), (0, (0..64).collect::<Vec<_>>()));
    let alternating =
        Offer { models: ShardModels::of_several((0..64).map(|shard| shard % 2)), ..epoch(1, 1, 64) };
    farm.offer(alternating);
    assert_eq!(farm.nodes(1), [Node { level: 4, index: 0 }, Node { level: 4, index: 1 }]);
    farm.finish_all();
    assert_eq!(farm.shards(1, 1), (0..64).collect::<Vec<_>>());
}

#[test]
fn a_job_of_one_model_is_computed_as_if_there_were_no_models() {
    let grants = |models: ShardModels| {
        let mut farm = Farm::with_workers(&[2, 1, 3]);
        farm.open(1, 0);
        let mut held = Vec::new();
        for number in 0..3 {
            farm.offer(Offer { models: models.clone(), ..epoch(1, number, 40) });
            for round in 0_u64.. {
                let Some(session) = (1..=3).map(|i| (i + round) % 3 + 1).find(|s| farm.holds(*s) > 0) else {
                    break;
                };
                held.push((session, farm.nodes(session)));
                let _ = farm.finish(session);
            }
        }
        held
    };
    assert_eq!(grants(ShardModels::of_several([0; 40])), grants(ShardModels::default()));
}
