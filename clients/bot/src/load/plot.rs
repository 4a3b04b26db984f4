//! The report as a picture: how long the slowest took, and the course of the run with the server's memory.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::report::Report;

const SIZE: (u32, u32) = (1000, 1400);
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
    let areas = root.split_evenly((4, 1));
    let [slowest, speed, latency, memory] = areas.as_slice() else { return Ok(()) };
    draw_slowest(report, slowest)?;
    let course = |value: &dyn Fn(&super::course::Row) -> f64| -> Vec<(f64, f64)> {
        report.course.iter().map(|row| (row.at_s, value(row))).collect()
    };
    let curve = |name: &str, points| Curve { name: name.to_owned(), points };
    let speeds = [
        curve("sent", course(&|row| row.sent_per_second)),
        curve("received", course(&|row| row.received_per_second)),
        curve("logins", course(&|row| row.logins_per_second)),
        curve("noops", course(&|row| row.noops_per_second)),
    ];
    draw_curves(speed, "a second", "seconds", &speeds.into_iter().filter(Curve::is_any).collect::<Vec<_>>())?;
    let latencies = [
        curve("p50, ms", course(&|row| row.p50_us as f64 / 1e3)),
        curve("p99, ms", course(&|row| row.p99_us as f64 / 1e3)),
        curve("max, ms", course(&|row| row.max_us as f64 / 1e3)),
    ];
    draw_curves(latency, "latency, ms", "seconds", &latencies)?;
    let mut memories = vec![curve("thousand links", course(&|row| row.links as f64 / 1e3))];
    if report.course.iter().any(|row| row.server.is_some()) {
        let mb = |bytes: u64| bytes as f64 / 1e6;
        memories
            .push(curve("server resident, MB", course(&|row| row.server.map_or(0.0, |now| mb(now.resident_bytes)))));
        memories
            .push(curve("server anonymous, MB", course(&|row| row.server.map_or(0.0, |now| mb(now.anonymous_bytes)))));
    }
    draw_curves(memory, "links and memory", "seconds", &memories)?;
    root.present()?;
    Ok(())
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
        curves.push(Curve { name: format!("{what}, of {}", spread.count), points });
    }
    draw_curves(area, "latency, ms", "one in 10^x took longer", &curves)
}

fn draw_curves(area: &Area<'_>, upwards: &str, rightwards: &str, curves: &[Curve]) -> Drawn {
    let points = || curves.iter().flat_map(|curve| &curve.points).copied();
    let greatest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max).max(1e-3) * 1.05;
    let (right, top) = (greatest(&mut points().map(|(x, _)| x)), greatest(&mut points().map(|(_, y)| y)));
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    let label = |value: &f64| if top < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") };
    chart.configure_mesh().y_desc(upwards).x_desc(rightwards).y_label_formatter(&label).draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(line)?
            .label(&curve.name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    if !curves.is_empty() {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.3))
            .draw()?;
    }
    Ok(())
}

impl Curve {
    fn is_any(&self) -> bool {
        self.points.iter().any(|(_, y)| *y > 0.0)
    }
}
