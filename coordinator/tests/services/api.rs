//! The JSON API as programs use it, over real HTTP.

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use serde_json::{Value as Json, json};
use sha2::Digest as _;

use crate::http_client::{bytes, call, get, post, put, request, send, with};
use crate::standin::WorkerEnd;
use crate::support::{EXPERIMENT, TestFarm, until};

async fn submitted(farm: &TestFarm) -> u64 {
    let (status, answer) = post(farm, "/api/v1/jobs", &json!({ "yaml": EXPERIMENT })).await;
    assert_eq!(status, 201, "{answer}");
    answer["job"]["job"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_submitted_looked_at_and_steered() {
    let farm = TestFarm::start().await;
    let wish = json!({
        "yaml": EXPERIMENT, "client_token": "0123456789abcdef", "name": "a square", "seed": "18446744073709551615",
        "priority": 3, "device": "cpu", "submitter": "a test",
    });
    let response = send(&farm, request("POST", "/api/v1/jobs", &wish.to_string())).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (201, &"/api/v1/jobs/1".parse().unwrap())
    );
    let (status, again) = post(&farm, "/api/v1/jobs", &wish).await;
    assert_eq!((status, &again["existed"], &again["job"]["job"]), (200, &json!(true), &json!(1)));
    let (_, job) = get(&farm, "/api/v1/jobs/1").await;
    for (field, value) in [
        ("name", json!("a square")),
        ("state", json!("waiting")),
        ("seed", json!("18446744073709551615")),
        ("priority", json!(3)),
        ("device_request", json!("cpu")),
        ("submitter", json!("a test")),
        ("epochs_total", json!(40)),
        ("snapshot_interval", json!(10)),
    ] {
        assert_eq!(job[field], value, "{field} of {job}");
    }
    assert!(job["created"].as_str().unwrap().ends_with('Z'), "{job}");
    let state = |answer: (u16, Json)| (answer.0, answer.1["state"].clone(), answer.1["reason"].clone());
    let paused = post(&farm, "/api/v1/jobs/1/pause", &json!({ "reason": "later" })).await;
    assert_eq!(state(paused), (200, json!("paused"), json!("later")));
    assert_eq!(call(&farm, request("POST", "/api/v1/jobs/1/resume", "")).await.1["state"], "waiting");
    assert_eq!(put(&farm, "/api/v1/jobs/1/priority", &json!({ "priority": 3.0 })).await.1["priority"], 3);
    assert_eq!(put(&farm, "/api/v1/jobs/1/priority", &json!({ "priority": -2 })).await.1["priority"], -2);
    let (_, labelled) =
        put(&farm, "/api/v1/jobs/1/labels", &json!({ "labels": ["red", "für Ada", "red"] })).await;
    assert_eq!(labelled["labels"], json!(["für Ada", "red"]), "{labelled}");
    let (_, updated) = put(
        &farm,
        "/api/v1/jobs/1/experiment",
        &json!({ "yaml": EXPERIMENT.replace("red", "blue"), "expected_revision": 0 }),
    )
    .await;
    assert_eq!(updated["job"]["revision"], 1, "{updated}");
    let (_, experiment) = get(&farm, "/api/v1/jobs/1/experiment").await;
    assert_eq!(experiment["revision"], 1);
    assert!(experiment["yaml"].as_str().unwrap().contains("a blue square"), "{experiment}");
    assert_eq!(call(&farm, request("POST", "/api/v1/jobs/1/cancel", "")).await.1["state"], "cancelled");
    assert_eq!(call(&farm, request("POST", "/api/v1/jobs/1/retry", "")).await.1["state"], "waiting");
    // A reason may be left out, whatever the header says, and be none.
    let empty = with(request("POST", "/api/v1/jobs/1/pause", ""), "content-type", "application/json");
    assert_eq!(call(&farm, empty).await.1["state"], "paused");
    assert_eq!(post(&farm, "/api/v1/jobs/1/pause", &Json::Null).await.1["state"], "paused");
    let text = with(request("POST", "/api/v1/jobs/1/pause", "why not"), "content-type", "text/plain");
    assert_eq!(call(&farm, text).await.0, 415);
    assert_eq!(call(&farm, request("POST", "/api/v1/jobs/1/resume", "")).await.1["state"], "waiting");
    let second = submitted(&farm).await;
    let (_, page) = get(&farm, "/api/v1/jobs?limit=1&states=waiting,running").await;
    assert_eq!((&page["jobs"][0]["job"], &page["more"]), (&json!(second), &json!(true)));
    let (_, page) = get(&farm, "/api/v1/jobs?limit=1&before=2").await;
    assert_eq!((&page["jobs"][0]["job"], &page["more"]), (&json!(1), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_problem_document() {
    let farm = TestFarm::start().await;
    submitted(&farm).await;
    let long = "x".repeat((8 << 20) + 1);
    for (method, path, body, status, code, words) in [
        ("GET", "/api/v1/jobs/99", "", 404, "not-found", "job 99"),
        ("GET", "/api/v1/jobs/one", "", 404, "not-found", "one"),
        ("GET", "/api/v1/nothing", "", 404, "not-found", "openapi.json"),
        ("DELETE", "/api/v1/jobs", "", 405, "method-not-allowed", "method"),
        ("GET", "/api/v1/jobs?limit=0", "", 400, "invalid-argument", "1 to 1000"),
        ("GET", "/api/v1/jobs?states=asleep", "", 400, "invalid-argument", "`asleep`"),
        ("GET", "/api/v1/jobs?sort=name", "", 400, "invalid-argument", "sort"),
        ("POST", "/api/v1/jobs", "{", 400, "invalid-argument", "line 1"),
        ("POST", "/api/v1/jobs/1/pause", r#" ["a list of fields"]"#, 400, "invalid-argument", "object"),
        ("POST", "/api/v1/jobs", r#"{"yml": ""}"#, 400, "invalid-argument", "`yml`"),
        (
            "POST",
            "/api/v1/jobs",
            r#"{"yaml": "epochs: 1", "seed": "-1"}"#,
            400,
            "invalid-argument",
            "`seed` is `-1`",
        ),
        (
            "POST",
            "/api/v1/jobs",
            r#"{"yaml": "epochs: 1", "client_token": "short"}"#,
            400,
            "invalid-argument",
            "16 to 64",
        ),
        (
            "POST",
            "/api/v1/jobs",
            r#"{"yaml": "epochs: 1", "client_token": "ein Löffel aus Holz"}"#,
            400,
            "invalid-argument",
            "ASCII",
        ),
        ("GET", "/api/v1/jobs?states=,running", "", 400, "invalid-argument", "``"),
        ("POST", "/api/v1/jobs", long.as_str(), 413, "too-large", "8388608"),
        ("POST", "/api/v1/jobs", "", 415, "unsupported-media-type", "application/json"),
        ("POST", "/api/v1/jobs/1/retry", "", 409, "state", "job 1"),
        ("PUT", "/api/v1/jobs/1/priority", r#"{"priority": 11}"#, 400, "invalid-argument", "-10 to 10"),
        ("PUT", "/api/v1/jobs/1/labels", r#"{"labels": ["a,b"]}"#, 400, "invalid-argument", "`a,b`"),
        ("PUT", "/api/v1/jobs/1/labels", r#"{"labels": [" a"]}"#, 400, "invalid-argument", "than a space"),
        ("PUT", "/api/v1/jobs/1/labels", r#"{"labels": ["\u0007"]}"#, 400, "invalid-argument", "control"),
        ("PUT", "/api/v1/jobs/1/labels", r#"{"labels": [""]}"#, 400, "invalid-argument", "1 to 50"),
        ("GET", "/api/v1/jobs/1/picture", "", 404, "not-found", "picture.png"),
        ("POST", "/api/v1/workers/nobody/pause", "", 404, "not-found", "nobody"),
        ("PUT", "/api/v1/blobs/abc", "", 400, "invalid-argument", "64 hexadecimal digits"),
    ] {
        let (found, problem) = call(&farm, request(method, path, body)).await;
        assert_eq!((found, &problem["status"]), (status, &json!(status)), "{method} {path}: {problem}");
        assert_eq!(problem["code"], code, "{method} {path}");
        assert_eq!(problem["type"], format!("urn:clipig:problem:{code}"));
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_of_an_experiment_come_with_parameter_and_place() {
    let farm = TestFarm::start().await;
    let wrong = EXPERIMENT.replace("batch_size", "batch_sice");
    let (status, problem) = post(&farm, "/api/v1/jobs", &json!({ "yaml": wrong })).await;
    assert_eq!((status, &problem["code"]), (422, &json!("experiment")));
    let (status, checked) = post(&farm, "/api/v1/validate", &json!({ "yaml": wrong })).await;
    assert_eq!((status, &checked["valid"]), (200, &json!(false)));
    assert_eq!(problem["problems"], checked["problems"]);
    let one = &checked["problems"][0];
    assert_eq!(one["place"], json!({ "line": 7, "column": 5, "length": 10 }), "{one}");
    assert!(one["message"].as_str().unwrap().contains("`batch_sice`"), "{one}");
    assert!(one["label"].as_str().unwrap().contains("`batch_size`"), "{one}");
    let (_, checked) = post(&farm, "/api/v1/validate", &json!({ "yaml": EXPERIMENT })).await;
    assert_eq!(checked, json!({ "valid": true, "problems": [] }));
    // What has no place in the text is said all the same.
    let unknown = format!("model: ViT-X/99\n{EXPERIMENT}");
    let (_, checked) = post(&farm, "/api/v1/validate", &json!({ "yaml": unknown })).await;
    assert_eq!((&checked["valid"], &checked["problems"][0]["place"]), (&json!(false), &Json::Null));
    assert_eq!(get(&farm, "/api/v1/jobs").await.1["jobs"], json!([]));
}

/// A job that is done, and its worker.
async fn done(farm: &TestFarm) -> u64 {
    let job = submitted(farm).await;
    let worker = tokio::spawn(WorkerEnd::join(farm.worker().await, "first").await.work());
    until("the job's end", async || {
        get(farm, &format!("/api/v1/jobs/{job}")).await.1["state"] == "completed"
    })
    .await;
    worker.abort();
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_known_by_their_content() {
    let farm = TestFarm::start().await;
    let job = done(&farm).await;
    let (_, list) = get(&farm, &format!("/api/v1/jobs/{job}/artifacts")).await;
    let artifacts = list["artifacts"].as_array().unwrap();
    assert!(artifacts.len() > 1 && artifacts[0]["kind"] == "snapshot", "{list}");
    let picture = artifacts.last().unwrap();
    let (_, seen) = get(&farm, &format!("/api/v1/jobs/{job}")).await;
    assert_eq!(&seen["newest"], picture);
    let (_, list) = get(&farm, "/api/v1/jobs?with_newest=true").await;
    assert_eq!(&list["jobs"][0]["newest"], picture);
    let (_, list) = get(&farm, "/api/v1/jobs").await;
    assert_eq!(list["jobs"][0]["newest"], Json::Null);
    assert_eq!((&picture["kind"], &picture["name"]), (&json!("picture"), &json!("picture.png")));
    for artifact in artifacts {
        let response = send(&farm, request("GET", artifact["url"].as_str().unwrap(), "")).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"image/png".parse().unwrap())
        );
        // The address names the content, so it may be kept for good.
        let kept = response.headers()["cache-control"].to_str().unwrap().to_owned();
        assert!(kept.contains("immutable") && kept.contains("private"), "{kept}");
        let hash: [u8; 32] = sha2::Sha256::digest(bytes(response).await).into();
        assert_eq!(json!(clipig_core::Sha256(hash).to_string()), artifact["sha256"]);
    }
    let address = format!("/api/v1/jobs/{job}/picture");
    let whole = send(&farm, request("GET", &address, "")).await;
    assert_eq!(whole.headers()["cache-control"], "private, no-cache");
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    let whole = bytes(whole).await;
    let known = send(&farm, with(request("GET", &address, ""), "if-none-match", &tag)).await;
    assert_eq!((known.status().as_u16(), bytes(known).await.len()), (304, 0));
    let head = send(&farm, request("HEAD", &address, "")).await;
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
    let part = |range: &str| send(&farm, with(request("GET", &address, ""), "range", range));
    let middle = part("bytes=10-29").await;
    assert_eq!(middle.status().as_u16(), 206);
    assert_eq!(middle.headers()["content-range"], format!("bytes 10-29/{}", whole.len()).as_str());
    assert_eq!(bytes(middle).await, whole.slice(10..30));
    assert_eq!(bytes(part("bytes=-7").await).await, whole.slice(whole.len() - 7..));
    assert_eq!(part("bytes=99999999-").await.status().as_u16(), 416);
    // A part of what has changed since is of no use.
    let changed = with(with(request("GET", &address, ""), "range", "bytes=0-9"), "if-range", "\"other\"");
    assert_eq!(bytes(send(&farm, changed).await).await, whole);
    let (_, history) = get(&farm, &format!("/api/v1/jobs/{job}/history?from_epoch=5&to_epoch=20")).await;
    let epochs: Vec<u64> =
        history["rows"].as_array().unwrap().iter().map(|row| row["epoch"].as_u64().unwrap()).collect();
    assert_eq!((epochs, &history["more"]), ((5..20).collect(), &json!(false)));
}

/// Reads server-sent events until the stream ends or `enough` of them are there.
async fn events(response: Response<Incoming>, enough: usize) -> Vec<(u64, String, Json)> {
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let (mut body, mut text, mut events) = (response.into_body(), String::new(), Vec::new());
    while events.len() < enough {
        let Some(frame) = body.frame().await else { break };
        text.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
            };
            if let Some(data) = field("data") {
                let id = field("id").unwrap().parse().unwrap();
                events.push((id, field("event").unwrap(), serde_json::from_str(&data).unwrap()));
            }
            text = rest.to_owned();
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_resumed_where_it_broke() {
    let farm = TestFarm::start().await;
    let job = submitted(&farm).await;
    let address = format!("/api/v1/jobs/{job}/events");
    let first = send(&farm, request("GET", &format!("{address}?since=0"), "")).await;
    let worker = tokio::spawn(WorkerEnd::join(farm.worker().await, "first").await.work());
    // The connection is cut after a few events.
    let seen = events(first, 4).await;
    assert_eq!((seen[0].1.as_str(), &seen[0].2["job"]), ("job", &json!(job)));
    let last = seen.iter().map(|event| event.0).max().unwrap();
    let again = with(request("GET", &address, ""), "last-event-id", &last.to_string());
    let rest = events(send(&farm, again).await, usize::MAX).await;
    let all = events(send(&farm, request("GET", &format!("{address}?since=0"), "")).await, usize::MAX).await;
    let kept = |events: &[(u64, String, Json)]| -> Vec<Json> {
        let kept =
            events.iter().filter(|event| ["state", "warning", "log", "revision"].contains(&event.1.as_str()));
        kept.map(|event| event.2.clone()).collect()
    };
    let whole: Vec<Json> = [kept(&seen), kept(&rest)].concat();
    assert_eq!(whole, kept(&all));
    assert_eq!(whole.last().unwrap()["state"], "completed", "{whole:?}");
    let wrong = with(request("GET", &address, ""), "last-event-id", "the last one");
    assert_eq!(call(&farm, wrong).await.0, 400);
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_farm_says_so_and_ends_its_streams() {
    let mut farm = TestFarm::start().await;
    let job = submitted(&farm).await;
    let response = send(&farm, request("GET", &format!("/api/v1/jobs/{job}/events"), "")).await;
    let reading = tokio::spawn(async move { String::from_utf8(bytes(response).await.to_vec()).unwrap() });
    farm.stop().await;
    let text = reading.await.unwrap();
    assert!(text.contains("event: problem") && text.contains("shutting down"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_and_the_farm_are_shown_and_steered() {
    let farm = TestFarm::start().await;
    let _worker = WorkerEnd::join(farm.worker().await, "first").await;
    let (_, list) = get(&farm, "/api/v1/workers").await;
    assert_eq!(
        (&list["workers"][0]["worker"], &list["workers"][0]["state"]),
        (&json!("first"), &json!("idle"))
    );
    assert_eq!(list["workers"][0]["kind"]["class"], "cpu");
    let (_, paused) = post(&farm, "/api/v1/workers/first/pause", &json!({ "reason": "cleaning" })).await;
    assert_eq!(paused["state"], "paused");
    assert_eq!(call(&farm, request("POST", "/api/v1/workers/first/resume", "")).await.1["state"], "idle");
    submitted(&farm).await;
    let (_, shown) = get(&farm, "/api/v1/farm").await;
    assert_eq!((&shown["incarnation"], &shown["max_running_jobs"]), (&json!(1), &json!(8)));
    assert_eq!(shown["jobs"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["workers"][0]["count"], 1);
    assert_eq!(shown["samples_per_second"].to_string(), "0.0", "not -0.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn models_say_whether_the_farm_has_them() {
    let farm = TestFarm::start().await;
    let (status, list) = get(&farm, "/api/v1/models").await;
    let models = list["models"].as_array().unwrap();
    let is = |model: &&Json, what: &str| model[what] == json!(true);
    let here: Vec<&Json> =
        models.iter().filter(|model| is(model, "is_here")).map(|model| &model["name"]).collect();
    assert_eq!((status, here), (200, vec![&json!("clipig-tiny")]), "{list}");
    let defaults = models.iter().filter(|model| is(model, "is_default"));
    assert_eq!(defaults.map(|model| &model["name"]).collect::<Vec<_>>(), ["clipig-tiny"]);
    let known = models.iter().find(|model| model["name"] == "ViT-B/32").unwrap();
    assert!(known["size"].as_u64().unwrap() > 100_000_000, "{known}");
    assert!(!list.to_string().contains(".safetensors"), "no paths of the coordinator's machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_brought_by_their_content() {
    let farm = TestFarm::start().await;
    let content = "the bytes of an image".repeat(100);
    let hash: [u8; 32] = sha2::Sha256::digest(&content).into();
    let hash = clipig_core::Sha256(hash).to_string();
    let missing = post(&farm, "/api/v1/blobs/missing", &json!({ "sha256": [hash] })).await.1;
    assert_eq!(missing["missing"], json!([hash]));
    let upload = |path: String, content: &str| {
        let sent = with(request("PUT", &path, content), "content-type", "application/octet-stream");
        async { send(&farm, sent).await.status().as_u16() }
    };
    let other = format!("/api/v1/blobs/{}", "0".repeat(64));
    assert_eq!(upload(other, &content).await, 400, "the hash is another one");
    let address = format!("/api/v1/blobs/{hash}");
    assert_eq!(upload(address.clone(), &content).await, 201);
    assert_eq!(upload(address, &content).await, 204);
    assert_eq!(
        post(&farm, "/api/v1/blobs/missing", &json!({ "sha256": [hash] })).await.1["missing"],
        json!([])
    );
    // A job whose image is not there is told which.
    let yaml = EXPERIMENT.replace("text: a red square", "image: a.png");
    let wish = json!({ "yaml": yaml, "assets": { "a.png": "1".repeat(64) } });
    let (status, problem) = post(&farm, "/api/v1/jobs", &wish).await;
    assert_eq!((status, &problem["missing"]), (409, &json!(["1".repeat(64)])), "{problem}");
    let wish = json!({ "yaml": yaml, "assets": { "a.png": hash } });
    assert_eq!(post(&farm, "/api/v1/jobs", &wish).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_names_every_operation() {
    let farm = TestFarm::start().await;
    let response = send(&farm, request("GET", "/api/v1/openapi.json", "")).await;
    let described: Json = serde_json::from_slice(&bytes(response).await).unwrap();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"), "{}", described["openapi"]);
    for (path, method) in
        [("/jobs", "post"), ("/jobs/{job}/events", "get"), ("/session", "delete"), ("/blobs/{sha256}", "put")]
    {
        assert!(described["paths"][format!("/api/v1{path}")][method].is_object(), "{method} {path}");
    }
    assert!(described["components"]["schemas"]["JobEvent"].is_object());
    // OpenAPI asks for it.
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                assert!(answer["description"].is_string(), "{method} {path} {status}");
            }
        }
    }
    let job = &described["paths"]["/api/v1/jobs/{job}"]["get"]["parameters"][0];
    assert_eq!(job["schema"]["format"], "uint64");
    assert_eq!(described["security"], json!([{ "token": [] }, { "session": [] }]));
    assert_eq!(described["paths"]["/api/v1/session"]["post"]["security"], json!([{}]));
}
