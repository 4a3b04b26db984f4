//! Noops: 10,000 links that say one every second, evenly spread.

use std::time::Duration;

use super::driver::Driver;
use super::process::{cpu_us, now};
use super::server::Server;
use super::speech;
use super::table::{Samples, Table};

const LINKS: usize = 10_000;
const ROUNDS: usize = 3;
const SECONDS: usize = 4;
const STEPS_PER_SECOND: usize = 100;

pub(crate) fn measure(table: &mut Table) {
    let mut servers = [Server::longlink(), Server::slim()];
    let mut cpu = [Samples::default(), Samples::default()];
    let (mut driver_us, mut server_us) = (0, 0);
    for _ in 0..ROUNDS {
        for (server, cpu) in servers.iter_mut().zip(&mut cpu) {
            server.add_users(LINKS);
            let mut driver = Driver::new();
            server.log_in(&mut driver, LINKS);
            beat(&mut driver, 1);
            let (before, own) = (cpu_us(server.pid()), cpu_us(std::process::id()));
            beat(&mut driver, SECONDS);
            let (after, own) = (cpu_us(server.pid()) - before, cpu_us(std::process::id()) - own);
            cpu.push(after as f64 / (LINKS * SECONDS) as f64);
            driver_us += own;
            server_us += after;
            drop(driver);
            server.settle();
        }
    }
    let [server, slim] = cpu;
    table.row("heartbeat, 10,000 links once a second", "us", server, Some(slim));
    table.note_driver("heartbeat", driver_us, server_us);
}

fn beat(driver: &mut Driver, seconds: usize) {
    let (noop, start) = (speech::noop(), now());
    let (mut echoed, mut next) = (0, 0);
    for step in 0..seconds * STEPS_PER_SECOND {
        let due = start + Duration::from_secs(1) * step as u32 / STEPS_PER_SECOND as u32;
        std::thread::sleep(due.saturating_duration_since(now()));
        for _ in 0..LINKS / STEPS_PER_SECOND {
            driver.say(next % LINKS, &noop);
            next += 1;
        }
        driver.hear_now(|_, _, _, _| echoed += 1);
    }
    while echoed < LINKS * seconds {
        driver.hear_until(|_, _, _, _| {
            echoed += 1;
            echoed >= LINKS * seconds
        });
    }
}
