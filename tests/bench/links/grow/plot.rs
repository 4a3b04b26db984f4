//! Curves as one SVG: a panel for each figure, a line for each peer, the axis below growing by factors.

use std::path::Path;

use plotters::prelude::*;

use crate::results::Curve;

const WIDTH: u32 = 900;
const PANEL_HEIGHT: u32 = 320;
const COLOURS: [RGBColor; 8] = [
    RGBColor(200, 30, 30),
    RGBColor(30, 90, 200),
    RGBColor(20, 20, 20),
    RGBColor(20, 140, 60),
    RGBColor(220, 140, 0),
    RGBColor(130, 60, 180),
    RGBColor(0, 150, 160),
    RGBColor(140, 90, 40),
];

pub(super) fn draw(path: &Path, along: &str, curves: &[Curve]) {
    let mut figures: Vec<(&str, &str)> = Vec::new();
    for curve in curves {
        if !figures.iter().any(|(what, _)| *what == curve.what) {
            figures.push((&curve.what, &curve.unit));
        }
    }
    if figures.is_empty() {
        return;
    }
    let root = SVGBackend::new(path, (WIDTH, PANEL_HEIGHT * figures.len() as u32)).into_drawing_area();
    root.fill(&WHITE).unwrap();
    for ((what, unit), panel) in figures.iter().zip(root.split_evenly((figures.len(), 1))) {
        let these: Vec<&Curve> = curves.iter().filter(|curve| curve.what == *what).collect();
        let points = || these.iter().flat_map(|curve| &curve.points);
        let least = points().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
        let most = points().map(|(x, _)| *x).fold(0.0, f64::max);
        let highest = points().map(|(_, y)| *y).fold(0.0, f64::max);
        let mut chart = ChartBuilder::on(&panel)
            .caption(format!("{what} ({unit})"), ("sans-serif", 18))
            .margin(8)
            .x_label_area_size(36)
            .y_label_area_size(60)
            .build_cartesian_2d((least..most * 1.01).log_scale(), 0.0..highest * 1.1 + f64::EPSILON)
            .unwrap();
        chart.configure_mesh().x_desc(along).light_line_style(WHITE).draw().unwrap();
        for (curve, colour) in these.iter().zip(COLOURS.iter().cycle()) {
            let line = LineSeries::new(curve.points.iter().copied(), colour).point_size(3);
            let line = chart.draw_series(line).unwrap().label(&curve.peer);
            let colour = *colour;
            line.legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        }
        let labels = chart.configure_series_labels();
        let mut labels = labels;
        labels.position(SeriesLabelPosition::UpperLeft).background_style(WHITE).border_style(BLACK).draw().unwrap();
    }
    root.present().unwrap();
}
