//! The report of a run that never was: what it says about whom it measured.

use super::args::{Scenario, Settings};
use super::course::Course;
use super::plot;
use super::process::{Machine, Sample};
use super::report::Report;
use super::run::Outcome;
use super::tally::Tally;

fn settings(rate_per_second: f64) -> Settings {
    let address = "127.0.0.1:8081".parse().unwrap();
    Settings {
        scenario: Scenario::Pairs,
        server: address,
        http: address,
        tls: false,
        connections: 1000,
        rate_per_second,
        in_flight: 1,
        payload_bytes: 128,
        duration_s: 10.0,
        ramp_per_second: 2000.0,
        sources: Vec::new(),
        processes: 1,
        group_size: 50,
        away_s: 5.0,
        faults_every_s: None,
        patience_s: 10.0,
        every_s: 1.0,
    }
}

fn report(rate_per_second: f64, change: impl FnOnce(&mut Outcome)) -> Report {
    let mut played = Tally::default();
    for us in 1..=10_000 {
        played.delivery.record_many_us(us, 1);
        played.acknowledgement.record_many_us(us / 2, 1);
    }
    (played.counts.sent, played.counts.acknowledged, played.counts.received) = (10_000, 10_000, 10_000);
    let sample = |cpu_us, anonymous_bytes| {
        Some(Sample { cpu_us, resident_bytes: 9_000_000, anonymous_bytes, ..Sample::default() })
    };
    let mut course = Course::new(0);
    course.add(&Tally { delivery: played.delivery.clone(), ..Tally::default() });
    course.row(1_000_000_000, "playing", 1000, sample(1, 1));
    let mut outcome = Outcome {
        in_time: played.counts,
        played,
        course: course.rows,
        playing_s: 10.0,
        links_at_begin: 1000,
        links_at_most: 1000,
        server_before: sample(0, 1_000_000),
        server_at_begin: sample(1_000_000, 2_000_000),
        server_at_end: sample(4_000_000, 2_500_000),
        server_calls: Some(25_000),
        bot_cpu_us: 1_500_000,
        bot_cpu_at_begin_us: 500_000,
        ..Outcome::default()
    };
    change(&mut outcome);
    let machine = Machine { processor: "a processor".into(), cores: 2, system: "linux".into(), load: "0.1".into() };
    Report::new(settings(rate_per_second), machine, 0, outcome)
}

#[test]
fn costs_are_divided_by_what_there_was() {
    let report = report(0.0, |_| {});
    let server = report.server.as_ref().unwrap();
    assert_eq!(server.cpu_us_per["message"], 300.0, "3 s for 10,000 messages");
    assert_eq!(server.bytes_per_link, Some(1_000.0), "a megabyte for 1,000 links");
    assert_eq!(server.system_calls_per["message"], 2.5);
    assert_eq!((report.bot.cpu_s, report.rates.acknowledged), (1.0, 1_000.0));
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn the_table_says_what_it_measured_and_from_when() {
    let text = report(0.0, |_| {}).to_string();
    for line in [
        "pairs at 127.0.0.1:8081: 1000 connections, 10.0 s (0.0 s to arrive, 0.0 s to settle)",
        "a processor, 2 cores, linux, load 0.1 at the beginning",
        "messages sent                            10000      1000.0 /s",
        "lost                                         0",
        "delivery 5.003 9.007 9.903 9.991 9.999 10.0 of 10000",
        "  for each message                      300.00 us",
        "  for each link that came                 1000 bytes of anonymous memory",
        "Each counts from when it was sent, and a slow server was asked less: give a --rate for what people would see.",
    ] {
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeeze(&text).contains(&squeeze(line)), "{line:?} is not in:\n{text}");
    }
    let open = report(1_000.0, |_| {}).to_string();
    assert!(open.contains("Each counts from when it was due"), "{open}");
}

#[test]
fn a_run_that_measured_something_else_says_so() {
    let warned = |rate, change: fn(&mut Outcome), what: &str| {
        let report = report(rate, change);
        assert!(report.warnings.iter().any(|warning| warning.contains(what)), "{what}: {:?}", report.warnings);
        assert!(report.to_string().contains(&format!("warning: {}", report.warnings[0])));
    };
    warned(0.0, |run| run.bot_cpu_us = 9_000_000, "the bot used more processor time than the server");
    warned(0.0, |run| run.bot_cpu_us = 11_000_000, "the bot was busy all the time");
    warned(2_000.0, |_| {}, "the asked rate was not kept: 1000.0 messages a second of 2000.0");
    warned(1_000.0, |run| run.played.counts.not_begun = 7, "7 were due and not begun");
    warned(1_000.0, |run| run.played.own_delay.record_ns(70_000_000), "the bot itself was late");
    warned(0.0, |run| run.links_at_begin = 999, "999 of 1000 links were there");
    warned(0.0, |run| run.was_interrupted = true, "it was interrupted");
    warned(0.0, |run| run.server_before = None, "give its --pid");
    warned(0.0, |run| run.server_at_end = None, "the server's process has ended");
}

#[test]
fn the_json_has_the_settings_the_machine_and_every_latency() {
    let value = serde_json::to_value(report(1_000.0, |_| {})).unwrap();
    assert_eq!(value["settings"]["scenario"], "pairs");
    assert_eq!(value["machine"]["cores"], 2);
    let counts = value["latencies"]["delivery"]["histogram"].as_array().unwrap().iter().map(|pair| pair[1].as_u64());
    assert_eq!(counts.map(Option::unwrap).sum::<u64>(), 10_000);
    assert_eq!(value["course"][0]["links"], 1000);
}

#[test]
fn the_picture_is_drawn_whatever_there_is() {
    for empty in [false, true] {
        let report = report(0.0, |run| {
            if empty {
                (run.played, run.course) = (Tally::default(), Vec::new());
            }
        });
        let svg = plot::svg(&report).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("pairs: 1000 connections, 1 in flight"));
    }
}
