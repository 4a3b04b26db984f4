//! longlink as it is measured: the program itself, its settings, and its accounts by the operator's door.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use longlink::auth::keys::FILE_NAME;
use longlink::auth::login_id::LoginId;
use longlink::auth::token::{For, Tokens};
use longlink::control::SOCKET;
use longlink::id::UserId;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::Server;
use crate::process::{self, SERVER_CORE};
use crate::speech::Speech;

/// Nothing on disk: what is compared are links.
pub(crate) const MEMORY: &str = "memory";
/// As in earnest.
pub(crate) const EMBEDDED: &str = "embedded";
/// Longer than half of a token's life, or each login would be given a new one.
const TOKEN_TTL_S: u32 = 29 * 24 * 3600;

pub(crate) fn start(engine: &str) -> Server {
    start_in(tempfile::tempdir().unwrap(), engine)
}

/// Starts on what may lie in the folder already.
pub(crate) fn start_in(folder: TempDir, engine: &str) -> Server {
    let file = folder.path().join("bench.toml");
    fs::write(&file, settings(folder.path(), engine)).unwrap();
    let mut command = process::pinned(env!("CARGO_BIN_EXE_longlink"), SERVER_CORE);
    command.arg("serve").arg("--config").arg(&file);
    Server::start_greeting(command, Speech::Longlink, folder)
}

/// Where a server of `start_in` has its log.
pub(crate) fn data_folder(folder: &Path) -> std::path::PathBuf {
    folder.join("data")
}

pub(super) fn add_users(folder: &Path, users: &mut Vec<(i64, String)>, count: usize) {
    let tokens = Tokens::open(data_folder(folder).join(FILE_NAME)).unwrap();
    for number in users.len()..count {
        let user = operate(folder, &json!({"do": "user_add", "name": format!("bench {number}"), "password": null}));
        let user = user["id"].as_i64().unwrap();
        let now_s = longlink::clock::Clock::new().wall_s();
        let user_id = UserId::parse(user).unwrap();
        let whom = For { user: user_id, device: None, generation: None, login: LoginId::random() };
        let (token, _) = tokens.issue(whom, now_s, TOKEN_TTL_S);
        users.push((user, token));
    }
}

/// Has the operator's door carry out a command, and gives the first line of the answer.
fn operate(folder: &Path, command: &Value) -> Value {
    let mut stream = UnixStream::connect(data_folder(folder).join(SOCKET)).unwrap();
    writeln!(stream, "{command}").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

fn settings(folder: &Path, engine: &str) -> String {
    let data = data_folder(folder);
    format!(
        "data_dir = {data:?}\n\
         [listen]\ntcp = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n\
         [http]\nconnections_max = 16\n\
         [link]\nlinks_per_address_max = 1000000\nstrangers_per_address_max = 1000000\n\
         connects_per_address_per_s = 1000000\n\
         [chat]\nbroadcast_allowed = \"everybody\"\nbroadcasts_per_minute = 60000\n\
         sends_per_second_of_user = 1000000\nsends_per_day_of_user = 1000000000\nmb_per_day_of_user = 1048576\n\
         [store]\nengine = \"{engine}\"\n"
    )
}
