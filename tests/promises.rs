//! README.md's table of promises names tests that exist.

use std::fs;
use std::path::Path;

#[test]
fn every_promise_names_tests_that_exist() {
    let readme = include_str!("../README.md");
    let rows = rows(readme);
    assert_eq!(rows.len(), 6, "five promises to users, and one about logins and secrets");
    let mut sources = String::new();
    for folder in ["src", "tests", "clients"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut sources);
    }
    for Row { promise, tests, tried, not_promised } in rows {
        assert!(tried.len() > 20 && not_promised.len() > 20, "{promise:?} says nothing of what was tried and what not");
        assert!(!tests.is_empty(), "nothing holds {promise:?}");
        for test in tests {
            assert!(sources.contains(&format!("fn {test}(")), "{promise:?} names {test}, which is no test");
        }
    }
}

#[test]
fn a_row_without_a_test_is_seen_as_one() {
    let page = "## The promises\n| promise | held by | tried | not |\n|---|---|---|---|\n\
        | **A.** b | none | `t` | n |\n| c | `x` `y` | t | n |\n| d | `x` |\n\n## Next\n| d | `z` | t | n |";
    let shown: Vec<_> = rows(page).into_iter().map(|row| (row.promise, row.tests, row.tried)).collect();
    assert_eq!(shown, [("**A.** b", vec![], "`t`"), ("c", vec!["x", "y"], "t"), ("d", vec!["x"], "")]);
}

/// Every crate of the repository forbids `unsafe`, also one that is added.
#[test]
fn nothing_in_the_repository_may_be_unsafe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(workspace.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\""));
    let mut members = vec![root.to_owned()];
    for folder in ["clients", "clients/desktop"] {
        members.extend(fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    let manifests = members.iter().filter_map(|member| fs::read_to_string(member.join("Cargo.toml")).ok());
    let mut seen = 0;
    for manifest in manifests {
        let forbids = manifest.contains("unsafe_code = \"forbid\"");
        assert!(manifest.contains("[lints]\nworkspace = true") || forbids, "{manifest}");
        seen += 1;
    }
    assert!(seen >= 3);
}

/// A row of the chapter's table; `tests` are the names in back quotes.
struct Row<'a> {
    promise: &'a str,
    tests: Vec<&'a str>,
    tried: &'a str,
    not_promised: &'a str,
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let chapter = page.split("## The promises").nth(1).unwrap_or_default();
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let lines = chapter.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    lines
        .filter(|line| !line.starts_with("promise |"))
        .map(|line| {
            let mut cells = line.split(" | ");
            let mut cell = || cells.next().unwrap_or_default();
            let (promise, tests, tried, not_promised) = (cell(), cell(), cell(), cell());
            Row { promise, tests: tests.split('`').skip(1).step_by(2).collect(), tried, not_promised }
        })
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
