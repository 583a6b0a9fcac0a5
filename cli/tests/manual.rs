//! The commands of docs/operations.md and of the pages in docs/operations/, run as they stand there. Every command of every
//! block `sh` is run by a test of this file, or is in [`NOT_HERE`] with the reason.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/farm.rs"]
mod farm;
#[path = "../../xtask/src/manual.rs"]
mod page;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/process.rs"]
mod process;

use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use clipig_proto::v1::JobState;

use self::farm::{Farm, STANDSTILL};
use self::process::Owned;

/// All pages, one after the other. No two of them have a heading in common above commands.
const MANUAL: &str = concat!(
    include_str!("../../docs/operations.md"),
    include_str!("../../docs/operations/access.md"),
    include_str!("../../docs/operations/backup.md"),
    include_str!("../../docs/operations/failures.md"),
    include_str!("../../docs/operations/kubernetes.md"),
    include_str!("../../docs/operations/limits.md"),
    include_str!("../../docs/operations/monitoring.md"),
    include_str!("../../docs/operations/proxies.md"),
    include_str!("../../docs/operations/services.md"),
    include_str!("../../docs/operations/settings.md"),
    include_str!("../../docs/operations/sizing.md"),
    include_str!("../../docs/operations/troubleshooting.md"),
);

/// Sections whose commands [`the_commands_for_a_farm_on_several_machines_work`] runs.
const SEVERAL_MACHINES: [&str; 8] = [
    "## TLS and tokens",
    "## Tokens and roles",
    "## Quotas",
    "## Certificates of workers",
    "## Several machines",
    "## From nothing to fifty GPUs",
    "## Install a farm",
    "# Troubleshooting",
];

/// Sections whose commands [`the_commands_for_a_farm_on_one_machine_work`] runs.
const ONE_MACHINE: [&str; 1] = ["## One machine"];

/// Sections whose commands [`the_commands_for_backups_do_what_the_manual_says`] runs.
const BACKUPS: [&str; 2] = ["## Back up", "## Restore"];

/// Commands that no test of this file runs: the section, how they begin, and why.
const NOT_HERE: &[(&str, &str, &str)] = &[
    ("## From nothing to fifty GPUs", "cargo xtask setup --cuda", "it downloads 2.5 GB"),
    ("## From nothing to fifty GPUs", "sudo ", "it changes the machine"),
    ("## From nothing to fifty GPUs", "LIBTORCH=/opt/libtorch cargo build", "it takes many minutes"),
    ("## From nothing to fifty GPUs", "to=root@", "there is no other machine"),
    ("## From nothing to fifty GPUs", "ssh ", "there is no other machine"),
    ("## From nothing to fifty GPUs", "rsync ", "there is no other machine"),
    ("## From nothing to fifty GPUs", "for host in", "there is no other machine"),
    ("## From nothing to fifty GPUs", "sbatch ", "`cargo xtask containers` runs the script under Slurm"),
    ("## One machine", "cargo ", "README's demo runs the first; the second takes many minutes"),
    ("## systemd", "install ", "it changes the machine"),
    ("## systemd", "systemctl ", "systemd is not the first process of a machine that runs tests"),
    ("## systemd", "clipig-health ", "worker/tests/farm/health.rs runs this program"),
    ("## Containers", "docker ", "`cargo xtask containers` builds and runs these"),
    ("## Containers", "sudo ", "`cargo xtask containers` builds and runs these"),
    ("## Slurm", "sbatch ", "`cargo xtask containers` runs the script under Slurm"),
    ("## Install a farm", "kubectl ", "`cargo xtask cluster` runs these"),
    ("## Overlays and chart", "helm ", "`cargo xtask check` renders the chart with these values"),
    ("## Health", "clipig-health ", "worker/tests/farm/health.rs runs this program"),
];

/// A job of a second.
const EXPERIMENT: &str = "
epochs: 10
resolution: 16
seed: 3
model: clipig-tiny
targets:
  - batch_size: 2
    features: [{text: a strawberry}]
    transforms: [{noise: .1}]
