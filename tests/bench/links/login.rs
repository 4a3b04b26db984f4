//! Coming: connect, say hello with a token, hear that it is good.

use super::driver::Driver;
use super::process::cpu_us;
use super::server::Server;
use super::table::{Samples, Table};

const LOGINS: usize = 5_000;
const ROUNDS: usize = 5;

pub(crate) fn measure(table: &mut Table) {
    let mut servers = [Server::longlink(), Server::slim()];
    let mut cpu = [Samples::default(), Samples::default()];
    let (mut driver_us, mut server_us) = (0, 0);
    for round in 0..=ROUNDS {
        for (server, cpu) in servers.iter_mut().zip(&mut cpu) {
            server.add_users(LOGINS);
            let (before, own) = (cpu_us(server.pid()), cpu_us(std::process::id()));
            let mut driver = Driver::new();
            server.log_in(&mut driver, LOGINS);
            let (after, own) = (cpu_us(server.pid()) - before, cpu_us(std::process::id()) - own);
            drop(driver);
            server.settle();
            // The first round warms.
            if round > 0 {
                cpu.push(after as f64 / LOGINS as f64);
                driver_us += own;
                server_us += after;
            }
        }
    }
    let [server, slim] = cpu;
    table.row("connect and log in by token: processor time", "us", server, Some(slim));
    table.note_driver("login", driver_us, server_us);
}
