//! Along the number of links: processor time of a message that may come on any of them, and memory.

use super::add;
use super::walk::Walk;
use crate::options::Plan;
use crate::process::anonymous_bytes;
use crate::results::Curve;

const IN_FLIGHT: usize = 500;

pub(super) fn measure(plan: &Plan, curves: &mut Vec<Curve>) -> Vec<String> {
    let mut failures = Vec::new();
    for peer in plan.peers.iter().copied().filter(|peer| !peer.is_variant()) {
        // One that fails leaves a curve that ends, or none.
        let measured = crate::scenario::caught(|| {
            let mut server = peer.start();
            server.add_users(*plan.sizes.grow_links.last().unwrap());
            let mut driver = server.driver();
            for links in plan.sizes.grow_links.iter().copied() {
                server.log_in(&mut driver, links);
                let memory = anonymous_bytes(server.pid()) as f64 / 1e6;
                add(curves, peer.name(), "memory of the process", "MB", (links, memory));
            }
            drop(driver);
            server.settle();
            // By itself, since what the memory engine keeps of these messages is not the links'.
            let (mut driver, mut number) = (server.driver(), 0);
            let messages = plan.sizes.messages / 2;
            for (place, links) in plan.sizes.grow_links.iter().copied().enumerate() {
                server.log_in(&mut driver, links);
                // A name that was used before is a retry.
                let mut walk = Walk::new(&server, &driver).after(number);
                if peer.warm_up() > 1 && place == 0 {
                    walk.cpu_us(&server, &mut driver, IN_FLIGHT, messages);
                }
                let cpu = walk.cpu_us(&server, &mut driver, IN_FLIGHT, messages);
                number = walk.number();
                add(curves, peer.name(), "processor time of a message", "us", (links, cpu));
            }
        });
        if let Err(failure) = measured {
            eprintln!("  {} FAILED: {failure}", peer.name());
            failures.push(format!("{}: {failure}", peer.name()));
        }
    }
    failures
}
