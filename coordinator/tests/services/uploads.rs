//! Content that clients bring and fetch.

use clipig_proto::v1;
use clipig_proto::v1::farm_error::Code as FarmCode;
use prost::bytes::Bytes;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};

use crate::support::{EXPERIMENT, TestFarm, raw_call, resident, submit};

fn hash(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&Sha256::digest(bytes))
}

fn header(sha256: &Bytes, size: usize) -> v1::ContentHeader {
    v1::ContentHeader { sha256: sha256.clone(), size: size as u64, offset: 0 }
}

fn piece(header: Option<v1::ContentHeader>, data: &[u8]) -> v1::UploadBlobRequest {
    let data = Bytes::copy_from_slice(data);
    v1::UploadBlobRequest { chunk: Some(v1::ContentChunk { header, data }) }
}

async fn upload(farm: &TestFarm, pieces: Vec<v1::UploadBlobRequest>) -> Result<bool, Status> {
    let answer = farm.client().await.upload_blob(tokio_stream::iter(pieces)).await?;
    Ok(answer.into_inner().existed)
}

async fn missing(farm: &TestFarm, sha256: &Bytes) -> bool {
    let request = v1::CheckBlobsRequest { sha256: vec![sha256.clone()] };
    !farm.client().await.check_blobs(request).await.unwrap().into_inner().missing.is_empty()
}