";

/// The port of the manual.
const PORT: &str = ":7870";

/// The commands of a block, each with the lines of its loop or here-document, without comments of their own.
fn commands(block: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut lines = block.lines();
    while let Some(first) = lines.next() {
        if first.trim().is_empty() || first.starts_with('#') {
            continue;
        }
        let end = match first {
            _ if first.starts_with("for ") => Some("done"),
            _ if first.ends_with("<<'END'") => Some("END"),
            _ => None,
        };
        let (mut command, mut last) = (first.to_owned(), first);
        while end.map_or(last.ends_with('\\'), |end| last != end) {
            last = lines.next().unwrap_or_else(|| panic!("this command has no end: {command}"));
            command.extend(["\n", last]);
        }
        commands.push(command);
    }
    commands
}

/// The commands of a section.
fn commands_of(heading: &str) -> Vec<String> {
    let blocks = page::blocks(MANUAL).into_iter();
    let scripts = blocks.filter(|block| block.heading == heading && block.language == "sh");
    scripts.flat_map(|block| commands(&block.text)).collect()
}

/// The settings that a section shows.
fn settings_of(heading: &str) -> Vec<String> {
    let blocks = page::blocks(MANUAL).into_iter();
    blocks
        .filter(|block| block.heading == heading && block.language == "toml")
        .map(|block| block.text)
        .collect()
}

fn is_run_here(heading: &str, command: &str) -> bool {
    !NOT_HERE.iter().any(|(section, start, _)| *section == heading && command.starts_with(start))
}

#[test]
fn a_command_has_all_its_lines() {
    let block = "# first\na \\\n  b\n\nfor x in y; do\n    z\ndone\ncat > f <<'END'\n# text\nEND\nexport A=1  # why\n";
    let expected =
        ["a \\\n  b", "for x in y; do\n    z\ndone", "cat > f <<'END'\n# text\nEND", "export A=1  # why"];
    assert_eq!(commands(block), expected);
}

#[test]
fn every_command_of_the_manual_is_run_or_there_is_a_reason() {
    let run: Vec<&str> = [&SEVERAL_MACHINES[..], &ONE_MACHINE, &BACKUPS].concat();
    let headings: BTreeSet<&str> = page::blocks(MANUAL)
        .into_iter()
        .filter(|block| block.language == "sh")
        .map(|block| block.heading)
        .collect();
    for heading in &headings {
        for command in commands_of(heading) {
            let known = run.contains(heading) || !is_run_here(heading, &command);
            assert!(
                known,
                "no test runs this command of \"{heading}\", and it is not in NOT_HERE: {command}"
            );
            let checked = Command::new("bash").args(["-n", "-c", &command]).output().unwrap();
            assert!(checked.status.success(), "{command}: {}", text(&checked.stderr));
        }
    }
    for heading in run {
        let is_run = |command: &String| is_run_here(heading, command);
        assert!(commands_of(heading).iter().any(is_run), "\"{heading}\" has no command that is run here");
    }
    for (heading, start, reason) in NOT_HERE {
        let used = commands_of(heading).iter().any(|command| command.starts_with(start));
        assert!(used, "\"{heading}\" has no command that begins with `{start}` any more ({reason})");
    }
}

/// Files that commands name must be in the repository: no command runs that copies or applies them.
#[test]
fn files_that_the_manual_names_are_there() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = 0;
    let scripts = page::blocks(MANUAL).into_iter().filter(|block| block.language == "sh");
    for command in scripts.flat_map(|block| commands(&block.text)) {
        let words = command.split([' ', '\n', '\'', '"', '=']).filter(|word| !word.contains(['*', '$']));
        for word in words.filter(|word| word.starts_with("deploy/") || word.starts_with("examples/")) {
            assert!(repository.join(word).exists(), "{word} of this command is not there: {command}");
            found += 1;
        }
    }
    assert!(found >= 10, "only {found} files were found");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A person at a terminal who types the commands of the manual, in a folder that stands for the machine.
