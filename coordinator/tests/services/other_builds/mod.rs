//! Clients and workers of other builds: earlier ones, of which `frozen/` says how they speak, and later ones, which send
//! more than this build knows.

mod canvas;
mod client;
mod worker;

use std::sync::Arc;

use clipig_core::{Canvas, PROTOCOL};
use clipig_frozen::later::LaterContract;
use clipig_frozen::v2026_11_30::{
    self as earlier, ContentChunk, ContentHeader, GetJobRequest, GetJobResponse, JobState, Register,
    SubmitJobRequest, SubmitJobResponse, UploadBlobRequest, UploadBlobResponse,
};
use clipig_picture::{encode_png, read_texts};
use sha2::Digest as _;

use self::client::{EarlierClient, LaterClient};
use self::worker::{LOSS, OtherWorker, registration};
use crate::support::{TestFarm, token};

/// Samples of an epoch.
const SAMPLES: u32 = 20;

/// Width and height of the canvas: six tiles, of which some are narrow.
const SIZE: [u32; 2] = [150, 100];

const EPOCHS: u32 = 3;

/// Every sample sees the whole canvas.
const EXPERIMENT: &str = "
epochs: 3
resolution: [150, 100]
learnrate: 0.015625
snapshot_interval: 0
targets:
  - features: [{text: a red square}]
    batch_size: 20
    transforms:
      - noise: 0.1
";

/// A sample sees a part of the canvas, so that tiles travel.
fn cropping() -> String {
    EXPERIMENT.replace("noise: 0.1", "random_crop: 40")
}

fn request(yaml: &str) -> SubmitJobRequest {
    SubmitJobRequest {
        client_token: token(),
        yaml: yaml.to_owned(),
        name: "from another build".to_owned(),
        submitter: "somebody@elsewhere".to_owned(),
        ..SubmitJobRequest::default()
    }
}

/// The file that a canvas becomes, with the texts of another one.
fn png(values: Vec<f32>, other: &[u8]) -> Vec<u8> {
    let canvas = Canvas::new(SIZE[0] as usize, SIZE[1] as usize, values).unwrap();
    encode_png(&canvas, &read_texts(other).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_client_and_an_earlier_worker_make_pictures() {
    let farm = TestFarm::start().await;
    let mut client = EarlierClient::new(farm.channel().await);
    let mut worker = OtherWorker::earlier(farm.channel().await).await;
    let served =
        "workers of the same protocol are served; frozen/README.md says what to do where it was raised";
    worker.register(registration()).await.expect(served);
    for (number, yaml) in [(1, EXPERIMENT.to_owned()), (2, cropping())] {
        let job = client.submit(request(&yaml)).await;
        assert_eq!(job.number, number);
        let watching = tokio::spawn(client.clone().watched(job.number));
        let foretold = worker.compute().await;
        let events = watching.await.unwrap();
        assert_eq!(events.states.last(), Some(&JobState::Completed), "{events:?}");
        assert!(events.warnings.iter().any(|text| text == "a word is not known"), "{events:?}");
        let picture = client.picture(job.number).await;
        assert!(picture == png(foretold, &picture), "the picture is what the worker's gradients make of it");
        let history = client.history(job.number).await;
        let losses: Vec<Option<f64>> = history.iter().map(|row| row.loss).collect();
        assert_eq!(losses, vec![Some(f64::from(SAMPLES) * LOSS); EPOCHS as usize]);
        assert!(history.iter().all(|row| row.targets[0].chosen == [SAMPLES]), "{history:?}");
    }
    let seen = client.workers().await.remove(0);
    assert_eq!((seen.name.as_str(), seen.version.as_str(), seen.leases_failed), ("other", "0.0.9", 0));
    worker.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_client_steers_jobs_and_understands_refusals() {
    let farm = TestFarm::start().await;
    let mut client = EarlierClient::new(farm.channel().await);
    client.checks_an_experiment().await;
    client.steers_a_job().await;
    client.stores_content().await;
    client.looks_at_the_farm().await;
    client.understands_refusals().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_client_and_a_later_worker_are_served() {
    let farm = TestFarm::start().await;
    let contract = Arc::new(LaterContract::after(earlier::FILE_DESCRIPTOR_SET));
    let mut client = LaterClient::new(farm.channel().await, &contract);
    let content = b"a picture for later";
    let header = ContentHeader {
        sha256: sha2::Sha256::digest(content).to_vec(),
        size: content.len() as u64,
        offset: 0,
    };
    let chunk = Some(ContentChunk { header: Some(header), data: content.to_vec() });
    let stored: UploadBlobResponse =
        client.send("UploadBlob", vec![UploadBlobRequest { chunk }]).await.unwrap();
    assert!(!stored.existed);
    let mut worker = OtherWorker::later(farm.channel().await, &contract).await;
    worker.register(registration()).await.unwrap();
    for yaml in [EXPERIMENT.to_owned(), cropping()] {
        let submitted: SubmitJobResponse = client.send("SubmitJob", vec![request(&yaml)]).await.unwrap();
        let number = submitted.job.unwrap().number;
        // It panics where the canvas is another than what it has returned leads to.
        worker.compute().await;
        let mut earlier = EarlierClient::new(farm.channel().await);
        let ended = earlier.ended(number).await;
        assert_eq!(ended, JobState::Completed, "{:?}", earlier.job(number).await);
        let asked = GetJobRequest { job: number, with_experiment: true };
        let answer: GetJobResponse = client.send("GetJob", vec![asked]).await.unwrap();
        assert!(answer.yaml.unwrap().contains("a red square"));
    }
    worker.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_an_earlier_protocol_is_told_both_versions_and_what_to_do() {
    let farm = TestFarm::start().await;
    let mut worker = OtherWorker::earlier(farm.channel().await).await;
    let before = Register { protocol: PROTOCOL - 1, ..registration() };
    let reason = worker.register(before).await.unwrap_err();
    for words in [
        format!("the coordinator speaks version {PROTOCOL} of the farm's protocol"),
        format!("worker `other` (clipig 0.0.9) version {}", PROTOCOL - 1),
        "install the same clipig on both".to_owned(),
    ] {
        assert!(reason.contains(&words), "{reason}");
    }
    assert!(EarlierClient::new(farm.channel().await).workers().await.is_empty(), "it was not let in");
}
