//! Time: idle links, blocked writes, strangers (L1, L12, L14). In virtual time, over pipes.

use longlink::wire::pb::CloseReason;
use longlink::wire::{Code, Command};
use tokio::time::Instant;

use crate::support::{World, pass, text_to};

const MINUTE: u64 = 60_000;
/// How much later than its deadline a link may be found, see `Links::wake_overdue`.
const SWEEP: u64 = 5_000;

/// How long ago `from` is, in milliseconds.
fn since(from: Instant) -> u64 {
    from.elapsed().as_millis() as u64
}

// L12.
#[tokio::test(start_paused = true)]
async fn a_link_from_which_nothing_is_heard_for_15_min_is_closed_as_idle() {
    let world = World::new().await;
    let mut anna = world.piped_in("anna").await;
    let from = Instant::now();
    assert_eq!(anna.closed().await, Some(CloseReason::Idle));
    assert!((15 * MINUTE..=15 * MINUTE + SWEEP).contains(&since(from)), "{}", since(from));
}

// L12, L13: a Mars client says noop every 580 s at most.
#[tokio::test(start_paused = true)]
async fn any_whole_frame_counts_as_heard_and_half_of_one_does_not() {
    let world = World::new().await;
    let mut anna = world.piped_in("anna").await;
    for _ in 0..10 {
        pass(580_000).await;
        anna.noop().await;
        pass(14 * MINUTE).await;
        anna.say(999, 5, b"").await;
        assert_eq!(anna.reply(5).await.code(), Code::UnknownCommand);
        pass(14 * MINUTE).await;
        anna.say(243, 0, b"").await;
    }
    let from = Instant::now();
    for _ in 0..14 {
        pass(MINUTE).await;
        anna.write(&[0]).await;
    }
    assert_eq!(anna.closed().await, Some(CloseReason::Idle));
    assert!((15 * MINUTE..=15 * MINUTE + SWEEP).contains(&since(from)), "{}", since(from));
}

// L12: what the server says does not count.
#[tokio::test(start_paused = true)]
async fn who_only_listens_is_found_silent_although_we_push_all_day() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let from = Instant::now();
    let mut pushed = 0;
    while world.server.links().count() > 1 {
        pass(10_000).await;
        bob.send(anna.user, &pushed.to_string(), "are you there?").await;
        pushed += 1;
        assert!(since(from) < 60 * MINUTE, "never found");
    }
    assert!((15 * MINUTE..=15 * MINUTE + 20_000).contains(&since(from)), "{}", since(from));
    assert_eq!(anna.closed().await, Some(CloseReason::Idle));
    assert!(anna.pushes.len() >= 89);
}

// L1: Mars' first connection says nothing until the app does.
#[tokio::test(start_paused = true)]
async fn a_silent_stranger_is_left_alone_for_15_min() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let (mut one, mut other) = (world.piped().await, world.piped().await);
    let from = Instant::now();
    pass(15 * MINUTE - 1).await;
    assert_eq!(one.hello(&token, "phone", None).await.user_id, anna);
    assert_eq!(other.closed().await, Some(CloseReason::Idle));
    assert!((15 * MINUTE..=15 * MINUTE + SWEEP).contains(&since(from)), "{}", since(from));
    one.noop().await;
}

// L1.
#[tokio::test(start_paused = true)]
async fn at_the_bound_the_stranger_that_was_silent_for_longest_goes() {
    let world = World::with(|plan| plan.bounds.strangers_max = 3).await;
    let mut user = world.piped_in("anna").await;
    let mut strangers = Vec::new();
    for _ in 0..3 {
        strangers.push(world.piped().await);
        pass(MINUTE).await;
    }
    // The first one is the oldest, but not the most silent.
    strangers[0].noop().await;
    pass(MINUTE).await;
    let mut newcomer = world.piped().await;
    assert_eq!(strangers.remove(1).closed().await, Some(CloseReason::Crowded));
    for link in strangers.iter_mut().chain([&mut newcomer, &mut user]) {
        link.noop().await;
    }
}

