//! `bot load` against a real server that runs in the test's process: every scenario small, and every count exact.

use std::path::PathBuf;
use std::process::Output;

use longlink::config::{Config, Flags};
use longlink::plan::{open_data, plan};
use longlink::server::Server;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::liar::{Liar, Lie};

struct World {
    server: Server,
    folder: TempDir,
}

/// How a run of the tool ended, and its report.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    report: Value,
    said: String,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "data_dir = {:?}\nlisten.tcp = \"127.0.0.1:0\"\nlisten.http = \"127.0.0.1:0\"\n\
             accounts.registration = \"open\"\naccounts.hash_memory_kib = 8\naccounts.hash_passes = 1\n\
             chat.broadcast_allowed = \"everybody\"\nchat.broadcasts_per_minute = 60000\n\
             link.connects_per_address_per_s = 1000000\nchat.sends_per_second_of_user = 1000000\n\
             chat.sends_per_day_of_user = 1000000000\nchat.mb_per_day_of_user = 1048576\n\
             old_contract.mode = \"token\"\nstore.disk_reserve_mb = 16\n",
            folder.path().join("data")
        );
        let config = Config::from_text(Some(("load.toml", &text)), &Flags::default()).unwrap();
        let opened = open_data(&config).unwrap();
        Self { server: Server::start(plan(&config, opened)).await.unwrap(), folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, scenario: &str, arguments: &str, tcp: &str) -> Child {
        let (http, json) = (self.server.http().to_string(), self.file("report.json"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_bot"));
        command.args(["load", scenario, "--server", tcp, "--http", &http, "--json"]).arg(json);
        command.args(arguments.split_whitespace()).kill_on_drop(true);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
    }

    async fn ended(&self, child: Child) -> Run {
        let Output { status, stdout, stderr } = child.wait_with_output().await.unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        let report = std::fs::read_to_string(self.file("report.json")).unwrap_or_else(|_| "null".to_owned());
        Run { code: status.code(), report: serde_json::from_str(&report).unwrap(), said }
    }

    async fn run_at(&self, tcp: &str, scenario: &str, arguments: &str) -> Run {
        let child = self.start(scenario, arguments, tcp);
        self.ended(child).await
    }

    /// Runs a scenario with the users of the operator's door.
    async fn load(&self, scenario: &str, arguments: &str) -> Run {
        let arguments = format!("{arguments} --data-dir {}", self.file("data").display());
        self.run_at(&self.server.tcp().to_string(), scenario, &arguments).await
    }
}

impl Run {
    fn count(&self, name: &str) -> u64 {
        self.report["counts"][name].as_u64().unwrap_or_else(|| panic!("no count {name}: {self:?}"))
    }

    /// Nothing went wrong, in any way there is.
    fn clean(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.said);
        for wrong in ["lost", "doubled", "disordered", "misdirected", "unchecked", "broken"] {
            assert_eq!(self.count(wrong), 0, "{wrong}: {}", self.said);
        }
        assert_eq!(self.report["errors"], serde_json::json!({}), "{}", self.said);
        // The course adds up to the whole.
        assert!(!self.report["course"].as_array().unwrap().is_empty());
        self
    }

    /// Every message was acknowledged and came to so many.
    fn all_came_to(&self, receivers: u64) {
        let sent = self.count("sent");
        assert!(sent > 0, "{}", self.said);
        assert_eq!((self.count("acknowledged"), self.count("received")), (sent, sent * receivers), "{}", self.said);
    }

    fn latencies(&self, kind: &str) -> u64 {
        self.report["latencies"][kind]["count"].as_u64().unwrap_or(0)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_links_come_and_stay() {
    let world = World::new().await;
    let run = world.load("idle", "--connections 50 --duration 500ms --processes 2").await.clean();
    assert_eq!((run.count("logins"), run.count("sent"), run.latencies("login")), (50, 0, 50));
    assert_eq!(run.report["links_at_begin"], 50);
    let server = &run.report["server"];
    if cfg!(target_os = "linux") {
        assert!(server["resident_bytes_at_begin"].as_u64().unwrap() > 0, "its process is found by the data folder");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_noop_has_its_echo() {
    let world = World::new().await;
    let run = world.load("heartbeat", "--connections 50 --duration 500ms --rate 200").await.clean();
    assert!(run.count("noops") + run.count("not_begun") >= 100, "{}", run.said);
    assert_eq!((run.count("echoes"), run.latencies("echo")), (run.count("noops"), run.count("noops")));
    let run = world.load("heartbeat", "--connections 5 --duration 500ms --rate 0").await.clean();
    assert!(run.count("noops") > 5, "the next one goes out at each echo");
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_get_each_others_messages_once() {
    let world = World::new().await;
    let run = world.load("pairs", "--connections 50 --duration 500ms --in-flight 4").await.clean();
    run.all_came_to(1);
    assert_eq!(run.report["latencies_count_from"], "when it was sent");
    assert_eq!(run.latencies("delivery"), run.count("received"));
    // In several processes and with a rate, which it keeps exactly: the schedule is arithmetic.
    let run = world.load("pairs", "--connections 51 --duration 500ms --rate 100 --processes 3 --payload 5000").await;
    let run = run.clean();
    run.all_came_to(1);
    assert_eq!(run.report["latencies_count_from"], "when it was due");
    assert_eq!(run.count("sent") + run.count("not_begun"), run.latencies("acknowledgement"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_comes_to_everyone_in_every_process() {
    let world = World::new().await;
    let run = world.load("fanout", "--connections 50 --duration 500ms --rate 20 --processes 2").await.clean();
    run.all_came_to(49);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_larger_than_one_request_names_get_their_messages() {
    let world = World::new().await;
    let run = world.load("group", "--connections 50 --group-size 10 --duration 500ms --rate 50").await.clean();
    run.all_came_to(9);
    let run = world.load("group", "--connections 250 --group-size 230 --duration 500ms --rate 5").await.clean();
    run.all_came_to(229);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_logs_in_again_and_again() {
    let world = World::new().await;
    let run = world.load("storm", "--connections 50 --duration 500ms").await.clean();
    assert!(run.count("logins") > 50, "{}", run.said);
    assert_eq!(run.latencies("login"), run.count("logins"));
    let run = world.load("storm", "--connections 50 --duration 500ms --rate 100 --source 127.0.0.2-127.0.0.3").await;
    let run = run.clean();
    assert!(run.count("logins") + run.count("not_begun") >= 50, "{}", run.said);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_gets_all_of_it_and_says_how_long_it_took() {
    let world = World::new().await;
    let run = world.load("offline", "--connections 50 --duration 500ms --rate 500").await.clean();
    run.all_came_to(1);
    assert_eq!((run.count("waited_for"), run.latencies("catching up")), (run.count("sent"), 25));
    assert_eq!(run.latencies("delivery"), 0, "how long they were away is no latency");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_polls_is_woken_for_each_message() {
    let world = World::new().await;
    let run = world.load("poll", "--connections 50 --duration 500ms --rate 100").await.clean();
    run.all_came_to(1);
    assert_eq!(run.count("polls"), run.count("received"), "one answer brings one message");
}

#[tokio::test(flavor = "multi_thread")]
async fn mixed_people_lose_nothing_while_some_come_and_go() {
    let world = World::new().await;
    let run = world.load("mixed", "--connections 100 --duration 1s --rate 200 --away 100ms --processes 2").await;
    let run = run.clean();
    assert!(run.count("received") > run.count("sent") && run.count("sent") > 0, "groups are among them");
    assert!(run.count("left") > 0, "some went");
    assert_eq!(run.latencies("delivery") + run.count("waited_for"), run.count("received"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_is_found_out() {
    let world = World::new().await;
    for (lie, name) in [(Lie::Lose, "lost"), (Lie::Double, "doubled"), (Lie::Swap, "disordered")] {
        let liar = Liar::start(world.server.tcp(), lie).await;
        let arguments = "--connections 10 --duration 500ms --rate 100 --patience 1s --data-dir";
        let arguments = format!("{arguments} {}", world.file("data").display());
        let run = world.run_at(&liar.address, "pairs", &arguments).await;
        assert_eq!(run.count(name), 1, "{lie:?}: {}", run.said);
        assert_eq!(run.code, Some(1), "{lie:?}");
        assert!(run.said.contains("bot: "), "and says so: {}", run.said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_can_be_registered_and_kept_for_the_next_run() {
    let world = World::new().await;
    let users = world.file("users.txt");
    let at = world.server.tcp().to_string();
    let arguments = format!("--connections 6 --duration 500ms --users-file {}", users.display());
    let run = world.run_at(&at, "pairs", &format!("{arguments} --register crowd-")).await;
    run.clean().all_came_to(1);
    assert_eq!(std::fs::read_to_string(&users).unwrap().lines().count(), 6);
    world.run_at(&at, "pairs", &arguments).await.clean().all_came_to(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_told_by_its_kind() {
    let world = World::new().await;
    let at = world.server.tcp().to_string();
    let users = world.file("users.txt");
    std::fs::write(&users, "1 bad\n2 worse\n").unwrap();
    let arguments = format!("--connections 2 --duration 500ms --patience 1s --users-file {}", users.display());
    let run = world.run_at(&at, "pairs", &arguments).await;
    assert_eq!(run.report["errors"], serde_json::json!({"login refused: BAD_TOKEN": 2}), "{}", run.said);
    assert_eq!(run.code, Some(1));
    // Nobody listens there: the port was free a moment ago, and is again.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let run = world.run_at(&free, "storm", &arguments).await;
    let refused = run.report["errors"]["cannot connect: connection refused"].as_u64();
    assert!(refused > Some(0), "{}", run.said);
    assert_eq!(run.code, Some(1));
    for wrong in ["", "--data-dir /nowhere --plot /nowhere/x.svg", "--users-file /nowhere", "--pid 0"] {
        let run = world.run_at(&at, "pairs", &format!("--connections 2 {wrong}")).await;
        assert_eq!(run.code, Some(2), "{wrong}: {}", run.said);
    }
    let run = world.run_at(&at, "pairs", "--connections 2 --data-dir /nowhere").await;
    assert!(run.said.contains("no running server answers at /nowhere/control.sock"), "{}", run.said);
    assert_eq!(run.code, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it_early_with_the_report_so_far() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let world = World::new().await;
    let arguments = format!("--connections 10 --duration 1h --every 100ms --data-dir {}", world.file("data").display());
    let mut child = world.start("pairs", &arguments, &world.server.tcp().to_string());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().expect("it plays at last").contains("received") {}
    let pid = rustix::process::Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    // Read on, or it would wait for us.
    while lines.next_line().await.unwrap().is_some() {}
    let run = world.ended(child).await.clean();
    assert_eq!(run.report["was_interrupted"], true);
    run.all_came_to(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_links_stopped_and_slow_readers_lose_nothing_and_leave_no_task_behind() {
    let world = World::new().await;
    let arguments =
        "--connections 60 --duration 4s --rate 200 --away 100ms --faults 500ms --payload 4096 --every 100ms";
    let run = world.load("mixed", arguments).await;
    assert_eq!(run.code, Some(0), "{}", run.said);
    for fault in ["cut", "cut_at_once", "stopped", "slowed"] {
        assert!(run.count(fault) > 0, "there was no {fault}: {}", run.said);
    }
    assert!(run.count("received") > run.count("sent"), "{}", run.said);
    for wrong in ["lost", "doubled", "disordered", "misdirected", "unchecked", "broken"] {
        assert_eq!(run.count(wrong), 0, "{wrong}: {}", run.said);
    }
    // The server's own word, in each row: at the end there are no more tasks than links and what it began with.
    let course = run.report["course"].as_array().unwrap();
    let tasks: Vec<u64> = course.iter().filter_map(|row| row["server"]["tasks"].as_u64()).collect();
    assert!(tasks.iter().any(|tasks| *tasks > 50), "{}", run.said);
}
