//! What decides the bits of a job is chosen by the workers that are there.

use clipig_core::{DeviceClass, NumberType, Registration, WorkerKind};
use clipig_models::{ModelInfo, embedded};
use clipig_schedule::gpu_shard;

use super::support::{TestFarm, YAML, kind, registration, request};
use crate::farm::SubmitRequest;
use crate::store::Computation;

/// What is chosen for a job after a first worker has left and a second one has come.
fn chosen(first: Registration, second: Registration) -> Computation {
    let farm = TestFarm::new();
    let first = farm.join_as(first);
    farm.leave(first);
    // Otherwise it would be the same process that has come back.
    farm.join_as(Registration { name: "another".parse().unwrap(), instance: 2, ..second });
    let asked = SubmitRequest { threads: None, ..request("local", "a", YAML) };
    let job = farm.farm.submit(&asked).unwrap().job.record.id;
    farm.finish(job);
    farm.view(job).record.computation.unwrap()
}

#[test]
fn a_gpu_that_has_left_makes_no_shards_small() {
    let cost = ModelInfo::of_bytes(embedded::BYTES).unwrap().window_cost(NumberType::Float32);
    let [small, large] = [1_u64 << 30, 80 << 30];
    assert!(gpu_shard(&cost, small) < gpu_shard(&cost, large));
    let kind = WorkerKind { class: DeviceClass::Cuda, ..kind() };
    let gpu = |memory| Registration { kind: kind.clone(), memory, ..registration() };
    assert_eq!(chosen(gpu(small), gpu(large)).shard_size, gpu_shard(&cost, large));
}

#[test]
fn cores_of_a_worker_that_has_left_limit_no_threads() {
    let cpu = |cores| Registration { cores, ..registration() };
    // Two shards share the cores.
    assert_eq!(chosen(cpu(1), cpu(8)).threads, 4);
}
