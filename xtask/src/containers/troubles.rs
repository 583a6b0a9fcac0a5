//! What happens to farms, each of which a farm must survive without a change of its pictures.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::farm::{COORDINATOR, Farm, PATIENCE, WORKERS};
use super::podman::{podman, said};
use crate::error::Error;
use crate::waiting::until;

/// Longer than a coordinator waits for a worker that says nothing (10 s), so its leases go to others.
const SILENCE: Duration = Duration::from_secs(14);

/// How long a worker may take to leave.
const DRAIN: Duration = Duration::from_secs(30);

/// Something that happens, and how many jobs run meanwhile.
pub(super) struct Trouble {
    pub(super) what: &'static str,
    pub(super) jobs: usize,
    /// Does it, and says what was seen. The second image is the newer one.
    pub(super) happen: fn(&Farm, &str) -> Result<String, Error>,
}

/// All of them. The newer image stays after the last one.
pub(super) const ALL: [Trouble; 6] = [
    Trouble { what: "`kill -9` of a worker", jobs: 1, happen: killed_worker },
    Trouble { what: "SIGTERM to a worker", jobs: 1, happen: drained_worker },
    Trouble { what: "a worker's network is cut for 14 s", jobs: 1, happen: cut_network },
    Trouble { what: "a worker is stopped for 14 s (SIGSTOP)", jobs: 1, happen: stopped_worker },
    Trouble {
        what: "`kill -9` of the coordinator, which comes back under another address",
        jobs: 1,
        happen: moved_coordinator,
    },
    Trouble { what: "everything is upgraded, one by one", jobs: 3, happen: upgraded },
];

fn signal(farm: &Farm, part: &str, signal: &str) -> Result<(), Error> {
    podman(&["kill", "--signal", signal, &farm.container(part)]).map(drop)
}

/// Waits for a container's end; its exit code.
fn exit_code(farm: &Farm, part: &str) -> Result<String, Error> {
    let container = farm.container(part);
    until(&format!("{part} ends"), PATIENCE, || {
        Ok(podman(&["inspect", "--format", "{{.State.Status}}", &container])? == "exited")
    })?;
    podman(&["inspect", "--format", "{{.State.ExitCode}}", &container])
}

fn expect(part: &str, code: &str, wanted: &str) -> Result<(), Error> {
    if code == wanted {
        Ok(())
    } else {
        Err(Error::Other(format!("{part} ended with {code}, not with {wanted}")))
    }
}

fn killed_worker(farm: &Farm, _newer: &str) -> Result<String, Error> {
    let worker = WORKERS[0];
    signal(farm, worker, "KILL")?;
    let code = exit_code(farm, worker)?;
    expect(worker, &code, "137")?;
    podman(&["start", &farm.container(worker)])?;
    let time = farm.all_ready()?;
    Ok(format!("exit {code}; ready {:.1} s after its start", time.as_secs_f64()))
}

/// Sends SIGTERM and waits for an orderly end; how long that took.
fn drain(farm: &Farm, part: &str) -> Result<Duration, Error> {
    let start = Instant::now();
    signal(farm, part, "TERM")?;
    let code = exit_code(farm, part)?;
    let time = start.elapsed();
    expect(part, &code, "0")?;
    if time > DRAIN {
        return Err(Error::Other(format!("{part} took {} s to leave", time.as_secs())));
    }
    Ok(time)
}

fn drained_worker(farm: &Farm, _newer: &str) -> Result<String, Error> {
    let worker = WORKERS[1];
    let time = drain(farm, worker)?;
    podman(&["start", &farm.container(worker)])?;
    farm.all_ready()?;
    Ok(format!("exit 0 after {:.1} s", time.as_secs_f64()))
}

/// Nothing passes, and nobody is told: the port of the bridge is closed, the link stays up.
fn cut_network(farm: &Farm, _newer: &str) -> Result<String, Error> {
    let worker = WORKERS[2];
    let port = Port::of(farm, worker)?;
    port.set("0")?;
    sleep(SILENCE);
    let ready = farm.is_ready(worker)?;
    port.set("3")?;
    let time = farm.all_ready()?;
    let word = if ready { "still ready by its own view" } else { "not ready" };
    Ok(format!("{word} at the end of the cut; ready {:.1} s after it", time.as_secs_f64()))
}

/// The port of the bridge that a container is connected to.
struct Port(String);

