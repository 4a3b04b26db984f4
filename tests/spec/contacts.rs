//! Contacts (U9 to U14).

use longlink::wire::pb::{self, ContactState};
use longlink::wire::{Code, Command};

use crate::support::http::cgi;
use crate::support::people::{
    answer, ask, befriend, contact_pushed, contacts, next_contact, nothing_but_presence, presence_pushed,
};
use crate::support::{Peer, TODAY_MS, World};

const CONTACT: ContactState = ContactState::Contact;
const ASKED: ContactState = ContactState::Asked;
const ASKS: ContactState = ContactState::Asks;
const NONE: ContactState = ContactState::None;

async fn two() -> (World, Peer, Peer) {
    let world = World::new().await;
    let (anna, bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    (world, anna, bob)
}

fn remove(user: i64) -> pb::ContactRemoveRequest {
    pb::ContactRemoveRequest { user }
}

// U9, U10, U14.
#[tokio::test]
async fn who_is_asked_and_accepts_is_a_contact_of_who_asked() {
    let (_world, mut anna, mut bob) = two().await;
    let request = pb::ContactSetRequest {
        user: bob.user,
        alias: "Bobby".into(),
        remark: "from\nschool".into(),
        greeting: "it's me".into(),
    };
    let reply: pb::ContactSetReply = anna.call(Command::ContactSet, &request).await;
    let contact = reply.contact.unwrap();
    assert_eq!((contact.state(), contact.alias.as_str(), contact.greeting.as_str()), (ASKED, "Bobby", "it's me"));
    assert_eq!(contact.since_ms / 60_000, TODAY_MS / 60_000);

    let asks = next_contact(&mut bob).await;
    assert_eq!((asks.state(), asks.user.unwrap().name.as_str(), asks.greeting.as_str()), (ASKS, "anna", "it's me"));
    assert_eq!((asks.alias.as_str(), asks.remark.as_str()), ("", ""), "notes are one's own");

    let reply: pb::ContactAnswerReply = bob.call(Command::ContactAnswer, &answer(anna.user, true)).await;
    assert_eq!((reply.code(), reply.contact.unwrap().state()), (Code::Ok, CONTACT));
    let contact = next_contact(&mut anna).await;
    assert_eq!((contact.state(), contact.alias.as_str(), contact.remark.as_str()), (CONTACT, "Bobby", "from\nschool"));
    // Each hears how the other is, at once.
    assert_eq!(presence_pushed(&mut anna).await, [(bob.user, true)]);
    assert_eq!(presence_pushed(&mut bob).await, [(anna.user, true)]);
    for (peer, other) in [(&mut anna, 2), (&mut bob, 1)] {
        nothing_but_presence(peer).await;
        assert_eq!(contacts(peer).await, [(other, CONTACT)]);
    }
}

// U10.
#[tokio::test]
async fn asking_back_accepts_and_asking_twice_asks_once() {
    let (_world, mut anna, mut bob) = two().await;
    for _ in 0..2 {
        assert_eq!(anna.code(Command::ContactSet, &ask(bob.user)).await, Code::Ok);
    }
    assert_eq!(contact_pushed(&mut bob).await, (anna.user, ASKS));
    nothing_but_presence(&mut bob).await;
    let reply: pb::ContactSetReply = bob.call(Command::ContactSet, &ask(anna.user)).await;
    assert_eq!(reply.contact.unwrap().state(), CONTACT);
    assert_eq!(contact_pushed(&mut anna).await, (bob.user, CONTACT));
}

// U11.
#[tokio::test]
async fn who_is_declined_is_not_told_and_may_be_accepted_late() {
    let (_world, mut anna, mut bob) = two().await;
    assert_eq!(anna.code(Command::ContactSet, &ask(bob.user)).await, Code::Ok);
    contact_pushed(&mut bob).await;
    let reply: pb::ContactAnswerReply = bob.call(Command::ContactAnswer, &answer(anna.user, false)).await;
    assert_eq!(reply.contact.unwrap().state(), NONE);
    nothing_but_presence(&mut anna).await;
    assert_eq!((contacts(&mut anna).await, contacts(&mut bob).await), (vec![(bob.user, ASKED)], vec![]));
    assert_eq!(bob.code(Command::ContactAnswer, &answer(anna.user, true)).await, Code::NotFound);

    assert_eq!(anna.code(Command::ContactSet, &ask(bob.user)).await, Code::Ok);
    nothing_but_presence(&mut bob).await;
    assert_eq!(bob.code(Command::ContactSet, &ask(anna.user)).await, Code::Ok);
    assert_eq!(contact_pushed(&mut anna).await, (bob.user, CONTACT));
}

// U12.
#[tokio::test]
async fn an_end_is_the_end_for_both_and_a_request_can_be_taken_back() {
    let (_world, mut anna, mut bob) = two().await;
    befriend(&mut anna, &mut bob).await;
    assert_eq!(bob.code(Command::ContactRemove, &remove(anna.user)).await, Code::Ok);
    assert_eq!(contact_pushed(&mut anna).await, (bob.user, NONE));
    assert_eq!((contacts(&mut anna).await, contacts(&mut bob).await), (vec![], vec![]));

    assert_eq!(anna.code(Command::ContactSet, &ask(bob.user)).await, Code::Ok);
    assert_eq!(contact_pushed(&mut bob).await, (anna.user, ASKS));
    for _ in 0..2 {
        assert_eq!(anna.code(Command::ContactRemove, &remove(bob.user)).await, Code::Ok, "also when there is nothing");
    }
    assert_eq!(contact_pushed(&mut bob).await, (anna.user, NONE));
    assert_eq!(bob.code(Command::ContactAnswer, &answer(anna.user, true)).await, Code::NotFound);
    nothing_but_presence(&mut bob).await;
}

// U9: what one notes is pushed to one's own other devices, and to nobody else.
#[tokio::test]
async fn notes_go_to_ones_own_devices_alone() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let (mut phone, mut desk) = (world.stranger().await, world.stranger().await);
    phone.hello(&token, "phone", None).await;
    let mut bob = world.logged_in("bob").await;
    befriend(&mut phone, &mut bob).await;
    desk.hello(&token, "desk", None).await;
    let request = pb::ContactSetRequest { user: bob.user, alias: "B".into(), ..Default::default() };
    let reply: pb::ContactSetReply = cgi(&world, "contact_set", &token, &request).await;
    assert_eq!((reply.code(), reply.contact.as_ref().unwrap().alias.as_str()), (Code::Ok, "B"));
    for device in [&mut phone, &mut desk] {
        assert_eq!(Some(next_contact(device).await), reply.contact);
    }
    nothing_but_presence(&mut bob).await;
}

