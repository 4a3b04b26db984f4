//! README.md's table of promises names tests that exist.

use std::fs;
use std::path::Path;

#[test]
fn every_promise_names_tests_that_exist() {
    let readme = include_str!("../README.md");
    let rows = rows(readme);
    assert_eq!(rows.len(), 5, "the design makes five promises");
    let mut sources = String::new();
    for folder in ["src", "tests", "clients"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut sources);
    }
    for (promise, tests) in rows {
        assert!(!tests.is_empty(), "nothing holds {promise:?}");
        for test in tests {
            assert!(sources.contains(&format!("fn {test}(")), "{promise:?} names {test}, which is no test");
        }
    }
}

#[test]
fn a_row_without_a_test_is_seen_as_one() {
    let page = "## The promises\n| promise | held by |\n|---|---|\n| **A.** b | none |\n| c | `x` `y` |\n\n## Next\n| d | `z` |";
    assert_eq!(rows(page), [("**A.** b", vec![]), ("c", vec!["x", "y"])]);
}

/// Each row of the chapter's table: the promise, and the names in back quotes.
fn rows(page: &str) -> Vec<(&str, Vec<&str>)> {
    let chapter = page.split("## The promises").nth(1).unwrap_or_default();
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    chapter
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "))
        .filter(|(promise, _)| *promise != "promise")
        .map(|(promise, tests)| (promise, tests.split('`').skip(1).step_by(2).collect()))
        .collect()
}

fn collect(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