// L1, L2: who has just asked something waits for the login, and is anything but silent.
#[tokio::test(start_paused = true)]
async fn a_stranger_whose_requests_are_held_is_not_taken_for_the_silent_one() {
    let world = World::with(|plan| plan.bounds.strangers_max = 2).await;
    let (anna, token) = world.user("anna").await;
    let mut silent = world.piped().await;
    pass(MINUTE).await;
    let mut busy = world.piped().await;
    busy.ask(Command::Send, &text_to(anna, "1", "before the hello")).await;
    pass(10).await;
    let _newcomer = world.piped().await;
    assert_eq!(silent.closed().await, Some(CloseReason::Crowded));
    busy.hello(&token, "phone", None).await;
    assert_eq!(busy.reply(1).await.code(), Code::Ok);
}

// L1: beyond these there is nothing to say, since nothing was heard.
#[tokio::test]
async fn a_connection_beyond_the_bounds_is_closed_without_a_frame() {
    let world = World::with(|plan| plan.bounds.links_per_address_max = 2).await;
    let mut anna = world.logged_in("anna").await;
    let stranger = world.stranger().await;
    assert_eq!(world.stranger().await.hear().await, None);
    anna.noop().await;
    drop(stranger);
    while world.server.links().count() > 1 {
        tokio::task::yield_now().await;
    }
    world.stranger().await.noop().await;
}

// L14: with nobody to read it, the goodbye itself cannot come.
#[tokio::test(start_paused = true)]
async fn who_takes_nothing_for_30_s_is_closed_as_slow() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut slow = world.piped_through(1024).await;
    slow.hello(&token, "phone", None).await;
    let mut bob = world.piped_in("bob").await;
    bob.send(anna, "1", &"x".repeat(4_000)).await;
    let from = Instant::now();
    pass(29_000).await;
    assert_eq!(world.server.links().count(), 2);
    while world.server.links().count() > 1 {
        pass(1_000).await;
        assert!(since(from) < 5 * MINUTE, "never closed");
    }
    // And then the goodbye timeout.
    assert!((30_000..=33_000).contains(&since(from)), "{}", since(from));
    assert!(world.server.metrics().render(&[]).contains("reason=\"SLOW\"} 1"));
}

// L14: slow is who takes nothing, not who takes little.
#[tokio::test(start_paused = true)]
async fn who_reads_a_little_now_and_then_is_not_slow() {
    let world = World::new().await;
    let (anna, token) = world.user("anna").await;
    let mut slow = world.piped_through(1024).await;
    slow.hello(&token, "phone", None).await;
    let mut bob = world.piped_in("bob").await;
    bob.send(anna, "1", &"x".repeat(4_000)).await;
    let mut taken = Vec::new();
    while taken.len() < 4_000 {
        pass(29_000).await;
        let mut some = [0; 512];
        let read = tokio::io::AsyncReadExt::read(&mut slow.stream, &mut some).await.unwrap();
        taken.extend_from_slice(&some[..read]);
    }
    // And whose writes get on is not idle by that alone.
    slow.say(6, u32::MAX, b"").await;
    pass(12 * MINUTE).await;
    assert_eq!(bob.closed().await, Some(CloseReason::Idle));
    assert_eq!(world.server.links().count(), 1, "the slow one spoke");
}

// L14: slow is found when the peer speaks all the time, too.
#[tokio::test(start_paused = true)]
async fn who_only_speaks_and_never_reads_is_closed_as_slow() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut slow = world.piped_through(1024).await;
    slow.hello(&token, "phone", None).await;
    let from = Instant::now();
    let noop = crate::support::bytes(200, 6, u32::MAX, &[]);
    loop {
        let write = tokio::io::AsyncWriteExt::write_all(&mut slow.stream, &noop);
        match tokio::time::timeout(std::time::Duration::from_secs(120), write).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => break,
        }
    }
    assert_eq!(world.server.links().count(), 0);
    assert!((30_000..=125_000).contains(&since(from)), "{}", since(from));
}