// U13.
#[tokio::test]
async fn where_nobody_has_to_accept_asking_makes_contacts() {
    let world = World::with(|plan| plan.chat.contacts.acceptance = false).await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let reply: pb::ContactSetReply = anna.call(Command::ContactSet, &ask(bob.user)).await;
    assert_eq!(reply.contact.unwrap().state(), CONTACT);
    assert_eq!(contact_pushed(&mut bob).await, (anna.user, CONTACT));
}

// Limits.
#[tokio::test]
async fn contacts_requests_and_notes_have_bounds() {
    let world = World::with(|plan| {
        plan.chat.contacts.max = 2;
        plan.chat.contacts.requests_per_hour = 4;
    })
    .await;
    let mut anna = world.logged_in("anna").await;
    for name in ["bob", "carl", "dora", "eve"] {
        world.user(name).await;
    }
    let long = |alias: usize, remark: usize, greeting: usize| pb::ContactSetRequest {
        user: 2,
        alias: "a".repeat(alias),
        remark: "r".repeat(remark),
        greeting: "g".repeat(greeting),
    };
    for bad in [long(65, 0, 0), long(0, 501, 0), long(0, 0, 201), ask(1), ask(0), ask(-1)] {
        assert_eq!(anna.code(Command::ContactSet, &bad).await, Code::BadRequest);
    }
    assert_eq!(anna.code(Command::ContactSet, &ask(99)).await, Code::NotFound);
    for (user, code) in [(2, Code::Ok), (3, Code::Ok), (4, Code::TooLarge), (5, Code::TooLarge), (5, Code::RateLimited)]
    {
        assert_eq!(anna.code(Command::ContactSet, &ask(user)).await, code, "{user}");
    }
    assert_eq!(anna.code(Command::ContactSet, &long(64, 500, 200)).await, Code::Ok, "noting something asks nobody");
    let mut dora = world.stranger().await;
    dora.hello(&world.server.chat().make_token("dora").unwrap().0, "device", None).await;
    assert_eq!(dora.code(Command::ContactSet, &ask(anna.user)).await, Code::Ok, "who asks takes no place of theirs");
    assert_eq!(anna.code(Command::ContactAnswer, &answer(dora.user, true)).await, Code::TooLarge);
}

// U14.
#[tokio::test]
async fn contacts_are_listed_a_page_at_a_time() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    for number in 2..=8 {
        world.user(&format!("user{number}")).await;
        let reply: pb::ContactSetReply = cgi(&world, "contact_set", &token, &ask(number)).await;
        assert_eq!(reply.code(), Code::Ok);
    }
    let (mut after, mut listed) = (0, Vec::new());
    loop {
        let request = pb::ContactListRequest { after, limit: 3 };
        let page: pb::ContactListReply = cgi(&world, "contact_list", &token, &request).await;
        assert!(page.contacts.len() <= 3);
        listed.extend(page.contacts.iter().map(|contact| contact.user.as_ref().unwrap().id));
        after = *listed.last().unwrap();
        if !page.more {
            break;
        }
    }
    assert_eq!(listed, (2..=8).collect::<Vec<_>>());
}

// Two who ask one another at the same moment are contacts, whatever comes first.
#[tokio::test]
async fn two_who_ask_at_once_become_contacts() {
    let (_world, mut anna, mut bob) = two().await;
    for _ in 0..20 {
        let (mine, theirs) = (ask(bob.user), ask(anna.user));
        let (one, other) = tokio::join!(anna.code(Command::ContactSet, &mine), bob.code(Command::ContactSet, &theirs));
        assert_eq!((one, other), (Code::Ok, Code::Ok));
        assert_eq!(contacts(&mut anna).await, [(bob.user, CONTACT)]);
        assert_eq!(contacts(&mut bob).await, [(anna.user, CONTACT)]);
        assert_eq!(anna.code(Command::ContactRemove, &remove(bob.user)).await, Code::Ok);
    }
}
