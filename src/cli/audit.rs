//! `longlink audit`: reading the audit log. It lies in files, so no server is asked.

use std::fs;
use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use clap::Subcommand;
use serde_json::Value;

use super::Failure;
use super::operator::harmless;
use crate::audit::{ACTS, FOLDER, LOGINS, pieces};
use crate::config::Config;
use crate::plan::check_data;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Print the last lines: what operators did, who logged in, and who was refused.
    Show {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Only what operators did.
        #[arg(long)]
        acts: bool,
        /// One JSON object a line, as they are kept.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn audit(config: &Config, command: AuditCommand) -> Result<(), Failure> {
    let AuditCommand::Show { limit, acts, json } = command;
    check_data(config)?;
    let folder = config.data_dir.join(FOLDER);
    let mut lines: Vec<(i64, String, Value)> = Vec::new();
    for name in if acts { &[ACTS][..] } else { &[ACTS, LOGINS] } {
        for path in pieces(&folder, name) {
            let text = fs::read_to_string(&path)
                .map_err(|error| Failure::Failed(format!("cannot read {}: {error}", path.display())))?;
            // A line that a crash has cut is passed over.
            let read =
                text.lines().filter_map(|line| Some((line.to_owned(), serde_json::from_str::<Value>(line).ok()?)));
            lines.extend(read.map(|(line, value)| (at_ms(&value), line, value)));
        }
    }
    lines.sort_by_key(|(at_ms, _, _)| *at_ms);
    let first = lines.len().saturating_sub(limit);
    let mut out = io::stdout().lock();
    for (at_ms, line, value) in lines.iter().skip(first) {
        // Who pipes into `head` has seen enough.
        if writeln!(out, "{}", if json { line.clone() } else { readable(*at_ms, value) }).is_err() {
            break;
        }
    }
    Ok(())
}

fn at_ms(line: &Value) -> i64 {
    line.get("at_ms").and_then(Value::as_i64).unwrap_or_default()
}

/// `time  event  key=value …`, on one line.
fn readable(at_ms: i64, value: &Value) -> String {
    let at = u64::try_from(at_ms).map_or(UNIX_EPOCH, |ms| UNIX_EPOCH + Duration::from_millis(ms));
    let event = harmless(value.get("event").and_then(Value::as_str).unwrap_or_default());
    let mut line = format!("{}  {event}", humantime::format_rfc3339_seconds(at));
    for (key, value) in
        value.as_object().into_iter().flatten().filter(|(key, _)| !["at_ms", "event"].contains(&key.as_str()))
    {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        line += &format!("  {}={}", harmless(key), harmless(&value));
    }
    line
}
