use std::fs;
use std::path::Path;

use clipig_access::{Limit, Limits, NewToken, Secret, TokenFile, TokenFileError};

use super::*;
use crate::settings::Tokens;
use crate::store::{AuditFilter, Store, SystemClock};

const CLIENT: &str = "token-of-the-clients";
const WORKER: &str = "token-of-the-workers";

fn tokens() -> Tokens {
    Tokens { client: CLIENT.parse().unwrap(), worker: WORKER.parse().unwrap() }
}

/// A doorkeeper, its store, and its folder.
struct House {
    door: Doorkeeper,
    store: Store,
    folder: tempfile::TempDir,
}

fn house(change: impl FnOnce(&mut Settings, &Path)) -> House {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::with_data(folder.path());
    change(&mut settings, folder.path());
    let store = Store::open(&folder.path().join("data"), Arc::new(SystemClock::default())).unwrap();
    let metrics = Arc::new(Metrics::default());
    let door = Doorkeeper::open(&settings, Audit::new(store.clone(), Arc::clone(&metrics)), metrics).unwrap();
    House { door, store, folder }
}

fn peer() -> Peer {
    Peer::Tcp("192.0.2.7:1234".parse().unwrap())
}

fn with_tokens() -> House {
    house(|settings, _| settings.tokens = Some(tokens()))
}

impl House {
    fn ask(&self, header: Option<&str>, call: Call) -> Result<Principal, Refusal> {
        self.door.admit(header.map(str::as_bytes), peer(), call)
    }

    fn refused(&self, header: Option<&str>, call: Call) -> tonic::Status {
        self.ask(header, call).unwrap_err().into()
    }

    fn audit(&self) -> Vec<crate::store::AuditEntry> {
        self.store.audit(&AuditFilter::default()).unwrap()
    }

    fn tokens_file(&self) -> std::path::PathBuf {
        self.folder.path().join("tokens.toml")
    }

    fn create(&self, name: &str, owner: &str, role: Role, expires: Option<Timestamp>) -> Secret {
        create(&self.tokens_file(), name, owner, role, expires)
    }
}

fn create(path: &Path, name: &str, owner: &str, role: Role, expires: Option<Timestamp>) -> Secret {
    let (name, owner) = (name.parse().unwrap(), owner.parse().unwrap());
    let new = NewToken { name, owner, role, expires, limits: Limits::default() };
    TokenFile::change(path, |file| Ok::<_, TokenFileError>(file.create(new, Timestamp::now()).unwrap()))
        .unwrap()
}

fn with_file() -> House {
    house(|settings, folder| {
        let path = folder.join("tokens.toml");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        settings.tokens_file = Some(path);
    })
}

#[test]
fn the_tokens_of_the_settings_are_an_operator_and_a_worker() {
    let house = with_tokens();
    for (token, call, role) in
        [(CLIENT, Call::PauseWorker, Role::Operator), (WORKER, Call::Session, Role::Worker)]
    {
        for header in [format!("Bearer {token}"), format!("bearer  {token} ")] {
            let who = house.ask(Some(&header), call).unwrap();
            assert_eq!(who.role(), role);
            assert!(who.token().starts_with("tokens."), "{who:?}");
        }
    }
}

#[test]
fn everything_else_is_refused() {
    let house = with_tokens();
    let status = house.refused(None, Call::GetFarm);
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    let text = status.message();
    assert!(text.contains("asks for a token") && text.contains("CLIPIG_TOKEN"), "{text}");
    for (token, call, needed) in [(WORKER, Call::GetFarm, "viewer"), (CLIENT, Call::Session, "worker")] {
        let status = house.refused(Some(&format!("Bearer {token}")), call);
        assert_eq!(status.code(), tonic::Code::PermissionDenied);
        assert!(status.message().contains(&format!("needs the role {needed}")), "{}", status.message());
    }
    for header in ["", "Bearer", CLIENT, &format!("Basic {CLIENT}")] {
        let status = house.refused(Some(header), Call::GetFarm);
        assert!(status.message().contains("must be `Bearer`"), "{header}");
    }
    for token in ["", "x", &CLIENT[1..], &format!("{CLIENT}x"), &format!("{CLIENT}{WORKER}")] {
        let status = house.refused(Some(&format!("Bearer {token}")), Call::GetFarm);
        assert_eq!(status.code(), tonic::Code::Unauthenticated);
        assert!(status.message().contains("not the farm's"), "{}", status.message());
    }
}

