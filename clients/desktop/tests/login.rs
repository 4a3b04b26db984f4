//! Coming in.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{Key, Theme, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use jiff::tz::TimeZone;
use longlink_desktop::views::entrance::{Entered, Entrance, ServerForm};
use longlink_desktop::views::env::Env;
use longlink_desktop::views::theme;
use longlink_desktop::words::{EN, Language, ZH};
use longlink_desktop_core::accounts::Shield;
use longlink_desktop_core::model::{LinkState, Told, Wish};

use crate::stage::{Stage, nameless, press, screen, screen_in};

type Door = Harness<'static, Entrance>;

fn door() -> (Door, Rc<RefCell<Vec<Entered>>>) {
    let entered = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&entered);
    let mut env = Env::new(Language::English, TimeZone::UTC);
    let builder =
        Harness::builder().with_size(Vec2::new(900.0, 900.0)).allow_missing_glyphs().with_context_setup(theme::install);
    let door = builder.build_ui_state(
        move |ui, entrance: &mut Entrance| {
            if let Some(did) = entrance.show(ui, &mut env) {
                if let Entered::Speak(language) = did {
                    env.speak(language);
                }
                told.borrow_mut().push(did);
            }
        },
        Entrance::new(ServerForm::of_argument("127.0.0.1:9000"), Vec::new()),
    );
    (door, entered)
}

#[test]
fn a_name_and_a_password_log_in_by_the_keyboard() {
    let (mut door, entered) = door();
    assert!(door.get_by_label(EN.login.name).is_focused());
    door.get_by_label(EN.login.name).type_text("anna");
    door.run();
    door.key_press(Key::Tab);
    door.run();
    assert!(door.get_by_label(EN.login.password).is_focused());
    door.get_by_label(EN.login.password).type_text("secret words");
    door.run();
    door.key_press(Key::Enter);
    door.run();
    let entered = entered.borrow();
    let [Entered::LogIn { address, name, password }] = entered.as_slice() else { panic!("{entered:?}") };
    assert_eq!((name.as_str(), password.as_str()), ("anna", "secret words"));
    assert_eq!((address.host.as_str(), address.link_port, &address.protection), ("127.0.0.1", 9_000, &Shield::System));
}

#[test]
fn an_account_is_made_with_an_invitation() {
    let (mut door, entered) = door();
    door.get_by_label(EN.login.to_register).click();
    door.run();
    for (field, text) in
        [(EN.login.name, "bob"), (EN.login.password, "long enough"), (EN.login.register_invitation, "XYZ")]
    {
        door.get_by_label(field).focus();
        door.run();
        door.get_by_label(field).type_text(text);
        door.run();
    }
    door.get_by_label(EN.login.register_submit).click();
    door.run();
    let entered = entered.borrow();
    assert!(matches!(entered.as_slice(), [Entered::Register { invitation, .. }] if invitation == "XYZ"), "{entered:?}");
}

#[test]
fn without_encryption_it_is_said_what_that_means() {
    let (mut door, _) = door();
    door.get_by_label_contains("Server: ").click();
    door.run();
    assert_eq!(nameless_door(&door), Vec::<String>::new());
    door.get_by_label(EN.login.tls_none).click();
    door.run();
    door.get_by_label(EN.login.tls_none_warning);
}

#[test]
fn the_language_is_chosen_before_anybody_is_logged_in() {
    let (mut door, _) = door();
    door.get_by_label("中文").click();
    door.run();
    door.get_by_label(ZH.login.to_register);
}

fn nameless_door(door: &Door) -> Vec<String> {
    crate::stage::nameless_of(door.root())
}

#[test]
fn what_is_encrypted_asks_for_its_passphrase() {
    let mut stage = Stage::new(Language::English);
    stage.session.tell(Told::Locked { is_wrong: false });
    let mut screen = screen_in(stage, Theme::Dark, Vec2::new(700.0, 500.0));
    assert!(screen.get_by_label(EN.login.passphrase).is_focused());
    screen.get_by_label(EN.login.passphrase).type_text("sesame");
    screen.run();
    press(&mut screen, Key::Enter);
    let asked = screen.state().wishes.iter().any(|wish| matches!(wish, Wish::Unlock { .. }));
    assert!(asked);
    screen.state_mut().session.tell(Told::Locked { is_wrong: true });
    screen.run();
    screen.get_by_label(EN.login.passphrase_wrong);
    assert_eq!(nameless(&screen), Vec::<String>::new());
}

#[test]
fn an_end_says_why_and_leads_back_to_the_login() {
    use longlink_client::{CloseReason, Ended};
    let mut stage = Stage::among_friends(Language::English);
    let number = CloseReason::LoggedOut.into();
    stage.session.tell(Told::Ended(Ended::Stopped { number, message: String::new() }));
    assert!(matches!(stage.session.link, LinkState::Ended { must_log_in: true, .. }));
    let mut screen = screen(stage);
    screen.get_by_label(EN.link.ended_title);
    screen.get_by_label(EN.link.ended_log_in).click();
    screen.run();
    assert_eq!(screen.state().left, Some(longlink_desktop::views::shell::Left::LogIn));
}
