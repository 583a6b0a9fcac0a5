use std::collections::BTreeMap;
use std::time::Duration;

use clipig_schedule::dispatcher::{DispatchSettings, Dispatcher};
use clipig_schedule::{
    DeviceClass, Epoch, JobId, ModelReference, NumberType, PROTOCOL, Registration, SessionId, Sha256, WorkerKind,
};

use super::{WorkerView, choose_kind};
use crate::store::{Computation, JobRecord, JobStatus, Timestamp};

fn kind(class: DeviceClass, model: &str) -> WorkerKind {
    WorkerKind { class, model: model.into(), libtorch: "2.11.0".into(), capability: String::new() }
}

/// Workers that have joined a dispatcher: their kind and cores.
fn workers(of: &[(&WorkerKind, u32)]) -> Vec<WorkerView> {
    let mut dispatcher = Dispatcher::new(DispatchSettings::new(1));
    for (i, (kind, cores)) in of.iter().enumerate() {
        let registration = Registration {
            protocol: PROTOCOL,
            version: "1".into(),
            name: format!("w{i}").parse().unwrap(),
            instance: i as u128,
            kind: (*kind).clone(),
            cores: *cores,
            memory: 0,
            device: "a device".into(),
        };
        dispatcher.join(SessionId(i as u64), registration, Duration::ZERO).unwrap();
    }
    dispatcher.workers()
}

fn job(class: Option<DeviceClass>, computation: Option<WorkerKind>, mix_kinds: bool) -> JobRecord {
    let computation = computation
        .map(|kind| Computation { kind, threads: 1, shard_size: 8, canvas_kind: "this one".into() });
    JobRecord {
        id: JobId(1),
        token: "t".into(),
        name: "a job".into(),
        submitter: "me".into(),
        priority: 0,
        seed: 0,
        model: ModelReference { name: "m".into(), sha256: Sha256([0; 32]), quick_gelu: true },
        number: NumberType::Float32,
        class,
        threads: None,
        mix_kinds,
        status: JobStatus::Waiting,
        reason: String::new(),
        revision: 0,
        next: Epoch(0),
        epochs: 10,
        created: Timestamp(0),
        started: None,
        ended: None,
        computation,
        inexact: None,
    }
}

#[test]
fn gpus_come_first_then_cores() {
    let (old, new, gpu) =
        (kind(DeviceClass::Cpu, "old"), kind(DeviceClass::Cpu, "new"), kind(DeviceClass::Cuda, "gpu"));
    let all = workers(&[(&old, 4), (&new, 3), (&new, 3), (&gpu, 1)]);
    assert_eq!(choose_kind(&job(None, None, false), &all), Ok(gpu.clone()));
    assert_eq!(choose_kind(&job(Some(DeviceClass::Cpu), None, false), &all), Ok(new.clone()));
    assert_eq!(choose_kind(&job(Some(DeviceClass::Cuda), None, false), &all), Ok(gpu));
}

#[test]
fn a_job_stays_with_its_kind() {
    let (old, new) = (kind(DeviceClass::Cpu, "old"), kind(DeviceClass::Cpu, "new"));
    let both = workers(&[(&old, 1), (&new, 8)]);
    assert_eq!(choose_kind(&job(None, Some(old.clone()), false), &both), Ok(old.clone()));
    let without = workers(&[(&new, 8)]);
    let waits = choose_kind(&job(None, Some(old.clone()), false), &without).unwrap_err();
    assert_eq!(waits, "it was begun on old, libtorch 2.11.0, and no such worker is connected");
    // Told otherwise, it goes on: the record keeps the kind that it began with.
    assert_eq!(choose_kind(&job(None, Some(old.clone()), true), &without), Ok(old));
}

#[test]
fn reasons_say_what_to_do() {
    let cpu = kind(DeviceClass::Cpu, "cpu");
    let reason = |class, of: &[(&WorkerKind, u32)]| choose_kind(&job(class, None, false), &workers(of)).unwrap_err();
    let reasons = BTreeMap::from([
        ("nobody", reason(None, &[])),
        ("no gpu", reason(Some(DeviceClass::Cuda), &[(&cpu, 2)])),
    ]);
    assert_eq!(reasons["nobody"], "no worker is connected; `clipig worker` starts one");
    assert_eq!(reasons["no gpu"], "no worker with a GPU takes work; `clipig workers` shows them");
}
