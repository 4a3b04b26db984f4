//! One message to everyone: 10,000 readers.

use super::driver::Driver;
use super::process::{Calls, cpu_us};
use super::server::Server;
use super::speech;
use super::table::{Samples, Table};

const READERS: usize = 10_000;
const ROUNDS: usize = 4;
const BROADCASTS: u64 = 10;

pub(crate) fn measure(table: &mut Table) {
    let mut servers = [Server::longlink(), Server::slim()];
    let mut cpu = [Samples::default(), Samples::default()];
    let mut calls = [Samples::default(), Samples::default()];
    let (mut driver_us, mut server_us, mut number) = (0, 0, 0);
    for round in 0..ROUNDS {
        for (place, server) in servers.iter_mut().enumerate() {
            server.add_users(READERS);
            let mut driver = Driver::new();
            server.log_in(&mut driver, READERS);
            broadcast(server, &mut driver, 2, &mut number);
            let (before, own) = (cpu_us(server.pid()), cpu_us(std::process::id()));
            let deliveries = broadcast(server, &mut driver, BROADCASTS, &mut number);
            let (after, own) = (cpu_us(server.pid()) - before, cpu_us(std::process::id()) - own);
            cpu[place].push(after as f64 / deliveries as f64);
            driver_us += own;
            server_us += after;
            if round + 1 == ROUNDS
                && let Some(counting) = Calls::start(server.pid())
            {
                let deliveries = broadcast(server, &mut driver, 2, &mut number);
                calls[place].0.extend(counting.stop().map(|calls| calls as f64 / deliveries as f64));
            }
            drop(driver);
            server.settle();
        }
    }
    let [server, slim] = cpu;
    table.row("delivery of a broadcast: processor time", "us", server, Some(slim));
    let [server, slim] = calls;
    table.row("delivery of a broadcast: system calls", "calls", server, Some(slim));
    table.note_driver("fanout", driver_us, server_us);
}

/// Writes to everyone, one message after the other, and gives how often they were delivered.
fn broadcast(server: &Server, driver: &mut Driver, count: u64, number: &mut u64) -> u64 {
    let mut template = server.speech.message(0);
    let mut message = Vec::new();
    let mut delivered = 0;
    for _ in 0..count {
        *number += 1;
        message.clear();
        template.put(*number, &mut message);
        driver.say(0, &message);
        let (mut heard, mut acknowledged) = (0, false);
        // The writer has it in its reply; `slim` does not know who wrote.
        let owed = driver.links() as u64 - u64::from(server.speech == speech::Speech::Longlink);
        driver.hear_until(|_, header, body, _| {
            let messages = speech::messages_in(header, body);
            if messages == 0 {
                speech::check(server.speech, body);
                acknowledged = true;
            }
            heard += messages;
            acknowledged && heard == owed
        });
        delivered += heard;
    }
    delivered
}
