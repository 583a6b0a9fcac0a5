//! Clients that ask for too much: refused at once, with a message that says what is too much, and without memory.

use clipig_proto::v1;
use clipig_proto::v1::farm_error::Code as FarmCode;
use tonic::Code;

use crate::support::{EXPERIMENT, TestFarm, resident, submit, token};

fn aliases() -> String {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        yaml = format!("{yaml}a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
    }
    format!("{yaml}targets: *a11\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_do_not_go_off() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let before = resident();
    let nested = format!("targets: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        ("aliases", aliases(), Code::InvalidArgument, "values"),
        ("nesting", nested, Code::InvalidArgument, "deep"),
        (
            "resolution",
            EXPERIMENT.replace("resolution: 16", "resolution: 60000"),
            Code::InvalidArgument,
            "60000",
        ),
        (
            "a computed resolution",
            EXPERIMENT.replace("resolution: 16", "resolution: 30000*(t+2)"),
            Code::InvalidArgument,
            "60000",
        ),
        ("epochs", EXPERIMENT.replace("epochs: 40", "epochs: 1000000000"), Code::InvalidArgument, "epochs"),
        (
            "batch",
            EXPERIMENT.replace("batch_size: 4", "batch_size: 1000000000"),
            Code::InvalidArgument,
            "batch_size",
        ),
        (
            "an expression",
            EXPERIMENT.replace("resolution: 16", "resolution: 9**9**9**9"),
            Code::InvalidArgument,
            "resolution",
        ),
        ("size", format!("# {}\n{EXPERIMENT}", "x".repeat(1 << 20)), Code::ResourceExhausted, "1048576"),
        ("no text", "\u{0}\u{1}\u{2}".to_owned(), Code::InvalidArgument, ""),
    ];
    for (name, yaml, code, words) in cases {
        let start = std::time::Instant::now();
        let status = submit(&mut client, &yaml).await.unwrap_err();
        assert_eq!(status.code(), code, "{name}: {}", status.message());
        assert!(status.message().contains(words), "{name}: {}", status.message());
        // One that goes off takes hours.
        assert!(start.elapsed().as_secs() < 60, "{name} took {:?}", start.elapsed());
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 200 << 20, "{grown} bytes more");
    // Nothing of it was kept.
    let jobs = client.list_jobs(v1::ListJobsRequest::default()).await.unwrap().into_inner().jobs;
    assert!(jobs.is_empty());
    submit(&mut client, EXPERIMENT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn canvases_larger_than_the_farm_takes_are_refused() {
    let farm = TestFarm::with(|settings| settings.limits.job_pixels = 1_000_000).await;
    let yaml = EXPERIMENT.replace("resolution: 16", "resolution: 2000");
    let status = submit(&mut farm.client().await, &yaml).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("limits.job_pixels"), "{}", status.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_out_of_range_are_named() {
    let farm = TestFarm::start().await;
    let mut client = farm.client().await;
    let good =
        v1::SubmitJobRequest { client_token: token().into(), yaml: EXPERIMENT.into(), ..Default::default() };
    let read_by = |settings| v1::SubmitJobRequest {
        model_quick_gelu: Some(true),
        model_settings: Some(settings),
        ..good.clone()
    };
    let more = |content: v1::ModelContent, count| v1::SubmitJobRequest {
        more_models: vec![content; count],
        ..good.clone()
    };
    let long = "x".repeat(1_000);
    for (request, words) in [
        (v1::SubmitJobRequest { client_token: vec![1; 3].into(), ..good.clone() }, "client_token"),
        (v1::SubmitJobRequest { client_token: vec![1; 3_000].into(), ..good.clone() }, "client_token"),
        (v1::SubmitJobRequest { priority: i32::MAX, ..good.clone() }, "priority"),
        (v1::SubmitJobRequest { threads: Some(0), ..good.clone() }, "threads"),
        (v1::SubmitJobRequest { device: 77, ..good.clone() }, "device"),
        (v1::SubmitJobRequest { number_type: -1, ..good.clone() }, "number_type"),
        (v1::SubmitJobRequest { name: long.clone(), ..good.clone() }, "name"),
        (v1::SubmitJobRequest { submitter: long, ..good.clone() }, "submitter"),
        (v1::SubmitJobRequest { model_sha256: Some(vec![1; 31].into()), ..good.clone() }, "model_sha256"),
        (
            more(v1::ModelContent { sha256: Some(vec![1; 31].into()), ..Default::default() }, 1),
            "more_models.sha256",
        ),
        (more(v1::ModelContent::default(), 1_000), "the field `more_models` is longer than 3"),
        (
            more(v1::ModelContent::default(), 1),
            "number of models is 1, and the request says the weights of 2",
        ),
        (read_by(v1::ModelSettings { vision_heads: 70_000, ..Default::default() }), "settings.vision_heads"),
        (read_by(v1::ModelSettings { mean: vec![0.5; 2], ..Default::default() }), "settings.mean"),
        (read_by(v1::ModelSettings { mean: vec![f32::NAN; 3], ..Default::default() }), "settings.mean"),
        (read_by(v1::ModelSettings { std: vec![0.0; 3], ..Default::default() }), "settings.std"),
        (
            v1::SubmitJobRequest { assets: [("a".to_owned(), vec![1; 5].into())].into(), ..good.clone() },
            "assets",
        ),
    ] {
        let status = client.submit_job(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{words}: {}", status.message());
        assert!(status.message().contains(words), "{words}: {}", status.message());
    }
    // Weights that nobody has uploaded are no fault of the request: they may still come.
    let strange = v1::SubmitJobRequest { model_sha256: Some(vec![1; 32].into()), ..good.clone() };
    let status = client.submit_job(strange).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{}", status.message());
    assert!(status.message().contains("the model clipig-tiny"), "{}", status.message());
    let far = v1::FetchArtifactRequest { job: 1, name: "../../etc/passwd".into(), offset: 0 };
    assert_eq!(client.fetch_artifact(far).await.unwrap_err().code(), Code::NotFound);
    // A rehearsal checks, warns and leaves no job.
    let rehearsal = v1::SubmitJobRequest { dry_run: true, ..good.clone() };
    assert!(client.submit_job(rehearsal).await.unwrap().into_inner().job.is_none());
    let wrong = v1::SubmitJobRequest { dry_run: true, yaml: "epoch: 3".into(), ..good };
    let status = client.submit_job(wrong).await.unwrap_err();
    let error = clipig_proto::status::error(&status).unwrap();
    assert_eq!(error.code(), FarmCode::Experiment);
    assert_eq!(error.problems[0].place.as_ref().map(|place| (place.line, place.column)), Some((1, 1)));
    assert!(client.list_jobs(v1::ListJobsRequest::default()).await.unwrap().into_inner().jobs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so() {
    let farm = TestFarm::with(|settings| settings.max_queued_jobs = 2).await;
    let mut client = farm.client().await;
    submit(&mut client, EXPERIMENT).await.unwrap();
    submit(&mut client, EXPERIMENT).await.unwrap();
    let status = submit(&mut client, EXPERIMENT).await.unwrap_err();
    assert_eq!(clipig_proto::status::error(&status).unwrap().code(), FarmCode::Full, "{}", status.message());
    assert!(status.message().contains("max_queued_jobs"), "{}", status.message());
}
