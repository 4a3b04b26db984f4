//! Scenarios as plans: who comes, who writes to whom, who goes. Nothing here knows a socket.

use super::args::{Scenario, Settings};
use super::plan::{Account, Comings, Conversation, Faults, Plan, Seat, Talk, To};

/// With no rate, so many logins of a storm are under way at once.
const STORM_AT_ONCE: u32 = 64;
/// One of so many talks, and one of so many comes and goes.
const MIXED_PART: u32 = 10;
/// So many others a person talks to, besides their group.
const FRIENDS: u32 = 3;
/// How many people a group of `mixed` has.
const MIXED_GROUP: u32 = 20;
/// Those who come and go do so once in so long, on average.
const MIXED_ROUND_S: f64 = 30.0;
const TICK_MS: u64 = 500;

/// The plan of each process. `accounts` are as many as there are connections.
pub(crate) fn plans(settings: &Settings, run: u32, accounts: Vec<Account>) -> Vec<Plan> {
    let sizes = sizes(settings);
    let writer_id = accounts.first().map_or(0, |account| account.id);
    let mut rest = accounts.into_iter();
    let mut plans: Vec<Plan> = Vec::new();
    for (process, size) in sizes.iter().enumerate() {
        let share = f64::from(*size) / f64::from(settings.connections);
        let accounts = rest.by_ref().take(*size as usize).collect();
        plans.push(plan(settings, run, accounts, share, process, writer_id));
    }
    plans
}

/// How many users each process has: even shares, none of which cuts a pair or a group.
fn sizes(settings: &Settings) -> Vec<u32> {
    let unit = match settings.scenario {
        Scenario::Pairs | Scenario::Offline | Scenario::Poll => 2,
        Scenario::Group => settings.group_size,
        Scenario::Idle | Scenario::Heartbeat | Scenario::Fanout | Scenario::Storm | Scenario::Mixed => 1,
    };
    let (units, over) = (settings.connections / unit, settings.connections % unit);
    let (each, more) = (units / settings.processes, units % settings.processes);
    let mut sizes: Vec<u32> =
        (0..settings.processes).map(|process| (each + u32::from(process < more)) * unit).collect();
    if let Some(last) = sizes.last_mut() {
        *last += over;
    }
    sizes
}

fn plan(settings: &Settings, run: u32, accounts: Vec<Account>, share: f64, process: usize, writer_id: i64) -> Plan {
    let seats = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
    let rate = settings.rate_per_second * share;
    let mut plan = Plan {
        run,
        server: settings.server,
        http: settings.http,
        tls: None,
        sources: settings.sources.clone(),
        accounts,
        ramp: settings.ramp_per_second * share,
        all_come_first: true,
        groups: Vec::new(),
        conversations: Vec::new(),
        talk: None,
        noops: None,
        comings: None,
        faults: None,
        away: Vec::new(),
        pollers: Vec::new(),
        payload_bytes: settings.payload_bytes,
        tick_ms: TICK_MS,
        patience_ms: (settings.patience_s * 1_000.0) as u64,
    };
    let talk = |until_delivered| Some(Talk { per_second: rate, in_flight: settings.in_flight, until_delivered });
    match settings.scenario {
        Scenario::Idle => {}
        Scenario::Heartbeat => plan.noops = Some(rate),
        Scenario::Pairs => {
            // With an odd number the last one listens.
            let pairs = 0..seats / 2 * 2;
            plan.conversations = pairs.filter_map(|seat| conversation(&plan, seat, To::Seat(seat ^ 1))).collect();
            plan.talk = talk(true);
        }
        Scenario::Fanout => {
            let writer = (process == 0).then_some(0);
            plan.conversations.push(Conversation { writer, writer_id, to: To::Everyone });
            let per_second = settings.rate_per_second;
            plan.talk = Some(Talk { per_second, in_flight: settings.in_flight, until_delivered: true });
        }
        Scenario::Group => {
            let size = settings.group_size;
            plan.groups = (0..seats / size).map(|group| (group * size..(group + 1) * size).collect()).collect();
            let writers = 0..seats / size * size;
            plan.conversations = writers.filter_map(|seat| conversation(&plan, seat, To::Group(seat / size))).collect();
            plan.talk = talk(true);
        }
        Scenario::Storm => {
            plan.all_come_first = false;
            let at_once = (STORM_AT_ONCE / settings.processes).max(1);
            plan.comings = Some(Comings { first: 0, count: seats, per_second: rate, at_once, away_ms: 0 });
        }
        Scenario::Offline | Scenario::Poll => {
            let writers = (0..seats / 2 * 2).step_by(2);
            plan.conversations =
                writers.clone().filter_map(|seat| conversation(&plan, seat, To::Seat(seat + 1))).collect();
            let readers = writers.map(|seat| seat + 1).collect();
            let is_poll = settings.scenario == Scenario::Poll;
            plan.talk = talk(is_poll);
            *(if is_poll { &mut plan.pollers } else { &mut plan.away }) = readers;
        }
        Scenario::Mixed => mix(&mut plan, settings, seats, rate),
    }
    plan
}

fn conversation(plan: &Plan, writer: Seat, to: To) -> Option<Conversation> {
    let writer_id = plan.accounts.get(writer as usize)?.id;
    Some(Conversation { writer: Some(writer), writer_id, to })
}