struct Person {
    root: tempfile::TempDir,
    /// A port of its own in place of the manual's.
    port: u16,
    /// What of a shell's state outlives a command: `export` and `umask`.
    state: String,
    /// Settings of the programs that go on, in their environment.
    settings: Vec<(&'static str, String)>,
    /// Programs that go on, each with its log.
    servers: Vec<(Owned, PathBuf)>,
}

impl Person {
    fn new() -> Self {
        let root = tempfile::Builder::new().prefix("clipig-manual-").tempdir().unwrap();
        let folders = [
            "bin",
            "home/.config/clipig",
            "work/examples",
            "etc/clipig",
            "run/clipig",
            "var/lib",
            "var/cache",
        ];
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let programs = [
            env!("CARGO_BIN_EXE_clipig"),
            env!("CARGO_BIN_EXE_clipig-coordinator"),
            env!("CARGO_BIN_EXE_clipig-worker"),
        ];
        for program in programs.map(Path::new) {
            symlink(program, root.path().join("bin").join(program.file_name().unwrap())).unwrap();
        }
        let person =
            Self { root, port: free_port(), state: String::new(), settings: Vec::new(), servers: Vec::new() };
        // The page of this coordinator has no port.
        let person = person.with_settings(&[
            ("CLIPIG_COORDINATOR__HTTP_LISTEN", "off"),
            ("CLIPIG_WORKER__CORES", "1"),
            ("CLIPIG_WORKER__NAME", "w1"),
        ]);
        fs::write(person.path("work/examples/strawberry.yaml"), EXPERIMENT).unwrap();
        person
    }

    fn with_settings(mut self, settings: &[(&'static str, &str)]) -> Self {
        let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, self.in_place(value))).collect();
        self.settings.extend(settings);
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// With the folders and the port of this test for those of the manual.
    fn in_place(&self, text: &str) -> String {
        let port = format!(":{}", self.port);
        let mut text = text.replace(&format!("farm.example.org{PORT}"), &format!("localhost{port}"));
        text = text.replace(PORT, &port);
        for folder in ["/etc/clipig", "/run/clipig", "/var/lib/clipig", "/var/cache/clipig"] {
            text = text.replace(folder, &format!("{}{folder}", self.root.path().display()));
        }
        text
    }

    /// Types all commands of a section that can run here.
    fn types_section(&mut self, heading: &str) {
        for command in commands_of(heading).iter().filter(|command| is_run_here(heading, command)) {
            self.types(command);
        }
    }

    /// Types a command. A coordinator takes the place of the one before, and of its worker.
    fn types(&mut self, command: &str) -> String {
        let line = self.in_place(command);
        if line.starts_with("export ") || line.starts_with("umask ") {
            self.state.extend([line.as_str(), "\n"]);
        }
        match program(command) {
            "clipig-coordinator" => {
                self.stop_servers();
                self.starts("exec env ", &line);
                self.waits_for_coordinator(&line);
                String::new()
            }
            "clipig-worker" => {
                self.starts("exec env ", &line);
                String::new()
            }
            _ => {
                let output = self.shell(&line).output().unwrap();
                // 3: `clipig doctor` has a warning about this machine.
                let code = output.status.code().unwrap_or(-1);
                let is_fine = code == 0 || (code == 3 && line.starts_with("clipig doctor"));
                assert!(is_fine, "{command}\n{}{}", said(&output), self.logs());
                text(&output.stdout)
            }
        }
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            if ["CLIPIG_", "XDG_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
                shell.env_remove(name);
            }
        }
        let path = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{path}", self.path("bin").display())).env("HOME", self.path("home"));
        let script = format!("{}{line}", self.state);
        shell.args(["-euo", "pipefail", "-c", &script]).current_dir(self.path("work")).stdin(Stdio::null());
        shell
    }

