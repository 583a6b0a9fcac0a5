//! Pulling weights from a server on this machine that does all that servers do.

mod support;

use std::{
    fs::{self, File},
    io::Read,
    net::{TcpListener, TcpStream},
    time::Duration,
};

use clipig_models::{ModelError, Place, Progress, PullOptions, Store, Weights};
use support::{Answer, Server, float16_file, model_file, quick, store, weights};

fn pull(store: &Store, options: &PullOptions) -> Result<clipig_models::Entry, ModelError> {
    store.pull("RN101", options, &mut |_| ())
}

/// These are the weights in the store, and the part file and its companions are gone.
#[track_caller]
fn assert_stored(store: &Store, weights: &[u8]) {
    let Weights::File(path) = store.resolve("RN101").unwrap().weights else { panic!("not a file") };
    let left: Vec<_> = fs::read_dir(store.root()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
    let mut file = File::open(path).unwrap();
    assert_eq!(file.metadata().unwrap().len(), weights.len() as u64);
    let mut read = vec![0; 1 << 20];
    for piece in weights.chunks(read.len()) {
        let read = &mut read[..piece.len()];
        file.read_exact(read).unwrap();
        assert!(read == piece, "other weights");
    }
}

#[test]
fn a_whole_file_arrives_and_stays() {
    let server = Server::start(weights(1), &[]);
    let (_folder, store) = store(&server.url);
    let mut seen = Vec::new();
    let entry = store.pull("rn101", &quick(), &mut |progress| seen.push(progress)).unwrap();
    assert!(matches!(entry.place, Place::Stored(_)));
    assert!(!entry.pinned && entry.sha256.is_some());
    assert_stored(&store, weights(1));
    let path = "/timm/resnet101_clip.openai/resolve/main/open_clip_model.safetensors";
    assert_eq!(server.requests()[0].path, path);
    let total = Some(weights(1).len() as u64);
    assert_eq!(seen.first(), Some(&Progress::Transfer { have: 0, total }));
    assert_eq!(seen.last(), Some(&Progress::Checking));
    // What is there is not asked for again.
    pull(&store, &quick()).unwrap();
    assert_eq!(server.requests().len(), 1);
    let info = store.info("RN101").unwrap();
    assert_eq!((info.architecture.input_size, info.tensors), (224, model_file::rn101().len()));
}

#[test]
fn a_transfer_goes_on_where_it_broke_off() {
    let answers = [Answer::Cut(100_000), Answer::Status(503), Answer::Cut(5_000)];
    let server = Server::start(weights(1), &answers);
    let (_folder, store) = store(&server.url);
    let mut retries = 0;
    store.pull("RN101", &quick(), &mut |p| retries += u32::from(matches!(p, Progress::Retry(_)))).unwrap();
    assert_stored(&store, weights(1));
    assert_eq!(retries, 3);
    let requests = server.requests();
    assert_eq!(requests[0].range, None);
    assert_eq!(requests[2].range.as_deref(), Some("bytes=100000-"));
    assert_eq!(requests[3].range.as_deref(), Some("bytes=105000-"));
    assert_eq!(requests[3].if_range.as_deref(), Some("\"v1\""));
}

#[test]
fn a_later_run_goes_on_too() {
    let answers = [Answer::Cut(50_000), Answer::Cut(0), Answer::Cut(0), Answer::Cut(0)];
    let server = Server::start(weights(1), &answers);
    let (_folder, store) = store(&server.url);
    let error = pull(&store, &quick()).unwrap_err();
    assert!(matches!(error, ModelError::Interrupted { .. }), "{error}");
    while server.requests().len() < 4 {
        let _ = pull(&store, &quick());
    }
    pull(&store, &quick()).unwrap();
    assert_stored(&store, weights(1));
    assert_eq!(server.requests().last().unwrap().range.as_deref(), Some("bytes=50000-"));
}

#[test]
fn a_file_that_changed_meanwhile_is_fetched_anew() {
    let server = Server::start(weights(1), &[Answer::Cut(50_000), Answer::Cut(0), Answer::Cut(0)]);
    let (_folder, store) = store(&server.url);
    assert!(pull(&store, &quick()).is_err());
    server.change(weights(2));
    pull(&store, &quick()).unwrap();
    assert_stored(&store, weights(2));
}

#[test]
fn a_server_without_ranges_works_and_does_not_loop() {
    let (half, all) = (Answer::NoRange(100_000), Answer::NoRange(usize::MAX));
    let server = Server::start(weights(1), &[half, all]);
    let (_folder, store) = store(&server.url);
    pull(&store, &quick()).unwrap();
    assert_stored(&store, weights(1));

    let stubborn = Server::start(weights(1), &[half; 50]);
    let (_folder, store) = support::store(&stubborn.url);
    let error = pull(&store, &quick()).unwrap_err();
    assert!(matches!(error, ModelError::Interrupted { attempts: 3, .. }), "{error}");
    assert!(stubborn.requests().len() <= 4);
}

#[test]
fn a_wrong_hash_is_thrown_away() {
    let server = Server::start(float16_file(&model_file::small_clip(96, 16), 1).leak(), &[]);
    let (_folder, store) = store(&server.url);
    let error = store.pull("ViT-B/32", &quick(), &mut |_| ()).unwrap_err();
    assert!(matches!(error, ModelError::WrongHash { recorded: false, .. }), "{error}");
    assert!(matches!(store.resolve("ViT-B/32"), Err(ModelError::NotInStore { .. })));
    assert!(!store.root().join("vit-b-32.part").exists());
}

#[test]
fn the_hash_of_the_first_use_counts_from_then_on() {
    let server = Server::start(weights(1), &[]);
    let (_folder, store) = store(&server.url);
    pull(&store, &quick()).unwrap();
    let file = store.root().join("rn101.safetensors");

    // Changed on disk: seen at the next use.
    fs::write(&file, weights(2)).unwrap();
    let error = store.resolve("RN101").unwrap_err();
    assert!(matches!(error, ModelError::WrongHash { recorded: true, .. }), "{error}");

    // Gone, and another one on the server.
    fs::remove_file(&file).unwrap();
    server.change(weights(2));
    let error = pull(&store, &quick()).unwrap_err();
    assert!(matches!(error, ModelError::WrongHash { recorded: true, .. }), "{error}");
    let replace = PullOptions { replace: true, ..quick() };
    pull(&store, &replace).unwrap();
    assert_stored(&store, weights(2));

    // Touched but the same: fine, also when everything is read.
    fs::write(&file, weights(2)).unwrap();
    store.resolve("RN101").unwrap();
    store.verify("RN101").unwrap();
}

#[test]
fn refusals_are_final_and_named() {
    for (status, hint) in [(404, "not there"), (401, "login"), (403, "login")] {
        let server = Server::start(b"", &[Answer::Status(status)]);
        let (_folder, store) = store(&server.url);
        let error = pull(&store, &quick()).unwrap_err();
        assert!(matches!(error, ModelError::Refused { status: s, .. } if s == status), "{error}");
        assert!(error.to_string().contains(hint), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn what_is_not_the_model_does_not_come_in() {
    let page = Server::start(b"<!DOCTYPE html><html>Please log in</html>", &[]);
    let (_folder, store) = store(&page.url);
    let error = pull(&store, &quick()).unwrap_err();
    assert!(error.to_string().contains("web page"), "{error}");

    let language_model = float16_file(&[("lm_head.weight".to_owned(), vec![10, 10])], 0);
    let other = Server::start(language_model.leak(), &[]);
    let (_folder, store) = support::store(&other.url);
    let error = pull(&store, &quick()).unwrap_err();
    assert!(error.to_string().contains("language model"), "{error}");
    assert!(!store.root().join("rn101.safetensors").exists());
}

#[test]
fn without_a_network_it_says_what_to_do() {
    // Nobody listens on the port of a listener that is gone, and nobody else is given it while a connection is left. The
    // address differs from the one that connections come from, so that none can connect to itself.
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    let address = listener.local_addr().unwrap();
    let _connection = (TcpStream::connect(address).unwrap(), listener.accept().unwrap());
    drop(listener);
    let (_folder, store) = store(&format!("http://{address}"));
    let error = pull(&store, &quick()).unwrap_err();
    assert!(matches!(error, ModelError::Offline { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("clipig model import FILE --name RN101") && text.contains("resnet101"), "{text}");
}

#[test]
fn a_silent_server_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (_folder, store) = store(&format!("http://{}", listener.local_addr().unwrap()));
    let options = PullOptions { stall: Duration::from_millis(50), ..quick() };
    let error = pull(&store, &options).unwrap_err();
    assert!(matches!(error, ModelError::Offline { .. }), "{error}");
}

#[test]
fn the_embedded_model_needs_no_server() {
    let (_folder, store) = store("http://127.0.0.1:9");
    assert_eq!(store.pull("clipig-tiny", &quick(), &mut |_| ()).unwrap().place, Place::Embedded);
    let error = store.pull("RN5O", &quick(), &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("RN50"), "{error}");
}

#[test]
fn two_pulls_at_once_make_one_transfer() {
    let server = Server::start(weights(1), &[]);
    let (_folder, store) = store(&server.url);
    std::thread::scope(|scope| {
        let pulls: Vec<_> = (0..4).map(|_| scope.spawn(|| pull(&store, &quick()))).collect();
        for pull in pulls {
            pull.join().unwrap().unwrap();
        }
    });
    assert_eq!(server.requests().len(), 1);
}
