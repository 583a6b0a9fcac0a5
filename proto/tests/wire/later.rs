//! Peers of later builds, which send fields that this build does not know.

use std::sync::LazyLock;

use clipig_core::{FromWorker, ToWorker};
use clipig_frozen::later::LaterContract;
use clipig_proto::incoming::{CoordinatorAssembler, WorkerAssembler};
use clipig_proto::limits::MESSAGE_BYTES;
use clipig_proto::{FILE_DESCRIPTOR_SET, outgoing};
use proptest::prelude::*;
use prost::Message;

use crate::messages;

static CONTRACT: LazyLock<LaterContract> = LazyLock::new(|| LaterContract::after(FILE_DESCRIPTOR_SET));

/// The message as a later build would send it, and this one decodes it.
fn over_the_wire<M: Message + Default>(name: &str, message: &M) -> M {
    let bytes = message.encode_to_vec();
    let later = CONTRACT.message(name, &bytes);
    assert!(bytes.len() < later.len() && later.len() <= MESSAGE_BYTES, "{} bytes", later.len());
    M::decode(bytes::Bytes::from(later)).unwrap()
}

fn from_worker(message: FromWorker) -> Vec<FromWorker> {
    let expected =
        if let FromWorker::Computed(computed) = &message { Some(messages::expected(computed)) } else { None };
    let mut assembler = WorkerAssembler::new();
    let wire = outgoing::from_worker(message).unwrap();
    let said = wire.filter_map(|message| {
        let message = over_the_wire("clipig.farm.v1.WorkerMessage", &message);
        assembler.receive(message, |_| expected).unwrap()
    });
    said.collect()
}

fn to_worker(message: ToWorker) -> Vec<ToWorker> {
    let mut assembler = CoordinatorAssembler::new();
    let wire = outgoing::to_worker(message).unwrap();
    let said = wire.filter_map(|message| {
        let message = over_the_wire("clipig.farm.v1.CoordinatorMessage", &message);
        assembler.receive(message).unwrap()
    });
    said.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    // Values are compared as text: NaN equals itself there, and -0 is not 0.
    #[test]
    fn fields_that_are_not_known_are_passed_over(
        said in messages::from_worker(),
        told in messages::to_worker(),
    ) {
        let received = from_worker(said.clone());
        prop_assert_eq!(format!("{received:?}"), format!("[{said:?}]"));
        let received = to_worker(told.clone());
        prop_assert_eq!(format!("{received:?}"), format!("[{told:?}]"));
    }
}