#[test]
fn without_tokens_everybody_is_let_in() {
    let house = house(|_, _| {});
    let who = house.ask(None, Call::DrainWorker).unwrap();
    assert_eq!((who.owner(), who.token()), ("local", ""));
    assert!(house.ask(None, Call::Session).is_ok());
}

#[test]
fn an_empty_file_of_tokens_lets_nobody_in() {
    let house = with_file();
    assert!(house.door.asks());
    assert_eq!(house.refused(None, Call::GetFarm).code(), tonic::Code::Unauthenticated);
    assert_eq!(house.refused(Some("Bearer x"), Call::GetFarm).code(), tonic::Code::Unauthenticated);
}

#[test]
fn a_refusal_names_the_role_that_is_needed_and_who_has_it() {
    let house = with_file();
    let alice = house.create("alice", "alice", Role::Artist, None);
    house.create("ops-1", "carol", Role::Operator, None);
    house.create("ops-2", "dave", Role::Operator, None);
    house.door.reload().unwrap();
    let status = house.refused(Some(&format!("Bearer {}", alice.reveal())), Call::DrainWorker);
    assert_eq!(
        status.message(),
        "DrainWorker needs the role operator, which `carol`, `dave` have; the token `alice` has the role artist"
    );
    assert_eq!(
        clipig_proto::status::error(&status).unwrap().code(),
        clipig_proto::v1::farm_error::Code::Forbidden
    );
}

#[test]
fn a_file_that_cannot_be_used_changes_nothing() {
    let house = with_file();
    let alice = house.create("alice", "alice", Role::Artist, None);
    house.door.reload().unwrap();
    let header = format!("Bearer {}", alice.reveal());
    fs::write(house.tokens_file(), "[[token]]\nname = 3\n").unwrap();
    assert!(house.door.reload().unwrap_err().to_string().contains("tokens.toml"));
    assert!(house.ask(Some(&header), Call::GetFarm).is_ok());
    fs::write(house.tokens_file(), "").unwrap();
    house.door.reload().unwrap();
    assert!(house.ask(Some(&header), Call::GetFarm).is_err());
}

#[test]
fn the_smallest_limit_of_an_owners_tokens_holds_until_it_is_changed() {
    let house = house(|settings, folder| {
        let path = folder.join("tokens.toml");
        let mut tokens = TokenFile::default();
        for (name, limits) in [("one", "calls=20,snapshots=5"), ("two", "calls=10")] {
            let (name, owner, limits) =
                (name.parse().unwrap(), "alice".parse().unwrap(), limits.parse().unwrap());
            let new = NewToken { name, owner, role: Role::Artist, expires: None, limits };
            tokens.create(new, Timestamp::now()).unwrap();
        }
        TokenFile::change(&path, |file| {
            *file = tokens;
            Ok::<_, TokenFileError>(())
        })
        .unwrap();
        settings.tokens_file = Some(path);
        settings.quotas = "calls=5,bytes=1GiB".parse().unwrap();
    });
    let of = |owner, limit| house.door.quotas().of(owner, limit).map(|quota| quota.most());
    assert_eq!((of("alice", Limit::Calls), of("alice", Limit::Snapshots)), (Some(10), Some(5)));
    assert_eq!((of("bob", Limit::Calls), of("alice", Limit::Bytes)), (Some(5), Some(1 << 30)));
    TokenFile::change(&house.tokens_file(), |file| {
        file.revoke(&"two".parse().unwrap()).unwrap();
        Ok::<_, TokenFileError>(())
    })
    .unwrap();
    house.door.reload().unwrap();
    assert_eq!(of("alice", Limit::Calls), Some(20));
}

