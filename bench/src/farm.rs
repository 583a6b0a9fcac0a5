//! A farm of processes for a measurement, and the bare copy that it is compared with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::certificates::Certificates;
use crate::child::Child;
use crate::error::BenchError;
use crate::machine::{processor_seconds, resident_bytes};
use crate::proxy::{Proxy, ProxyKind};
use crate::relay::Relay;
use crate::socket::SocketKind;
use crate::stand_in::Work;

/// How long processes may take to start and find each other: many start at once.
const START: Duration = Duration::from_mins(2);

/// How long an epoch may take.
const EPOCH: Duration = Duration::from_mins(5);

/// The coordinator's data folder, in the folder of the farm.
const DATA: &str = "data";

/// What a farm is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FarmPlan {
    /// What processes talk over.
    pub(crate) socket: SocketKind,
    /// Side of the canvas in pixels.
    pub(crate) side: usize,
    /// What a shard is.
    pub(crate) work: Work,
    /// Shards per epoch.
    pub(crate) shards: u32,
    /// Workers.
    pub(crate) workers: u32,
    /// Cores of each.
    pub(crate) cores: u32,
    /// Greatest number of processes for them.
    pub(crate) processes: u32,
    /// Write checkpoints as in production.
    pub(crate) checkpoints: bool,
    /// Have workers say when a shard begins.
    pub(crate) tell: bool,
    /// What samples look at.
    pub(crate) view: View,
    /// Count the bytes between workers and coordinator.
    pub(crate) counted: bool,
    /// Export spans.
    pub(crate) traces: Option<Traces>,
}

impl FarmPlan {
    /// So many workers of one core, each in a process of its own, that share the shards of an epoch over TCP. Nothing else is
    /// done: no checkpoints, nothing is counted or told.
    pub(crate) fn plain(workers: u32, shards: u32, side: usize, work: Work) -> Self {
        Self {
            socket: SocketKind::Tcp,
            side,
            work,
            shards,
            workers,
            cores: 1,
            processes: workers,
            checkpoints: false,
            tell: false,
            view: View::Canvas,
            counted: false,
            traces: None,
        }
    }
}

/// How spans are exported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traces {
    /// Where to.
    pub(crate) collector: SocketAddr,
    /// Of how many epochs all is told.
    pub(crate) epochs: u32,
}

impl Traces {
    /// What processes are told.
    fn variables(self) -> Vec<(&'static str, String)> {
        vec![("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", self.collector))]
    }
}

/// What samples look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The whole canvas.
    Canvas,
    /// Windows of 224 × 224 pixels.
    Windows,
}

/// What lies between workers and their coordinator.
#[derive(Clone, Copy, Default)]
pub(crate) struct Route<'a> {
    /// What workers connect to.
    pub(crate) front: Front<'a>,
    /// How much later bytes arrive there, and at workers.
    pub(crate) delay: Duration,
}

/// What workers connect to.
#[derive(Clone, Copy, Default)]
pub(crate) enum Front<'a> {
    /// The coordinator, without TLS.
    #[default]
    Plain,
    /// The coordinator, with TLS.
    Tls(&'a Certificates),
    /// A proxy, which passes on without TLS what comes to it with TLS.
    Proxy(ProxyKind, &'a Certificates),
}

impl<'a> Front<'a> {
    fn certificates(self) -> Option<&'a Certificates> {
        match self {
            Self::Plain => None,
            Self::Tls(certificates) | Self::Proxy(_, certificates) => Some(certificates),
        }
    }

    /// What the coordinator is told of it.
    fn arguments(self) -> Vec<String> {
        let Self::Tls(certificates) = self else { return Vec::new() };
        let file = |name: &str| certificates.folder().join(name).display().to_string();
        vec![format!("--certificate={}", file("tls.crt")), format!("--key={}", file("tls.key"))]
    }
}

/// One epoch, from its beginning to the step, in seconds since the machine was started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epoch {
    pub(crate) begun: f64,
    pub(crate) ended: f64,
}

/// Processes that do what is asked of the first of them.
pub(crate) struct Group {
    /// The first: a coordinator, a hub, or the first rank of an all-reduce.
    pub(crate) first: Child,
    /// The others.
    pub(crate) others: Vec<Child>,
    folder: TempDir,
}

