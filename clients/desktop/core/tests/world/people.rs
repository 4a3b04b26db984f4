//! Two people find one another, become contacts, see when the other is there and writes, and part.

use longlink_client::Code;
use longlink_client::pb::{ContactState, ProfileSetRequest};
use longlink_desktop_core::model::{Delivery, Name, Notice};

use super::person::Person;
use crate::keep::support::{ANNA, BOB, World};

#[tokio::test(flavor = "multi_thread")]
async fn people_find_ask_see_and_block_one_another() {
    let world = World::new().await;
    let (at_annas, at_bobs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let anna = Person::log_in(at_annas.path(), world.form(ANNA)).await;
    let bob = Person::log_in(at_bobs.path(), world.form(BOB)).await;
    let (a, b) = (world.anna, world.bob);

    anna.session().find_people("bo");
    anna.until("found", |session| !session.people.found.is_asking).await;
    assert_eq!(anna.session().people.found.users, [b]);
    anna.session().ask_contact(b, "it's me").unwrap();
    bob.until("asked", |session| session.contacts.state(a) == ContactState::Asks).await;
    let notices = bob.session().take_notices();
    assert_eq!(notices, [Notice::ContactAsks { user: a, greeting: "it's me".into() }]);
    bob.session().answer_contact(a, true);
    bob.until("accepted", |session| session.contacts.is_contact(a)).await;
    anna.until("contacts", |session| session.contacts.is_contact(b) && session.presence.is_online(b)).await;

    anna.session().note_contact(b, "Bobby", "from work").unwrap();
    anna.until("noted", |session| session.name_of(b) == Name::Text("Bobby")).await;
    bob.session().set_profile(ProfileSetRequest { nickname: Some("Robert".into()), ..Default::default() }).unwrap();
    bob.until("named", |session| session.name_of(b) == Name::Text("Robert")).await;
    anna.open(b).await;
    anna.until("seen", |session| session.own_name_of(b) == Name::Text("Robert")).await;
    assert_eq!(anna.session().name_of(b), Name::Text("Bobby"));

    bob.open(a).await;
    bob.session().typed(a);
    bob.until("said", |session| session.typing.in_talk(b).next().is_none()).await;
    anna.until("typing", |session| session.typing.is_any(b)).await;
    anna.until("not typing any more", |session| !session.typing.is_any(b)).await;

    anna.session().block(b, true);
    anna.session().ask_blocks();
    anna.until("blocked", |session| session.contacts.is_blocked(b)).await;
    bob.say(a, "hello?");
    bob.until("refused", |session| session.outbox.failed() == 1).await;
    let last = bob.last();
    let Delivery::Failed(failure) = last.delivery else { panic!("{last:?}") };
    assert_eq!(failure.code(), Some(Code::NotAllowed));
    anna.session().block(b, false);
    anna.until("not blocked", |session| !session.contacts.is_blocked(b)).await;
    bob.session().retry(&last.client_msg_id);
    bob.until_last("hello?").await;
    anna.until_last("hello?").await;

    bob.close().await;
    anna.until("gone", |session| !session.presence.is_online(b)).await;
}