#[test]
fn a_worker_from_elsewhere_shows_a_certificate_where_it_is_asked() {
    let house = house(|settings, _| {
        settings.tokens = Some(tokens());
        settings.worker_ca = Some("workers.crt".into());
    });
    let who = |token: &str, peer, call| {
        house.door.admit(Some(format!("Bearer {token}").as_bytes()), peer, call).unwrap()
    };
    let check = |token, peer, call, has| house.door.check_certificate(&who(token, peer, call), call, has);
    assert!(check(WORKER, peer(), Call::Session, true).is_ok());
    assert!(check(CLIENT, peer(), Call::GetFarm, false).is_ok());
    assert!(check(WORKER, Peer::Unix { user: Some(0) }, Call::Session, false).is_ok());
    let refused = check(WORKER, peer(), Call::FetchBlob, false).unwrap_err();
    assert!(matches!(&refused, Refusal::Forbidden(text) if text.contains("`tls.certificate` and `tls.key`")));
    let [entry] = &house.audit()[..] else { panic!("{:?}", house.audit()) };
    assert_eq!((entry.token.as_str(), entry.action.as_str()), ("tokens.worker", "FetchBlob"));
}

#[test]
fn an_expired_token_is_told_so_and_written_down() {
    let house = with_file();
    let past = Timestamp::now() - Duration::from_mins(1);
    let old = house.create("old", "alice", Role::Artist, Some(past));
    house.door.reload().unwrap();
    let status = house.refused(Some(&format!("Bearer {}", old.reveal())), Call::GetFarm);
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    assert!(status.message().contains("`old` has expired on"), "{}", status.message());
    let [entry] = &house.audit()[..] else { panic!("{:?}", house.audit()) };
    assert_eq!((entry.action.as_str(), entry.address.as_str()), ("GetFarm", "192.0.2.7:1234"));
    assert!(entry.text.contains("`old` has expired"), "{entry:?}");
}

#[test]
fn a_flood_of_wrong_tokens_is_written_down_in_part_and_locks_nobody_out() {
    let house = with_tokens();
    for number in 0..500 {
        house.refused(Some(&format!("Bearer wrong-token-number-{number}")), Call::SubmitJob);
    }
    // On a slow machine some seconds pass, and some more are written down.
    assert!((10..100).contains(&house.audit().len()), "{}", house.audit().len());
    assert!(house.ask(Some(&format!("Bearer {CLIENT}")), Call::SubmitJob).is_ok());
    // What was shown is a secret of somebody, perhaps mistyped.
    assert!(house.audit().iter().all(|entry| !entry.text.contains("wrong-token")));
}

#[tokio::test]
async fn a_revoked_token_is_noticed() {
    let house = with_file();
    let alice = house.create("alice", "alice", Role::Worker, None);
    let bob = house.create("bob", "bob", Role::Worker, Some(Timestamp::now() + Duration::from_hours(1)));
    house.door.reload().unwrap();
    let who =
        |secret: &Secret| house.ask(Some(&format!("Bearer {}", secret.reveal())), Call::Session).unwrap();
    let (alice, bob) = (who(&alice), who(&bob));
    let wait = std::time::Duration::from_mins(2);
    let revoke = async {
        TokenFile::change(&house.tokens_file(), |file| {
            file.revoke(&"alice".parse().unwrap()).unwrap();
            Ok::<_, TokenFileError>(())
        })
        .unwrap();
        house.door.reload().unwrap();
    };
    let both = async { tokio::join!(house.door.until_revoked(&alice), revoke) };
    tokio::time::timeout(wait, both).await.unwrap();
    // Others stay.
    let bob = house.door.until_revoked(&bob);
    assert!(tokio::time::timeout(std::time::Duration::ZERO, bob).await.is_err());
}