/// A farm whose job is ready for its first epoch.
pub(crate) struct Farm {
    pub(crate) group: Group,
    /// Where workers connect to: the coordinator, the proxy before it, or the relay before these.
    pub(crate) address: String,
    /// The same without the relay: clients need not be counted.
    pub(crate) for_clients: String,
    /// Where it answers probes; empty where it does not.
    pub(crate) probes: String,
    plan: FarmPlan,
    authority: Option<PathBuf>,
    relay: Option<Relay>,
    proxy: Option<Proxy>,
}

impl Farm {
    /// Starts coordinator and workers, and waits until the job is prepared.
    pub(crate) fn start(plan: FarmPlan) -> Result<Self, BenchError> {
        Self::begin(plan, false, Route::default())
    }

    /// The same, with something between workers and coordinator.
    pub(crate) fn start_over(plan: FarmPlan, route: Route<'_>) -> Result<Self, BenchError> {
        Self::begin(plan, false, route)
    }

    /// The same, with probes over HTTP.
    pub(crate) fn start_with_probes(plan: FarmPlan) -> Result<Self, BenchError> {
        Self::begin(plan, true, Route::default())
    }

    fn begin(plan: FarmPlan, with_probes: bool, route: Route<'_>) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir().map_err(BenchError::at("a folder for data"))?;
        let FarmPlan { socket, side, work, shards, workers, processes, checkpoints, .. } = plan;
        let mut arguments = vec![
            "coordinator".to_owned(),
            format!("--listen={}", socket.address(folder.path(), "farm.sock")),
            format!("--data={}", folder.path().join(DATA).display()),
            format!("--side={side}"),
            format!("--work={work}"),
            format!("--shards={shards}"),
            format!("--workers={workers}"),
        ];
        arguments.extend(checkpoints.then(|| "--checkpoints".to_owned()));
        arguments.extend(with_probes.then(|| "--probes".to_owned()));
        arguments.extend((plan.view == View::Windows).then(|| "--crops".to_owned()));
        arguments.extend(plan.traces.map(|traces| format!("--traced-epochs={}", traces.epochs)));
        arguments.extend(route.front.arguments());
        let first = Child::role_with("coordinator", &arguments, plan.variables())?;
        let coordinator = first.expect("listening", START)?;
        let probes = if with_probes { first.expect("probes", START)? } else { String::new() };
        let (mut for_clients, mut proxy) = (coordinator, None);
        if let Front::Proxy(kind, certificates) = route.front {
            let started = Proxy::before(host_and_port(&for_clients)?, kind, certificates)?;
            for_clients = format!("https://{}", started.address());
            proxy = Some(started);
        }
        let (mut address, mut relay) = (for_clients.clone(), None);
        if plan.counted || !route.delay.is_zero() {
            let started = Relay::before(host_and_port(&address)?, route.delay);
            let started = started.map_err(BenchError::at("a relay"))?;
            let scheme = if route.front.certificates().is_some() { "https" } else { "http" };
            address = format!("{scheme}://{}", started.address());
            relay = Some(started);
        }
        let authority = route.front.certificates().map(Certificates::authority);
        let group = Group { first, others: Vec::new(), folder };
        let mut farm = Self { group, address, for_clients, probes, plan, authority, relay, proxy };
        let processes = processes.clamp(1, workers.max(1));
        for process in 0..processes {
            let count = (workers / processes) + u32::from(process < workers % processes);
            let worker = farm.worker(&format!("worker{process}"), count)?;
            farm.group.others.push(worker);
        }
        farm.group.first.expect("waiting", START)?;
        Ok(farm)
    }

    /// Bytes that have travelled to workers and from them, where they are counted.
    pub(crate) fn bytes(&self) -> [u64; 2] {
        self.relay.as_ref().map_or([0; 2], Relay::bytes)
    }

    /// Connections that workers have made, where they are counted.
    pub(crate) fn connections(&self) -> u64 {
        self.relay.as_ref().map_or(0, Relay::connections)
    }

    /// Time that the proxy has computed, in seconds; 0 where there is none.
    pub(crate) fn proxy_seconds(&self) -> Result<f64, BenchError> {
        self.proxy.as_ref().map_or(Ok(0.0), Proxy::processor_seconds)
    }

    /// The coordinator's data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.group.folder.path().join(DATA)
    }

    /// Who has signed the certificate that clients see; `None` where there is no TLS.
    pub(crate) fn authority(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    /// Starts one more process of workers.
    pub(crate) fn worker(&self, name: &str, count: u32) -> Result<Child, BenchError> {
        let mut arguments = vec![
            "worker".to_owned(),
            format!("--coordinator={}", self.address),
            format!("--name={name}"),
            format!("--count={count}"),
            format!("--cores={}", self.plan.cores),
            format!("--work={}", self.plan.work),
        ];
        arguments.extend(self.plan.tell.then(|| "--tell".to_owned()));
        arguments.extend(self.authority.as_ref().map(|file| format!("--authority={}", file.display())));
        Child::role_with(name, &arguments, self.plan.variables())
    }
}

