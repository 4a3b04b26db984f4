//! ARCHITECTURE.md's table of bounds, the settings, what is counted, and the tests say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use longlink::config::DEFAULTS;
use longlink::metrics::{LIMITS, Metrics};
use longlink::wire::{CloseReason, Code};

const PAGE: &str = include_str!("../src/ARCHITECTURE.md");

/// What happens at a bound without a word.
const SILENT: [&str; 4] = ["closed", "waits", "cut off", "status 503"];

struct Row {
    setting: String,
    beyond: Vec<String>,
    metric: Option<String>,
    tests: Vec<String>,
}

#[test]
fn every_bound_is_a_setting_and_every_setting_that_bounds_is_in_the_table() {
    let shown: BTreeSet<String> = rows(PAGE).into_iter().map(|row| row.setting).collect();
    let there: BTreeSet<String> = keys().into_iter().filter(|key| bounds(key)).collect();
    assert!(there.len() > 30, "{there:?}");
    assert_eq!(shown, there);
}

#[test]
fn every_bound_says_what_happens_in_words_that_there_are() {
    let codes = (0..200).filter_map(|number| Code::try_from(number).ok());
    let mut words: BTreeSet<String> =
        codes.map(|code| code.as_str_name().trim_start_matches("CODE_").to_owned()).collect();
    let reasons = (100..300).filter_map(|number| CloseReason::try_from(number).ok());
    words.extend(reasons.map(|reason| reason.word().to_owned()));
    words.extend(SILENT.map(str::to_owned));
    for row in rows(PAGE) {
        assert!(!row.beyond.is_empty(), "{} says nothing", row.setting);
        for word in row.beyond {
            assert!(words.contains(&word), "{}: {word:?} is neither a code nor a close reason", row.setting);
        }
    }
}

#[test]
fn every_bound_that_is_counted_says_so_and_no_other() {
    let page = Metrics::default().render(&[]);
    for row in rows(PAGE) {
        let own = LIMITS.iter().any(|limit| limit.setting() == row.setting);
        match row.metric.as_deref() {
            Some("limited_total") => assert!(own, "{} is not counted by its name", row.setting),
            Some(metric) => {
                assert!(!own, "{} is counted by its name", row.setting);
                let (name, label) = metric.split_once(' ').map_or((metric, ""), |(name, label)| (name, label));
                let is_there = page.lines().any(|line| {
                    line.starts_with(&format!("longlink_{name}")) && (label.is_empty() || line.contains(label))
                });
                assert!(is_there, "{}: nothing is counted as {metric}", row.setting);
            }
            None => assert!(!own, "{} is counted, and the table does not say so", row.setting),
        }
    }
    for limit in LIMITS {
        assert!(rows(PAGE).iter().any(|row| row.setting == limit.setting()), "{} is not shown", limit.setting());
    }
}

#[test]
fn every_bound_names_tests_that_there_are() {
    let mut sources = String::new();
    for folder in ["src", "tests"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut sources);
    }
    for row in rows(PAGE) {
        assert!(!row.tests.is_empty(), "nothing holds {}", row.setting);
        for test in row.tests {
            assert!(sources.contains(&format!("fn {test}(")), "{} names {test}, which is no test", row.setting);
        }
    }
}

#[test]
fn a_row_is_read_cell_by_cell() {
    let page = "## Bounds\n\n| setting | beyond it | counted as | held by |\n|---|---|---|---|\n\
        | `a.b_max` | `RATE_LIMITED`, `closed` | `limited_total` | `x` `y` |\n| `c.d_max` | `waits` | | `z` |\n\n## Next\n| `e` | `f` | | `g` |";
    let read: Vec<_> = rows(page).into_iter().map(|row| (row.setting, row.beyond, row.metric, row.tests)).collect();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let first = ("a.b_max".to_owned(), texts(&["RATE_LIMITED", "closed"]), Some("limited_total".to_owned()));
    assert_eq!(read[0], (first.0, first.1, first.2, texts(&["x", "y"])));
    assert_eq!(read[1], ("c.d_max".to_owned(), texts(&["waits"]), None, texts(&["z"])));
    assert_eq!(read.len(), 2);
}

/// Whether a setting says how much is too much: by the words in its name.
fn bounds(key: &str) -> bool {
    // These bound what the server does by itself, not what others may do to it.
    let own = ["accounts.hashes_at_once", "audit.", "stop."];
    let words = ["_max", ".max", "_per_", "timeout", "wrong_password", "quota", "at_once", "_within_s", "queue_"];
    words.iter().any(|word| key.contains(word)) && !own.iter().any(|own| key.starts_with(own))
}

/// The keys of all settings.
fn keys() -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in DEFAULTS.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            keys.push(format!("{section}{name}"));
        }
    }
    keys
}

/// The rows of the chapter's table. What counts in a cell stands in back quotes.
fn rows(page: &str) -> Vec<Row> {
    let chapter = page.split("\n## Bounds\n").nth(1).or(page.split("## Bounds\n").nth(1)).unwrap_or_default();
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut rows = Vec::new();
    for line in chapter.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [settings, beyond, metric, tests] = cells[..] else { panic!("{line}") };
        let row = Row {
            setting: quoted(settings).remove(0),
            beyond: quoted(beyond),
            metric: quoted(metric).into_iter().next(),
            tests: quoted(tests),
        };
        rows.push(row);
    }
    rows
}

fn collect(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
