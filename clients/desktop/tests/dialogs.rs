//! The dialogs about people, groups, the account, and what is sent.

use eframe::egui::{Key, Theme, Vec2};
use egui_kittest::kittest::Queryable;
use longlink_client::{Code, pb};
use longlink_desktop::views::dialogs::{
    Attach, Card, GroupInfo, NewGroup, Passphrase, Password, Profile, SettingsDialog,
};
use longlink_desktop::views::env::Errand;
use longlink_desktop::words::{EN, Language, ZH};
use longlink_desktop_core::accounts::Theme as Chosen;
use longlink_desktop_core::model::{Answered, Asking, Wish};

use crate::stage::{ANNA, BOB, GROUP, ME, Screen, Stage, click, entry, press, screen, screen_in, type_into, user};

fn with(dialog: Box<dyn longlink_desktop::views::dialogs::Dialog>) -> Screen {
    let mut stage = Stage::among_friends(Language::English);
    stage.shell.open_dialog(dialog);
    screen(stage)
}

fn ok(answer: fn(i32) -> Answered) -> Answered {
    answer(Code::Ok.into())
}

#[test]
fn somebody_is_asked_to_be_a_contact_from_their_card() {
    let mut screen = with(Card::new(BOB));
    type_into(&mut screen, EN.contact.greeting, "it is me");
    click(&mut screen, EN.contact.ask);
    let fits = |asking: &Asking| match asking {
        Asking::ContactSet(request) => Some((request.user, request.greeting.clone())),
        _ => None,
    };
    let contact = Some(crate::stage::contact(BOB, "bob", pb::ContactState::Asked));
    let reply = pb::ContactSetReply { code: Code::Ok.into(), contact, ..pb::ContactSetReply::default() };
    let asked = screen.state_mut().answer(fits, Answered::ContactSet(reply));
    assert_eq!(asked, (BOB, "it is me".to_owned()));
    screen.run();
    screen.get_by_label(EN.contact.asked);
    click(&mut screen, EN.contact.card_write);
    assert_eq!(screen.state().session.thread.as_ref().map(|thread| thread.peer), Some(BOB));
}

#[test]
fn somebody_is_blocked_after_a_question() {
    let mut screen = with(Card::new(BOB));
    click(&mut screen, EN.contact.block_block);
    screen.get_by_label_contains("Block bob?");
    screen.get_all_by_label(EN.contact.block_block).last().unwrap().click();
    screen.run();
    let fits = |asking: &Asking| match asking {
        Asking::Block(request) => Some((request.user, request.blocked)),
        _ => None,
    };
    let reply = ok(|code| Answered::Block(pb::BlockReply { code, ..pb::BlockReply::default() }));
    assert_eq!(screen.state_mut().answer(fits, reply), (BOB, true));
}

#[test]
fn a_group_is_made_with_contacts_and_opened() {
    let mut screen = with(Box::new(NewGroup::default()));
    type_into(&mut screen, EN.group.name, "Walkers");
    click(&mut screen, "anna");
    click(&mut screen, EN.group.create);
    let fits = |asking: &Asking| match asking {
        Asking::GroupCreate(request) => Some((request.name.clone(), request.members.clone())),
        _ => None,
    };
    let reply = pb::GroupCreateReply { code: Code::Ok.into(), group: -9, ..pb::GroupCreateReply::default() };
    let asked = screen.state_mut().answer(fits, Answered::GroupCreate(reply));
    assert_eq!(asked, ("Walkers".to_owned(), vec![ANNA]));
    screen.run();
    assert_eq!(screen.state().session.thread.as_ref().map(|thread| thread.peer), Some(-9));
}

fn group_with_members() -> Screen {
    let mut screen = with(GroupInfo::new(GROUP));
    let members = pb::GroupMembersReply {
        code: Code::Ok.into(),
        members: vec![user(ME, "me"), user(ANNA, "anna"), user(BOB, "bob")],
        owner: ME,
        admins: vec![ANNA],
        ..pb::GroupMembersReply::default()
    };
    let fits = |asking: &Asking| matches!(asking, Asking::GroupMembers(_)).then_some(());
    screen.state_mut().answer(fits, Answered::GroupMembers(members));
    screen.run();
    screen
}

#[test]
fn members_are_muted_and_made_admins_by_their_menu() {
    let mut screen = group_with_members();
    screen.get_by_label("anna · admin");
    click(&mut screen, "What to do about bob");
    click(&mut screen, EN.group.silence_hour);
    let fits = |asking: &Asking| match asking {
        Asking::GroupMute(request) => Some((request.members.clone(), request.for_ms)),
        _ => None,
    };
    let reply = ok(|code| Answered::GroupMute(pb::GroupMuteReply { code, ..pb::GroupMuteReply::default() }));
    assert_eq!(screen.state_mut().answer(fits, reply), (vec![BOB], 3_600_000));
    screen.run();
    click(&mut screen, "What to do about bob");
    click(&mut screen, EN.group.make_admin);
    let fits = |asking: &Asking| match asking {
        Asking::GroupRole(request) => Some((request.members.clone(), request.role())),
        _ => None,
    };
    let reply = ok(|code| Answered::GroupRole(pb::GroupRoleReply { code, ..pb::GroupRoleReply::default() }));
    assert_eq!(screen.state_mut().answer(fits, reply), (vec![BOB], pb::GroupRole::Admin));
}

