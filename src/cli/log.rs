//! `longlink log`: looking into the log without another tool, also while the server runs.

use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use clap::Subcommand;
use serde_json::Value;

use super::operator::{ask, ask_server, carry_out_here, harmless};
use super::{Failure, archive, repair};
use crate::config::Config;
use crate::control::Command;

#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Print entries: the last ones, or those behind a queue_id.
    Show {
        /// Entries behind this queue_id.
        #[arg(long)]
        after: Option<i64>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// One JSON object a line, content included.
        #[arg(long)]
        json: bool,
    },
    /// Print entries as they are written, until Ctrl-C.
    Tail {
        /// Begin behind this queue_id.
        #[arg(long)]
        after: Option<i64>,
        /// One JSON object a line, content included.
        #[arg(long)]
        json: bool,
    },
    /// Read everything in the store and hold it against everything else. The server must be stopped.
    Verify,
    /// Say what it would cost to make a damaged store one that opens, and with --yes do it. The server must be stopped.
    Repair {
        /// Do it. What was damaged is kept beside it.
        #[arg(long)]
        yes: bool,
    },
    /// Print all entries, one JSON object a line. Accounts are not among them. A damaged store gives what can be read.
    Export,
    /// Fill an empty log with what an export printed. The server must be stopped.
    Import { file: PathBuf },
}

pub(super) fn log(config: &Config, command: LogCommand) -> Result<(), Failure> {
    match command {
        LogCommand::Show { after, limit, json } => ask(config, Command::LogShow { after, limit }, shower(json)),
        LogCommand::Tail { after, json } => tail(config, after, json),
        LogCommand::Verify => archive::verify(config),
        LogCommand::Repair { yes } => repair::repair(config, yes),
        LogCommand::Export => archive::export(config),
        LogCommand::Import { file } => archive::import(config, &file),
    }
}

fn tail(config: &Config, after: Option<i64>, json: bool) -> Result<(), Failure> {
    let show = shower(json);
    if ask_server(config, &Command::LogTail { after }, &show)? {
        return Ok(());
    }
    // Nothing will be written while we have the folder, and waiting for it would keep a server from starting.
    if after.is_some() {
        carry_out_here(config, Command::LogShow { after, limit: usize::MAX }, &show)?;
    }
    let folder = config.data_dir.display();
    Err(Failure::Failed(format!("no server runs on {folder}, so nothing more will come; see `longlink log show`")))
}

fn shower(json: bool) -> impl Fn(&Value) -> String {
    move |line| if json { line.to_string() } else { readable(line) }
}

/// `queue_id  time  from → to  content`, on one line.
fn readable(line: &Value) -> String {
    let number = |key: &str| line[key].as_i64().unwrap_or_default();
    let to = match number("to") {
        0 => "everyone".to_owned(),
        to => to.to_string(),
    };
    let sent_at = u64::try_from(number("sent_at_ms")).map_or(UNIX_EPOCH, |ms| UNIX_EPOCH + Duration::from_millis(ms));
    let content = match (number("content_type"), line["text"].as_str(), line["base64"].as_str()) {
        (1, Some(text), _) => harmless(text),
        (kind, text, base64) => {
            let bytes = text.map(str::len).or(base64.map(|text| text.len() / 4 * 3)).unwrap_or_default();
            format!("[type {kind}, {bytes} bytes]")
        }
    };
    let sent_at = humantime::format_rfc3339_seconds(sent_at);
    format!("{:>8}  {sent_at}  {} → {to}  {content}", number("queue_id"), number("from"))
}
