//! What the process says about itself: lines on standard error, for people or for what collects logs.

use std::env;
use std::io::{self, IsTerminal};

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat};

/// The variable that overrules the configured level, for one start and without touching a file.
pub const VARIABLE: &str = "LONGLINK_LOG";

/// Why nothing would be logged.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("{VARIABLE} is {value:?}, and should be a level or a list such as info,longlink::link=debug: {error}")]
    BadVariable { value: String, error: String },
    #[error("logging is set up already")]
    Twice,
}

/// From here on, lines go to standard error. Once in a process.
pub fn start(log: &Log) -> Result<(), TelemetryError> {
    let variable = env::var_os(VARIABLE).map(|value| value.to_string_lossy().into_owned());
    let filter = filter(log.level, variable.as_deref())?;
    // Colours are for eyes. NO_COLOR is how people say that theirs do not want them (no-color.org).
    let colours = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    subscriber(log.format, filter, colours, io::stderr).try_init().map_err(|_| TelemetryError::Twice)
}

/// The level counts for what is ours. The libraries below say a lot at `debug` that helps nobody who runs the server,
/// so they are heard from `warn` on unless the variable names them.
fn filter(level: Level, variable: Option<&str>) -> Result<EnvFilter, TelemetryError> {
    let bad = |value: &str| {
        let value = value.to_owned();
        move |error: tracing_subscriber::filter::ParseError| TelemetryError::BadVariable {
            value,
            error: error.to_string(),
        }
    };
    match variable.map(str::trim).filter(|value| !value.is_empty()) {
        Some(value) => EnvFilter::builder().parse(value).map_err(bad(value)),
        None => {
            let libraries = level.min(Level::WARN);
            let directives = format!("{libraries},{}={level}", env!("CARGO_CRATE_NAME"));
            EnvFilter::builder().parse(&directives).map_err(bad(&directives))
        }
    }
}

fn subscriber<W>(
    format: LogFormat,
    filter: EnvFilter,
    colours: bool,
    writer: W,
) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The library tells of a line that it could not write with `eprintln`, which panics if that cannot be written
    // either: a closed standard error would end every link.
    let layer = fmt::layer::<Registry>().with_writer(writer).with_ansi(colours).log_internal_errors(false);
    let lines = match format {
        LogFormat::Text => layer.boxed(),
        // The span has the link and its user, as fields of one object; a list of spans would say them twice.
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
    };
    tracing_subscriber::registry().with(lines).with(filter)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tracing::{debug, error, info, info_span, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: LogFormat, filter: EnvFilter, colours: bool, say: impl FnOnce()) -> String {
        let paper = Paper::default();
        let writer = paper.clone();
        tracing::subscriber::with_default(subscriber(format, filter, colours, move || writer.clone()), say);
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn say_all() {
        debug!("a debug of ours");
        info!("an info of ours");
        error!("an error of ours");
        debug!(target: "fjall", "a debug of theirs");
        info!(target: "fjall", "an info of theirs");
        warn!(target: "fjall", "a warning of theirs");
    }

    fn heard(level: Level, variable: Option<&str>) -> Vec<String> {
        let text = written(LogFormat::Text, filter(level, variable).unwrap(), false, say_all);
        text.lines().map(|line| line.rsplit_once(": ").unwrap().1.to_owned()).collect()
    }

    #[test]
    fn the_level_counts_for_ours_and_libraries_are_heard_from_warnings_on() {
        assert_eq!(heard(Level::INFO, None), ["an info of ours", "an error of ours", "a warning of theirs"]);
        let debug = ["a debug of ours", "an info of ours", "an error of ours", "a warning of theirs"];
        assert_eq!(heard(Level::DEBUG, None), debug);
        assert_eq!(heard(Level::ERROR, None), ["an error of ours"]);
    }

    #[test]
    fn the_variable_overrules_the_level() {
        assert_eq!(heard(Level::TRACE, Some("error")), ["an error of ours"]);
        assert_eq!(heard(Level::ERROR, Some("off,fjall=info")), ["an info of theirs", "a warning of theirs"]);
        assert_eq!(heard(Level::ERROR, Some(" ")), ["an error of ours"], "an empty one is none");
        let bad = filter(Level::INFO, Some("longlink=loud")).unwrap_err().to_string();
        assert!(bad.starts_with("LONGLINK_LOG is \"longlink=loud\", and should be a level"), "{bad}");
    }

    #[test]
    fn json_is_one_object_a_line_with_the_fields_of_its_span() {
        let text = written(LogFormat::Json, filter(Level::INFO, None).unwrap(), true, || {
            let _span = info_span!("link", link = 7, user = 3).entered();
            info!(reason = "idle", "link\nclosed");
            info!("again");
        });
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        let line = &lines[0];
        assert_eq!(
            (&line["message"], &line["reason"], &line["level"]),
            (&json!("link\nclosed"), &json!("idle"), &json!("INFO"))
        );
        assert_eq!(line["span"], json!({"name": "link", "link": 7, "user": 3}));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line.get("spans"), None);
    }

    #[test]
    fn only_a_terminal_gets_colours() {
        let say = || info!("hello");
        let plain = written(LogFormat::Text, filter(Level::INFO, None).unwrap(), false, say);
        assert!(plain.contains(" INFO longlink::telemetry::tests: hello") && !plain.contains('\u{1b}'), "{plain:?}");
        assert!(written(LogFormat::Text, filter(Level::INFO, None).unwrap(), true, say).contains('\u{1b}'));
    }
}