#[test]
fn the_rules_of_a_group_are_changed() {
    let mut screen = group_with_members();
    screen.get_by_label(EN.rule.only_admins_write).scroll_to_me();
    screen.run();
    click(&mut screen, EN.rule.only_admins_write);
    let fits = |asking: &Asking| match asking {
        Asking::GroupChange(request) => request.rules,
        _ => None,
    };
    let reply = ok(|code| Answered::GroupChange(pb::GroupChangeReply { code, ..pb::GroupChangeReply::default() }));
    assert!(screen.state_mut().answer(fits, reply).only_admins_write);
}

#[test]
fn the_profile_is_changed_and_says_so() {
    let mut screen = with(Profile::new(ME));
    type_into(&mut screen, EN.profile.nickname, "Mia");
    click(&mut screen, EN.dialog.save);
    let fits = |asking: &Asking| match asking {
        Asking::ProfileSet(request) => request.nickname.clone(),
        _ => None,
    };
    let user = Some(pb::User { nickname: "Mia".to_owned(), ..user(ME, "me") });
    let reply = pb::ProfileSetReply { code: Code::Ok.into(), user, ..pb::ProfileSetReply::default() };
    assert_eq!(screen.state_mut().answer(fits, Answered::ProfileSet(reply)), "Mia");
    screen.run_steps(3);
    screen.get_by_label(EN.dialog.saved);
}

#[test]
fn two_new_passwords_that_differ_are_not_sent() {
    let mut screen = with(Box::new(Password::default()));
    for (field, text) in
        [(EN.profile.password_old, "old"), (EN.profile.password_new, "new one"), (EN.profile.password_again, "other")]
    {
        type_into(&mut screen, field, text);
    }
    screen.get_all_by_label(EN.profile.password_change).last().unwrap().click();
    screen.run();
    screen.get_by_label(EN.profile.password_differ);
    let is_asked = |wish: &Wish| matches!(wish, Wish::Ask { asking: Asking::ChangePassword(_), .. });
    assert!(!screen.state().wishes.iter().any(is_asked));
}

#[test]
fn settings_change_the_language_and_the_colours_and_are_kept() {
    let mut screen = with(Box::new(SettingsDialog));
    screen.get_by_label(EN.settings.kept_readable);
    click(&mut screen, EN.settings.theme_dark);
    click(&mut screen, "中文");
    screen.get_by_label(ZH.settings.kept_readable);
    let stage = screen.state();
    assert_eq!((stage.settings.theme, stage.settings.language.as_deref()), (Chosen::Dark, Some("zh-CN")));
    assert!(stage.env.errands.contains(&Errand::KeepSettings));
}

#[test]
fn a_passphrase_is_asked_for_twice() {
    let mut screen = with(Box::new(Passphrase::default()));
    type_into(&mut screen, EN.login.passphrase, "sesame");
    type_into(&mut screen, EN.settings.passphrase_again, "open");
    click(&mut screen, EN.dialog.save);
    screen.get_by_label(EN.settings.passphrase_differ);
    type_into(&mut screen, EN.settings.passphrase_again, "");
    for _ in 0..4 {
        press(&mut screen, Key::Backspace);
    }
    type_into(&mut screen, EN.settings.passphrase_again, "sesame");
    click(&mut screen, EN.dialog.save);
    assert!(screen.state().wishes.iter().any(|wish| matches!(wish, Wish::Encrypt { .. })));
}

#[test]
fn files_are_shown_before_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let (full, empty) = (folder.path().join("notes.txt"), folder.path().join("nothing.bin"));
    std::fs::write(&full, vec![7; 1_500]).unwrap();
    std::fs::write(&empty, []).unwrap();
    let mut stage = Stage::among_friends(Language::English);
    stage.open(ANNA, &[entry(1, ANNA, ME, "send it")]);
    stage.shell.open_dialog(Attach::new(ANNA, 0, vec![full, empty]));
    let mut screen = screen_in(stage, Theme::Dark, Vec2::new(900.0, 700.0));
    screen.get_by_label("1.5 kB");
    screen.get_by_label(EN.media.attach_empty);
    screen.get_by_label(EN.media.attach_caption).type_text("here");
    screen.run();
    press(&mut screen, Key::Enter);
    let sent: Vec<_> = screen.state().wishes.iter().filter(|wish| matches!(wish, Wish::Send(_))).collect();
    assert_eq!(sent.len(), 1);
    screen.get_by_label("here");
    screen.get_by_label(EN.media.cancel);
}
