//! A group, from its making to its end.

use longlink_client::Code;
use longlink_client::pb::{GroupJoin, GroupRole, GroupRules};
use longlink_desktop_core::model::{AskState, Name, Silence};

use super::person::Person;
use crate::keep::support::{ANNA, BOB, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_group_lives_for_both_from_its_making_to_its_end() {
    let world = World::new().await;
    let (at_annas, at_bobs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), world.form(ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;

    let ticket = anna.session().create_group("friends", vec![world.bob]).unwrap();
    anna.done(ticket).await;
    let group = anna.session().groups.made.unwrap();
    anna.until("known", |session| session.groups.role(group) == GroupRole::Owner).await;
    bob.until("known", |session| session.name_of(group) == Name::Text("friends")).await;
    anna.open(group).await;
    bob.open(group).await;
    anna.until_last("<Created>").await;
    assert_eq!(bob.session().talks.get(group).unwrap().unread(), 0, "what tells of a group is not unread");

    bob.say(group, "hi all");
    anna.until_last("hi all").await;
    anna.look();
    let place = bob.place_of("hi all").await;
    bob.until("read by one", |session| {
        session.thread.as_ref().unwrap().counts.get(&place).is_some_and(|count| count.read == 1)
    })
    .await;
    bob.session().ask_readers(group, place);
    bob.until("who", |session| session.readers.as_ref().is_some_and(|readers| !readers.is_asking)).await;
    assert_eq!(bob.session().readers.as_ref().unwrap().users, [world.anna]);

    let ticket = anna.session().rename_group(group, "family").unwrap();
    anna.done(ticket).await;
    bob.until("renamed", |session| session.name_of(group) == Name::Text("family")).await;
    let ticket = bob.session().rename_group(group, "mine").unwrap();
    bob.until("refused", |session| session.asks.state(ticket) != Some(AskState::Asking)).await;
    assert_eq!(bob.session().asks.state(ticket).unwrap().code(), Some(Code::NotAllowed));

    let ticket = anna.session().mute_member(group, world.bob, -1);
    anna.done(ticket).await;
    bob.until("muted", |session| session.groups.silence(group, 0) == Some(Silence::Muted { until_ms: -1 })).await;
    anna.session().ask_members(group);
    anna.until("members", |session| {
        session.groups.members(group).is_some_and(|it| it.all.iter().any(|member| member.muted_until_ms == -1))
    })
    .await;
    let ticket = anna.session().mute_member(group, world.bob, 0);
    anna.done(ticket).await;
    let ticket = anna.session().set_role(group, world.bob, GroupRole::Admin);
    anna.done(ticket).await;
    bob.until("admin", |session| session.groups.is_admin(group) && session.groups.silence(group, 0).is_none()).await;

    let ticket = anna.session().remove_members(group, vec![world.bob]).unwrap();
    anna.done(ticket).await;
    bob.until("put out", |session| session.groups.is_left(group)).await;
    bob.until_last("<Removed>").await;
    assert_eq!(bob.session().name_of(group), Name::Text("family"));

    let mut rules = GroupRules::default();
    rules.set_join(GroupJoin::Approval);
    let ticket = anna.session().set_group_rules(group, rules);
    anna.done(ticket).await;
    let ticket = anna.session().ask_group_link(group, false);
    anna.done(ticket).await;
    let link = anna.session().groups.link(group).unwrap().to_owned();
    let ticket = bob.session().join_group(&link, "let me in").unwrap();
    bob.done(ticket).await;
    assert!(!bob.session().groups.joined.as_ref().unwrap().joined);
    anna.until("asked", |session| session.groups.requests(group).count() == 1).await;
    let ticket = anna.session().answer_request(group, world.bob, true);
    anna.done(ticket).await;
    bob.until("in again", |session| session.groups.get(group).is_some()).await;

    let ticket = anna.session().dissolve_group(group);
    anna.done(ticket).await;
    bob.until("over", |session| session.groups.is_left(group)).await;
    assert!(anna.session().groups.is_left(group));
    bob.until_last("<Dissolved>").await;
}