/// A few talk, many listen, and some who listen come and go.
fn mix(plan: &mut Plan, settings: &Settings, seats: u32, rate: f64) {
    let some = (seats / MIXED_PART).max(1);
    for talker in 0..some {
        // Spread over all, talkers and comers among them.
        let others = (1..seats).map(|step| (talker + 1 + step * 7) % seats).filter(|seat| *seat != talker);
        let mut met: Vec<Seat> = Vec::new();
        for other in others.take((FRIENDS + MIXED_GROUP) as usize * 2) {
            if !met.contains(&other) {
                met.push(other);
            }
        }
        for friend in met.iter().take(FRIENDS as usize) {
            plan.conversations.extend(conversation(plan, talker, To::Seat(*friend)));
        }
        let members = [talker].into_iter().chain(met.iter().copied().take(MIXED_GROUP as usize - 1));
        let group = u32::try_from(plan.groups.len()).unwrap_or(u32::MAX);
        plan.groups.push(members.collect());
        plan.conversations.extend(conversation(plan, talker, To::Group(group)));
    }
    plan.talk = Some(Talk { per_second: rate, in_flight: settings.in_flight, until_delivered: false });
    let away_ms = ((settings.away_s * 1_000.0) as u64).max(1);
    // Everybody is there again before their turn comes again.
    let round_s = MIXED_ROUND_S.max(settings.away_s * 3.0);
    let per_second = f64::from(some) / round_s;
    plan.comings = Some(Comings { first: seats - some, count: some, per_second, at_once: 0, away_ms });
    // Those who talk are spared: of what was under way on a link that was cut, nobody knows whether it is owed.
    let faults = |every_s: f64| Faults { first: some, count: seats - some, every_ms: (every_s * 1_000.0) as u64 };
    plan.faults = settings.faults_every_s.map(faults);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn settings(scenario: Scenario, connections: u32, processes: u32) -> Settings {
        let address = "127.0.0.1:1".parse().unwrap();
        Settings {
            scenario,
            server: address,
            http: address,
            tls: false,
            connections,
            rate_per_second: 100.0,
            in_flight: 1,
            payload_bytes: 128,
            duration_s: 1.0,
            ramp_per_second: 1_000.0,
            sources: Vec::new(),
            processes,
            group_size: 10,
            away_s: 1.0,
            faults_every_s: Some(60.0),
            patience_s: 1.0,
            every_s: 1.0,
        }
    }

    fn plans_of(scenario: Scenario, connections: u32, processes: u32) -> Vec<Plan> {
        let accounts = (0..connections).map(|number| Account { id: i64::from(number) + 1000, token: String::new() });
        plans(&settings(scenario, connections, processes), 1, accounts.collect())
    }

    const ALL: [Scenario; 9] = [
        Scenario::Idle,
        Scenario::Heartbeat,
        Scenario::Pairs,
        Scenario::Fanout,
        Scenario::Group,
        Scenario::Storm,
        Scenario::Offline,
        Scenario::Poll,
        Scenario::Mixed,
    ];

    #[test]
    fn every_user_has_one_seat_and_every_conversation_real_people() {
        for scenario in ALL {
            for (connections, processes) in [(20, 1), (97, 3), (100, 2), (41, 1)] {
                let plans = plans_of(scenario, connections, processes);
                assert_eq!(plans.len(), processes as usize);
                let ids: Vec<i64> = plans.iter().flat_map(|plan| &plan.accounts).map(|account| account.id).collect();
                assert_eq!(ids, (1000..1000 + i64::from(connections)).collect::<Vec<_>>(), "{scenario:?}");
                for plan in &plans {
                    check(plan, scenario);
                }
            }
        }
    }

    fn check(plan: &Plan, scenario: Scenario) {
        let is_seat = |seat: Seat| (seat as usize) < plan.accounts.len();
        for group in &plan.groups {
            assert!(group.iter().all(|seat| is_seat(*seat)) && group.len() >= 2);
            assert_eq!(group.iter().collect::<BTreeSet<_>>().len(), group.len(), "nobody is in a group twice");
        }
        for conversation in &plan.conversations {
            if let Some(writer) = conversation.writer {
                assert_eq!(plan.accounts[writer as usize].id, conversation.writer_id);
            }
            match conversation.to {
                To::Seat(seat) => assert!(is_seat(seat) && Some(seat) != conversation.writer, "{scenario:?}"),
                To::Group(group) => assert!(plan.groups[group as usize].contains(&conversation.writer.unwrap())),
                To::Everyone => assert_eq!(conversation.writer_id, 1000),
            }
        }
        assert!(plan.conversations.is_sorted_by_key(|conversation| conversation.writer.unwrap_or(Seat::MAX)));
        if let Some(comings) = plan.comings {
            assert!(is_seat(comings.first) && is_seat(comings.first + comings.count - 1));
        }
    }

    #[test]
    fn the_processes_rates_add_up() {
        for scenario in [Scenario::Pairs, Scenario::Group, Scenario::Mixed, Scenario::Offline] {
            let talks = plans_of(scenario, 97, 3).into_iter().filter_map(|plan| plan.talk);
            let sum: f64 = talks.map(|talk| talk.per_second).sum();
            assert!((99.9..100.1).contains(&sum), "{scenario:?}: {sum}");
        }
        let writers =
            plans_of(Scenario::Fanout, 90, 3).into_iter().filter(|plan| plan.conversations[0].writer.is_some());
        assert_eq!(writers.count(), 1, "one writes to everyone");
    }

    #[test]
    fn those_who_come_and_go_do_not_write() {
        let plan = plans_of(Scenario::Mixed, 100, 1).remove(0);
        let comings = plan.comings.unwrap();
        assert_eq!((comings.first, comings.count), (90, 10));
        assert!(plan.conversations.iter().all(|conversation| conversation.writer.unwrap() < 10));
        let faults = plan.faults.unwrap();
        assert_eq!((faults.first, faults.count), (10, 90), "nor do those who have faults");
        let heard: BTreeSet<String> = plan.conversations.iter().map(|each| format!("{:?}", each.to)).collect();
        assert!(heard.len() > 10, "not all to the same");
    }
}