    fn starts(&mut self, prefix: &str, line: &str) {
        let log = self.path(&format!("{}.log", self.servers.len() + 1));
        let mut shell = self.shell(&format!("{prefix}{line}"));
        shell
            .envs(self.settings.iter().map(|(key, value)| (key, value)))
            .stderr(fs::File::create(&log).unwrap());
        self.servers.push((Owned::new(shell.spawn().unwrap()), log));
    }

    fn waits_for_coordinator(&mut self, line: &str) {
        let socket = self.path("run/clipig/farm.sock");
        let port = self.port;
        let listens = || {
            if line.contains("unix:") {
                UnixStream::connect(&socket).is_ok()
            } else {
                TcpStream::connect(("127.0.0.1", port)).is_ok()
            }
        };
        let start = Instant::now();
        while !listens() {
            assert!(self.all_go_on() && start.elapsed() < STANDSTILL, "{line}{}", self.logs());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Has no program ended that goes on until it is told to end?
    fn all_go_on(&mut self) -> bool {
        self.servers.iter_mut().all(|(server, _)| server.child().try_wait().unwrap().is_none())
    }

    /// The last one first: a worker would look for its coordinator.
    fn stop_servers(&mut self) {
        assert!(self.all_go_on(), "{}", self.logs());
        while self.servers.pop().is_some() {}
    }

    fn logs(&self) -> String {
        let log = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default();
        let logs: Vec<String> =
            self.servers.iter().map(|(_, path)| format!("\n--- {}\n{}", path.display(), log(path))).collect();
        logs.concat()
    }
}

/// A port that no other test has: those take what the system gives them, which is above 32767.
fn free_port() -> u16 {
    // Tests of one process have the same first number.
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap();
    let mut ports = (0..10_000).map(|_| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
}

/// The program of a command, behind variables that are set for it.
fn program(command: &str) -> &str {
    let is_variable = |word: &&str| word.contains('=') && !word.starts_with('-');
    command.split_whitespace().find(|word| !is_variable(word)).unwrap_or_default()
}

fn said(output: &Output) -> String {
    format!("{}: {}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// Certificates, tokens, settings, a coordinator beyond loopback, a worker with a certificate, and a client. What the
/// manual copies between machines is copied between folders.
#[test]
fn the_commands_for_a_farm_on_several_machines_work() {
    let mut person = Person::new().with_settings(&[
        ("CLIPIG_COORDINATOR__TOKENS__FILE", "/etc/clipig/tokens.toml"),
        ("CLIPIG_COORDINATOR__TLS__WORKER_CA", "/etc/clipig/ca.crt"),
        ("CLIPIG_WORKER__TLS__CERTIFICATE", "/etc/clipig/worker.crt"),
        ("CLIPIG_WORKER__TLS__KEY", "/etc/clipig/worker.key"),
    ]);
    let (made, used) = SEVERAL_MACHINES.split_at(4);
    for heading in made {
        person.types_section(heading);
    }
    assert_eq!(person.types("clipig token list").matches("artist").count(), 1, "only carol's is left");
    person.types("openssl verify -purpose sslclient -CAfile ca.crt worker.crt");
    let files = [
        "tls.crt",
        "tls.key",
        "client.token",
        "worker.token",
        "ca.crt",
        "worker.crt",
        "worker.key",
        "tokens.toml",
    ];
    for file in files {
        fs::copy(person.path("work").join(file), person.path("etc/clipig").join(file)).unwrap();
    }
    for file in ["client.token", "ca.crt"] {
        fs::copy(person.path("work").join(file), person.path("home/.config/clipig").join(file)).unwrap();
    }
    let [coordinator, worker]: [String; 2] = settings_of("## Several machines").try_into().unwrap();
    let quotas = settings_of("## Quotas").concat();
    assert!(quotas.starts_with("[quotas]"), "{quotas}");
    for (file, settings) in [("coordinator.toml", coordinator + &quotas), ("worker.toml", worker)] {
        fs::write(person.path("etc/clipig").join(file), person.in_place(&settings)).unwrap();
    }
    for heading in used {
        person.types_section(heading);
    }
    let pictures = fs::read_dir(person.path("work/pictures")).unwrap().flatten();
    let pictures: Vec<_> = pictures.map(|entry| entry.path()).collect();
    assert!(pictures.iter().any(|path| path.extension().is_some_and(|end| end == "png")), "{pictures:?}");
    assert!(person.types("clipig workers").contains("w1"), "{}", person.logs());
    person.stop_servers();
}

#[test]
fn the_commands_for_a_farm_on_one_machine_work() {
    let mut person = Person::new().with_settings(&[
        ("CLIPIG_COORDINATOR__LISTEN", "127.0.0.1:7870"),
        ("CLIPIG_WORKER__COORDINATOR", "http://127.0.0.1:7870"),
    ]);
    person.types("export CLIPIG_FARM=http://127.0.0.1:7870");
    let mut commands = commands_of(ONE_MACHINE[0]);
    commands.retain(|command| is_run_here(ONE_MACHINE[0], command));
    let sockets = commands.iter().position(|command| command.contains("unix:")).unwrap();
    let (ports, sockets) = commands.split_at(sockets);
    let answers: Vec<String> = ports.iter().map(|command| person.types(command)).collect();
    assert_eq!(answers.last().unwrap().trim(), "1", "the job's number");
    person.types("clipig watch 1");
    assert!(person.path("home/.local/share/clipig/farm/farm.sqlite").exists());
    for command in sockets {
        person.types(command);
    }
    let job = person.types("clipig job 1 --farm unix:/run/clipig/farm.sock");
    assert!(job.contains("completed"), "{job}{}", person.logs());
    person.stop_servers();
}

/// With the folders of this test for those of the manual. The test takes the place of systemd.
#[test]
fn the_commands_for_backups_do_what_the_manual_says() {
    let mut farm = Farm::start("backup").with_workers(1);
    let short = EXPERIMENT.replace("epochs: 10", "epochs: 3");
    let done = farm.submit(&short);
    let picture = farm.finish(done);
    // Until somebody ends it.
    let running = farm.submit(&EXPERIMENT.replace("epochs: 10", "epochs: 1000000\nsnapshot_interval: 0"));
    farm.wait_for_epochs(running, 2);
    let commands: Vec<String> = BACKUPS.into_iter().flat_map(commands_of).collect();
    assert!(commands.iter().filter(|line| line.starts_with("clipig farm ")).count() >= 4, "{commands:#?}");
    let (data, root) = (farm.folder().join("data"), farm.folder().to_owned());
    for line in commands {
        match line.as_str() {
            "systemctl stop clipig-coordinator" => farm.stop_coordinator(),
            "systemctl start clipig-coordinator" => farm.restart_coordinator(),
            _ => {
                let line = line.replace("/var/lib/clipig", data.to_str().unwrap());
                let line = line.replace("/var/backups", root.join("backups").to_str().unwrap());
                let mut words = line.split(' ');
                let output = match words.next().unwrap() {
                    "clipig" => farm.clipig(&words.collect::<Vec<_>>()),
                    "mv" => Command::new("mv").args(words).output().unwrap(),
                    other => panic!("the test does not know the command {other}"),
                };
                assert!(output.status.success(), "{line}: {}{}", said(&output), farm.logs());
                // The running coordinator goes on beyond what the backup holds.
                if line.starts_with("clipig farm check") && !line.contains(data.to_str().unwrap()) {
                    let epochs = farm.epochs_done(running);
                    farm.wait_for_epochs(running, epochs + 2);
                }
            }
        }
    }
    farm.wait_until("the coordinator is there again", || farm.overview().is_some());
    assert!(farm.overview().unwrap().incarnation > 1_000_000);
    let fetched = farm.finish(done);
    assert_eq!(fetched, picture);
    farm.wait_until("the running job has its worker again", || {
        farm.job(running).is_some_and(|job| job.state() == JobState::Running && job.workers > 0)
    });
    let check = farm.clipig(&["farm", "check", "--data", data.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(1));
    assert!(said(&check).contains("is used by another coordinator"), "{}", said(&check));
}