/// Files that lie in the data folder's `incoming`.
fn unfinished(farm: &TestFarm) -> usize {
    std::fs::read_dir(farm.data.path().join("incoming")).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn content_comes_in_pieces_once() {
    let farm = TestFarm::start().await;
    let bytes: Vec<u8> = (0..700_000u32).map(|i| (i % 251) as u8).collect();
    let sha256 = hash(&bytes);
    assert!(missing(&farm, &sha256).await);
    let pieces = || {
        let mut pieces = vec![piece(Some(header(&sha256, bytes.len())), &[])];
        pieces.extend(bytes.chunks(100_000).map(|data| piece(None, data)));
        pieces
    };
    assert!(!upload(&farm, pieces()).await.unwrap());
    assert!(!missing(&farm, &sha256).await);
    assert!(upload(&farm, pieces()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_uploads_are_refused_and_leave_nothing() {
    let farm = TestFarm::with(|settings| settings.limits.blob_bytes = 1 << 20).await;
    let (data, large) = (vec![1; 1_000], vec![2; 1_100_000]);
    let (right, wrong) = (hash(&data), hash(b"something else"));
    let huge = v1::ContentHeader { sha256: right.clone(), size: 1 << 40, offset: 0 };
    let late = v1::ContentHeader { offset: 10, ..header(&right, 1_000) };
    for (pieces, code, words) in [
        (vec![piece(Some(header(&wrong, 1_000)), &data)], Code::InvalidArgument, "have the SHA-256"),
        (vec![piece(Some(header(&right, 1_001)), &data)], Code::InvalidArgument, "ended after 1000 of 1001"),
        (vec![piece(Some(header(&right, 999)), &data)], Code::InvalidArgument, "more bytes came"),
        (vec![piece(Some(huge), &data)], Code::ResourceExhausted, "limits.blob_bytes"),
        (vec![piece(Some(late), &data)], Code::InvalidArgument, "uploads begin at 0"),
        (vec![piece(None, &data)], Code::InvalidArgument, "no `header`"),
        (vec![piece(Some(header(&Bytes::new(), 1)), &data)], Code::InvalidArgument, "a SHA-256 has 32"),
        (vec![v1::UploadBlobRequest { chunk: None }], Code::InvalidArgument, "no `chunk`"),
        (vec![], Code::InvalidArgument, "empty"),
        (
            vec![
                piece(Some(header(&right, 1_000_000)), &large[..1 << 19]),
                piece(Some(header(&right, 1)), &[]),
            ],
            Code::InvalidArgument,
            "only the first",
        ),
    ] {
        let status = upload(&farm, pieces).await.unwrap_err();
        assert_eq!(status.code(), code, "{}", status.message());
        assert!(status.message().contains(words), "{}", status.message());
    }
    assert!(missing(&farm, &right).await);
    assert_eq!(unfinished(&farm), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn weights_may_be_larger_than_other_content_and_are_looked_at() {
    let farm = TestFarm::with(|settings| settings.limits.blob_bytes = 1 << 20).await;
    let whole = |bytes: &[u8]| {
        let mut header = Some(header(&hash(bytes), bytes.len()));
        bytes.chunks(1 << 19).map(|data| piece(header.take(), data)).collect::<Vec<_>>()
    };
    let status = upload(&farm, whole(&vec![b'{'; 1_100_000])).await.unwrap_err();
    assert!(status.message().contains("limits.blob_bytes"), "{}", status.message());
    let mut weights = 2_u64.to_le_bytes().to_vec();
    weights.extend(b"{}");
    weights.resize(1_100_000, 0);
    upload(&farm, whole(&weights)).await.unwrap();

    let submit = |model: &[u8], name: &str| v1::SubmitJobRequest {
        client_token: Bytes::from_static(b"0123456789abcdef"),
        yaml: format!("model: {name}\n{EXPERIMENT}"),
        model_sha256: Some(hash(model)),
        ..Default::default()
    };
    let mut client = farm.client().await;
    let status = client.submit_job(submit(b"weights", "mine")).await.unwrap_err();
    let error = clipig_proto::status::error(&status).unwrap();
    assert_eq!((error.code(), &error.missing[..]), (FarmCode::MissingContent, &[hash(b"weights")][..]));
    let status = client.submit_job(submit(&weights, "mine")).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{}", status.message());
    assert!(status.message().contains("the weights of `mine`: no safetensors"), "{}", status.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_end_where_the_farm_keeps_no_more() {
    let farm = TestFarm::with(|settings| settings.limits.stored_bytes = Some(1 << 20)).await;
    let whole = |data: &[u8]| {
        let mut pieces = vec![piece(Some(header(&hash(data), data.len())), &[])];
        pieces.extend(data.chunks(500_000).map(|data| piece(None, data)));
        pieces
    };
    upload(&farm, whole(&vec![1; 600_000])).await.unwrap();
    // What is here already takes nothing.
    assert!(upload(&farm, whole(&vec![1; 600_000])).await.unwrap());
    let status = upload(&farm, whole(&vec![2; 600_000])).await.unwrap_err();
    let error = clipig_proto::status::error(&status).unwrap();
    assert_eq!(error.code(), FarmCode::Full);
    assert!(status.message().contains("(`limits.stored_bytes`)"), "{}", status.message());
    upload(&farm, whole(&vec![3; 400_000])).await.unwrap();
    assert_eq!(unfinished(&farm), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_name_only_content_that_is_here() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let yaml = EXPERIMENT.replace("{text: a red square}", "{image: cat.png}");
    let sha256 = hash(b"a cat");
    let request = v1::SubmitJobRequest {
        client_token: Bytes::from_static(b"0123456789abcdef"),
        yaml,
        assets: [("cat.png".to_owned(), sha256.clone())].into(),
        ..Default::default()
    };
    let status = client.submit_job(request.clone()).await.unwrap_err();
    let error = clipig_proto::status::error(&status).unwrap();
    assert_eq!(error.code(), FarmCode::MissingContent, "{}", status.message());
    assert_eq!(error.missing, std::slice::from_ref(&sha256));
    upload(&farm, vec![piece(Some(header(&sha256, 5)), b"a cat")]).await.unwrap();
    let first = client.submit_job(request.clone()).await.unwrap().into_inner();
    let again = client.submit_job(request.clone()).await.unwrap().into_inner();
    assert_eq!((first.existed, again.existed), (false, true));
    assert_eq!(first.job.unwrap().number, again.job.unwrap().number);
    let other = v1::SubmitJobRequest { priority: 3, ..request };
    assert_eq!(client.submit_job(other).await.unwrap_err().code(), Code::AlreadyExists);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_questions_are_refused() {
    let farm = TestFarm::start().await;
    let sha256 = vec![Bytes::from_static(&[0; 32]); 10_001];
    let status = farm.client().await.check_blobs(v1::CheckBlobsRequest { sha256 }).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_announces_a_gigabyte_takes_no_memory() {
    let farm = TestFarm::start().await;
    let before = resident();
    // 5 MiB are more than `limits.message_bytes`; the rest is never sent.
    let large = v1::SubmitJobRequest { yaml: "x".repeat(5 << 20), ..Default::default() };
    let status = farm.client().await.submit_job(large).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{}", status.message());
    // A gigabyte is announced, and a few bytes of it come.
    let mut announced = vec![0];
    announced.extend((1u32 << 30).to_be_bytes());
    announced.extend([7; 100]);
    let status = raw_call(&farm, "clipig.farm.v1.FarmService/SubmitJob", announced).await;
    assert_eq!(status.code(), Code::OutOfRange, "{}", status.message());
    assert!(resident().saturating_sub(before) < 100 << 20);
    // And nobody else notices.
    submit(&mut farm.client().await, EXPERIMENT).await.unwrap();
}
