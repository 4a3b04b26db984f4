//! The report as a picture: how long the slowest took, and the course of the run with the server's memory.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::report::Report;
use super::run::ARRIVING;

const SIZE: (u32, u32) = (1000, 1900);
/// Above the curves, as a part of their height: room for their names.
const HEADROOM: f64 = 1.3;
const COLOURS: [RGBColor; 5] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 39, 40),
    RGBColor(44, 160, 44),
    RGBColor(148, 103, 189),
    RGBColor(255, 127, 14),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// A line: its name, and its points.
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The picture, as SVG.
pub(crate) fn svg(report: &Report) -> Result<String, String> {
    let mut text = String::new();
    draw(report, &mut text).map_err(|error| error.to_string())?;
    Ok(text)
}

fn draw(report: &Report, text: &mut String) -> Drawn {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let settings = &report.settings;
    let rate = match settings.is_open_loop() {
        true => format!("{:.0} {} a second", settings.rate_per_second, settings.scenario.unit()),
        false => format!("{} in flight", settings.in_flight),
    };
    let title = format!("{}: {} connections, {rate}", settings.scenario.name(), settings.connections);
    let root = root.titled(&title, ("sans-serif", 24))?;
    let areas = root.split_evenly((6, 1));
    let [slowest, speed, latency, memory, processor, links] = areas.as_slice() else { return Ok(()) };
    draw_slowest(report, slowest)?;
    // The arrival is of another kind, and would hide what comes after it.
    let played = || report.course.iter().filter(|row| row.stage != ARRIVING);
    let speeds = [
        Curve::new("sent", played().map(|row| (row.at_s, row.sent_per_second))),
        Curve::new("received", played().map(|row| (row.at_s, row.received_per_second))),
        Curve::new("logins", played().map(|row| (row.at_s, row.logins_per_second))),
        Curve::new("noops", played().map(|row| (row.at_s, row.noops_per_second))),
    ];
    let speeds: Vec<Curve> = speeds.into_iter().filter(Curve::is_any).collect();
    draw_curves(speed, "a second", SECONDS, &speeds, &plain)?;
    let timed = || played().filter(|row| row.p50_us > 0);
    let latencies = [
        Curve::new("p50", timed().map(|row| (row.at_s, row.p50_us as f64 / 1e3))),
        Curve::new("p99", timed().map(|row| (row.at_s, row.p99_us as f64 / 1e3))),
        Curve::new("max", timed().map(|row| (row.at_s, row.max_us as f64 / 1e3))),
    ];
    draw_curves(latency, "latency, ms", SECONDS, &latencies, &plain)?;
    // A server that was away for a while has a gap there.
    let seen = || report.course.iter().filter_map(|row| Some((row.at_s, row.server?)));
    let memories = [
        Curve::new("server: resident", seen().map(|(at, server)| (at, server.resident_bytes as f64 / 1e6))),
        Curve::new("anonymous", seen().map(|(at, server)| (at, server.anonymous_bytes as f64 / 1e6))),
    ];
    draw_curves(memory, "memory, MB", SECONDS, &memories, &plain)?;
    let shares = report.course.iter().filter_map(|row| Some((row.at_s, row.server_core_share? * 100.0)));
    draw_curves(processor, "% of a core", SECONDS, &[Curve::new("server: processor", shares)], &plain)?;
    let counts = [
        Curve::new("links", report.course.iter().map(|row| (row.at_s, row.links as f64))),
        Curve::new("server: descriptors", seen().map(|(at, server)| (at, server.descriptors as f64))),
        Curve::new("server: tasks", seen().filter_map(|(at, server)| Some((at, server.tasks? as f64)))),
        Curve::new("errors in all", report.course.iter().map(|row| (row.at_s, row.errors as f64))),
    ];
    draw_curves(links, "how many", SECONDS, &counts, &plain)?;
    root.present()?;
    Ok(())
}

const SECONDS: &str = "seconds since the first connection";

fn plain(value: &f64) -> String {
    format!("{value:.0}")
}

/// The share behind so many nines: 2 is 99 %.
fn nines(value: &f64) -> String {
    let percent = 100.0 - 10_f64.powf(2.0 - value);
    let digits = (value.ceil() as usize).saturating_sub(2);
    format!("{percent:.digits$} %")
}

/// Latency by how rare it is: the further right, the fewer took longer.
fn draw_slowest(report: &Report, area: &Area<'_>) -> Drawn {
    let mut curves = Vec::new();
    for (what, spread) in &report.latencies {
        let (all, mut until_now, mut points) = (spread.count as f64, 0, Vec::new());
        for (us, count) in &spread.histogram {
            until_now += count;
            // One in so many took longer; the last one stands where the next one would.
            let rarity = all / (all - until_now as f64).max(0.5);
            points.push((rarity.log10(), *us as f64 / 1_000.0));
        }
        curves.push(Curve::new(&format!("{what}, of {}", spread.count), points.into_iter()));
    }
    draw_curves(area, "latency, ms", "took no longer", &curves, &nines)
}

fn draw_curves(
    area: &Area<'_>,
    upwards: &str,
    rightwards: &str,
    curves: &[Curve],
    right_label: &dyn Fn(&f64) -> String,
) -> Drawn {
    let points = || curves.iter().flat_map(|curve| &curve.points).copied();
    let greatest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max).max(1e-3);
    let right = greatest(&mut points().map(|(x, _)| x));
    let top = greatest(&mut points().map(|(_, y)| y)) * HEADROOM;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    let digits = if top < 10.0 { 2 } else { 0 };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .y_desc(upwards)
        .x_desc(rightwards)
        .y_labels(8)
        .y_label_formatter(&|value| format!("{value:.digits$}"))
        .x_label_formatter(right_label)
        .draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        let legend = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2));
        chart.draw_series(line)?.label(&curve.name).legend(legend);
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

impl Curve {
    fn new(name: &str, points: impl Iterator<Item = (f64, f64)>) -> Self {
        Self { name: name.to_owned(), points: points.collect() }
    }

    fn is_any(&self) -> bool {
        self.points.iter().any(|(_, y)| *y > 0.0)
    }
}
