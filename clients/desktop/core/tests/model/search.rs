//! Looking for conversations, people and messages.

use longlink_client::pb;
use longlink_desktop_core::model::{Asking, Opened, Talk, Told, Wish};

use super::support::*;

fn searches(stage: &mut Stage) -> Vec<String> {
    stage.take(|wish| match wish {
        Wish::Search { query } => Some(query.clone()),
        _ => None,
    })
}

fn opened() -> Stage {
    let mut stage = Stage::new();
    let talk = |peer, rank| Talk { rank, ..Talk::new(peer) };
    let mut sister = pb::Contact { user: Some(user(BEN, "ben")), alias: "Big Sister".into(), ..Default::default() };
    sister.set_state(pb::ContactState::Contact);
    let opened = Opened {
        user_id: ME,
        talks: vec![talk(ANNA, 1), talk(GROUP, 2)],
        users: vec![pb::User { nickname: "Änne".into(), ..user(ANNA, "anna") }, user(BEN, "ben")],
        groups: vec![group(GROUP, "Annual meeting", pb::GroupRole::Member)],
        contacts: vec![sister],
        ..Opened::default()
    };
    stage.tell(Told::Opened(Box::new(opened)));
    stage
}

#[test]
fn conversations_are_found_at_once_by_any_name_in_any_letter_case() {
    let mut stage = opened();
    stage.session.search_for(" ann ");
    assert_eq!(stage.session.search.peers, [GROUP, ANNA]);
    stage.session.search_for("ÄNN");
    assert_eq!(stage.session.search.peers, [ANNA]);
    stage.session.search_for("sister");
    assert_eq!(stage.session.search.peers, [BEN], "a contact with whom nothing was said yet");
    stage.session.search_for("");
    assert!(stage.session.search.peers.is_empty());
}

#[test]
fn messages_and_people_are_looked_for_after_a_pause_in_typing() {
    let mut stage = Stage::online(0);
    for query in ["h", "he", "hel"] {
        stage.session.search_for(query);
        stage.pass(100);
    }
    assert!(searches(&mut stage).is_empty());
    assert!(stage.session.search.is_searching);
    stage.pass(100);
    assert_eq!(searches(&mut stage), ["hel"]);
    let (_, prefix) = stage.asked(|asking| match asking {
        Asking::FindUsers(request) => Some(request.prefix.clone()),
        _ => None,
    });
    assert_eq!(prefix, "hel");
    let hit = (ANNA, items([text(5, ANNA, ME, "hello")]).remove(0));
    stage.tell(Told::Found { query: "he".into(), hits: vec![hit.clone()] });
    assert!(stage.session.search.hits.is_empty(), "that was another query");
    stage.tell(Told::Found { query: "hel".into(), hits: vec![hit] });
    assert_eq!(stage.session.search.hits.len(), 1);
    assert!(!stage.session.search.is_searching);
    stage.entries([recall(6, ANNA, ME, 5)]);
    assert!(stage.session.search.hits[0].1.is_recalled(), "what was found changes, too");
}

#[test]
fn one_letter_is_not_looked_for_in_messages_but_one_han_character_is() {
    let mut stage = opened();
    for (query, expected) in [("a", 0), ("你", 1), ("ab", 1), ("", 0)] {
        stage.session.search_for(query);
        stage.pass(200);
        assert_eq!(searches(&mut stage).len(), expected, "{query:?}");
    }
}

#[test]
fn names_that_come_to_be_known_are_found() {
    let mut stage = Stage::online(0);
    stage.entries([text(1, ANNA, ME, "hi")]);
    stage.session.search_for("ann");
    assert!(stage.session.search.peers.is_empty());
    let contact = pb::Contact { user: Some(user(ANNA, "anna")), ..Default::default() };
    stage.tell(Told::Contact(contact));
    stage.pass(1);
    assert_eq!(stage.session.search.peers, [ANNA]);
}