impl FarmPlan {
    fn variables(&self) -> Vec<(&'static str, String)> {
        self.traces.map(Traces::variables).unwrap_or_default()
    }
}

/// The place in `http://HOST:PORT`.
fn host_and_port(address: &str) -> Result<SocketAddr, BenchError> {
    let (_, place) = address.split_once("://").unwrap_or(("", address));
    place.parse().map_err(|_| BenchError::Wrong(format!("`{address}` is no address of a network")))
}

/// The bare copy of as many bytes.
pub(crate) fn start_copy(socket: SocketKind, there: usize, back: &[usize]) -> Result<Group, BenchError> {
    let folder = tempfile::tempdir().map_err(BenchError::at("a folder for a socket"))?;
    let list: Vec<String> = back.iter().map(ToString::to_string).collect();
    let arguments = [
        "hub".to_owned(),
        format!("--listen={}", socket.address(folder.path(), "hub.sock")),
        format!("--leaves={}", back.len()),
        format!("--there={there}"),
        format!("--back={}", list.join(",")),
    ];
    let first = Child::role("hub", &arguments)?;
    let address = first.expect("listening", START)?;
    let mut group = Group { first, others: Vec::new(), folder };
    for (number, back) in back.iter().enumerate() {
        let arguments = [
            "leaf".to_owned(),
            format!("--hub={address}"),
            format!("--number={number}"),
            format!("--there={there}"),
            format!("--back={back}"),
        ];
        group.others.push(Child::role(format!("leaf{number}"), &arguments)?);
    }
    group.first.expect("ready", START)?;
    Ok(group)
}

impl Group {
    /// A program that forks its own others, once it is ready.
    pub(crate) fn of(first: Child, folder: TempDir) -> Result<Self, BenchError> {
        first.expect("ready", START)?;
        Ok(Self { first, others: Vec::new(), folder })
    }

    /// Asks for so many epochs, which begin as soon as all workers are there, and waits for them.
    pub(crate) fn epochs(&mut self, count: u32) -> Result<Vec<Epoch>, BenchError> {
        self.first.say(&format!("go {count}"))?;
        (0..count).map(|_| self.next_epoch(EPOCH)).collect()
    }

    /// Waits for an epoch that was asked for.
    pub(crate) fn next_epoch(&self, patience: Duration) -> Result<Epoch, BenchError> {
        let line = self.first.expect("epoch", patience)?;
        epoch(&line).ok_or_else(|| BenchError::Wrong(format!("`epoch {line}` is not understood")))
    }

    /// Time that all processes have computed, in seconds: the first, the others together.
    pub(crate) fn processor_seconds(&self) -> Result<[f64; 2], BenchError> {
        let others: Result<Vec<f64>, _> =
            self.others.iter().map(|child| processor_seconds(child.id())).collect();
        Ok([processor_seconds(self.first.id())?, others?.iter().sum()])
    }

    /// Memory in use, in bytes, of the first and of the largest of the others: all, and the part that is not of files.
    pub(crate) fn resident_bytes(&self) -> Result<[[u64; 2]; 2], BenchError> {
        let others: Result<Vec<_>, _> = self.others.iter().map(|child| resident_bytes(child.id())).collect();
        Ok([resident_bytes(self.first.id())?, others?.into_iter().max().unwrap_or_default()])
    }
}

impl Epoch {
    /// How long it took, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.ended - self.begun
    }
}

/// `NUMBER BEGUN ENDED`, in nanoseconds.
fn epoch(line: &str) -> Option<Epoch> {
    let mut words = line.split(' ').skip(1);
    let mut seconds = || Some(words.next()?.parse::<u64>().ok()? as f64 * 1e-9);
    Some(Epoch { begun: seconds()?, ended: seconds()? })
}

/// Seconds per epoch of a row of epochs, with what lies between them.
pub(crate) fn seconds_per_epoch(epochs: &[Epoch]) -> f64 {
    match (epochs.first(), epochs.last()) {
        (Some(first), Some(last)) => (last.ended - first.begun) / epochs.len() as f64,
        _ => f64::NAN,
    }
}