impl Port {
    fn of(farm: &Farm, part: &str) -> Result<Self, Error> {
        let process = farm.process(part)?;
        let inside = |command: &[&str]| {
            let network = format!("--net=/proc/{process}/ns/net");
            said(Command::new("nsenter").arg(network).args(command))
        };
        // Seen from inside, the other end of the link has a number, but no name.
        let link = inside(&["ip", "-oneline", "link", "show", "eth0"])?;
        let number =
            other_end(&link).ok_or_else(|| Error::Other(format!("no other end of the link in `{link}`")))?;
        let links = said(Command::new("ip").args(["-oneline", "link", "show"]))?;
        let port = link_of_number(&links, number);
        port.map(Self).ok_or_else(|| Error::Other(format!("this machine has no link number {number}")))
    }

    /// 0: nothing passes; 3: everything does.
    fn set(&self, state: &str) -> Result<(), Error> {
        said(Command::new("bridge").args(["link", "set", "dev", &self.0, "state", state])).map(drop)
    }
}

/// 14 in `2: eth0@if14: <…>`.
fn other_end(link: &str) -> Option<u32> {
    link.split_once("@if")?.1.split(':').next()?.parse().ok()
}

/// `veth1` in the line `14: veth1@if2: <…>`.
fn link_of_number(links: &str, number: u32) -> Option<String> {
    let start = format!("{number}: ");
    let line = links.lines().find_map(|line| line.strip_prefix(&start))?;
    line.split([':', '@']).next().map(str::to_owned)
}

fn stopped_worker(farm: &Farm, _newer: &str) -> Result<String, Error> {
    let worker = WORKERS[0];
    signal(farm, worker, "STOP")?;
    sleep(SILENCE);
    let ready = farm.is_ready(worker);
    signal(farm, worker, "CONT")?;
    if ready? {
        return Err(Error::Other(format!("{worker} calls itself ready while it is stopped")));
    }
    let time = farm.all_ready()?;
    Ok(format!("its health check failed meanwhile; ready {:.1} s after it went on", time.as_secs_f64()))
}

fn moved_coordinator(farm: &Farm, _newer: &str) -> Result<String, Error> {
    let before = farm.rights(COORDINATOR)?;
    signal(farm, COORDINATOR, "KILL")?;
    let code = exit_code(farm, COORDINATOR)?;
    expect(COORDINATOR, &code, "137")?;
    podman(&["rm", &farm.container(COORDINATOR)])?;
    farm.start_coordinator(&farm.image)?;
    let after = farm.rights(COORDINATOR)?;
    if before == after {
        return Err(Error::Other(format!("the coordinator still has the address {after}")));
    }
    let time = farm.all_ready()?;
    Ok(format!("{before}, then {after}; all workers ready {:.1} s after its start", time.as_secs_f64()))
}

fn upgraded(farm: &Farm, newer: &str) -> Result<String, Error> {
    let image = |part: &str| podman(&["inspect", "--format", "{{.ImageName}}", &farm.container(part)]);
    // A second attempt goes the other way.
    let newer = if image(COORDINATOR)? == newer { farm.image.as_str() } else { newer };
    let mut longest = Duration::ZERO;
    for part in [COORDINATOR].into_iter().chain(WORKERS) {
        longest = longest.max(drain(farm, part)?);
        podman(&["rm", &farm.container(part)])?;
        if part == COORDINATOR {
            farm.start_coordinator(newer)?;
        } else {
            farm.start_worker(part, newer)?;
        }
        farm.all_ready()?;
    }
    for part in [COORDINATOR].into_iter().chain(WORKERS) {
        let runs = image(part)?;
        if runs != newer {
            return Err(Error::Other(format!("{part} still runs {runs}")));
        }
    }
    Ok(format!("each ended with 0 within {:.1} s; all run {newer}", longest.as_secs_f64()))
}

/// Makes the farm whole again after something went wrong.
pub(super) fn heal(farm: &Farm) -> Result<(), Error> {
    for part in [COORDINATOR].into_iter().chain(WORKERS) {
        let container = farm.container(part);
        if podman(&["container", "exists", &container]).is_err() {
            if part == COORDINATOR {
                farm.start_coordinator(&farm.image)?;
            } else {
                farm.start_worker(part, &farm.image)?;
            }
        }
        podman(&["start", &container])?;
        signal(farm, part, "CONT")?;
        Port::of(farm, part)?.set("3")?;
    }
    farm.all_ready().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_end_of_a_link_is_found() {
        let inside = "2: eth0@if14: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP";
        assert_eq!(other_end(inside), Some(14));
        let links =
            "1: lo: <LOOPBACK> mtu 65536\n4: eth1: <UP>\n14: veth1@if2: <UP> mtu 1500 master podman1\n";
        assert_eq!(link_of_number(links, 14).unwrap(), "veth1");
        assert_eq!(link_of_number(links, 4).unwrap(), "eth1");
        assert_eq!(link_of_number(links, 5), None);
    }
}
