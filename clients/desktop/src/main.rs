//! The program: a window with the app in it.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use eframe::egui::{self, ViewportBuilder};
use longlink_desktop::app::{App, Trouble};
use longlink_desktop::args::Args;
use longlink_desktop::platform::{self, Platform};
use longlink_desktop::views::theme;
use longlink_desktop_core::bridge::Bridge;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("LONGLINK_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("longlink-desktop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), String> {
    let size = egui::vec2(1_060.0, 740.0);
    let viewport =
        ViewportBuilder::default().with_title("longlink").with_inner_size(size).with_min_inner_size([480.0, 360.0]);
    let options = eframe::NativeOptions { viewport: platform::viewport(viewport), ..eframe::NativeOptions::default() };
    let mut trouble = None;
    let told = &mut trouble;
    let shown = eframe::run_native(
        platform::APP_ID,
        options,
        Box::new(move |cc| {
            theme::install(&cc.egui_ctx);
            let ctx = cc.egui_ctx.clone();
            let wake = move || ctx.request_repaint();
            let bridge = args.folders().and_then(|folders| Bridge::start(folders, args.vault(), wake));
            match bridge {
                Ok(bridge) => Ok(Box::new(App::new(&cc.egui_ctx, bridge, Some(Platform::start(&cc.egui_ctx)), &args))),
                Err(why) => {
                    *told = Some(why.clone());
                    Ok(Box::new(Trouble::new(why)))
                }
            }
        }),
    );
    shown.map_err(|error| format!("cannot open a window: {error}"))?;
    trouble.map_or(Ok(()), Err)
}
