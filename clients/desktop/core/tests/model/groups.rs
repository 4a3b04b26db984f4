//! Groups: what happens to them, what the person may, what they ask.

use longlink_client::pb::{self, GroupEvent, GroupEventKind, GroupRole};
use longlink_desktop_core::model::{
    AnswerError, Answered, Asking, Member, Name, NewMessage, Opened, Silence, Ticket, Told, Unfit, Wish,
};

use super::support::*;

/// In a group, with this role.
fn inside(role: GroupRole) -> Stage {
    let mut stage = Stage::online(0);
    stage.connect(0, 0);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::GroupList(_)).then_some(()));
    let groups = vec![group(GROUP, "friends", role)];
    stage.answer(ticket, Answered::GroupList(pb::GroupListReply { groups, ..Default::default() }));
    stage.settle_but_groups();
    stage
}

impl Stage {
    fn settle_but_groups(&mut self) {
        self.all_asked(|asking| (!matches!(asking, Asking::GroupList(_))).then_some(()));
        self.wishes();
    }

    fn happens(&mut self, place: i64, from: i64, what: GroupEvent) {
        self.entries([event(place, from, GROUP, what)]);
    }
}

#[test]
fn events_keep_a_group_right() {
    let mut stage = inside(GroupRole::Member);
    stage.happens(1, ANNA, GroupEvent { name: "family".into(), ..of_kind(GroupEventKind::Renamed, &[]) });
    assert_eq!(stage.session.name_of(GROUP), Name::Text("family"));
    stage.happens(2, ANNA, GroupEvent { picture: "ab".into(), ..of_kind(GroupEventKind::PictureChanged, &[]) });
    assert_eq!(stage.session.picture_of(GROUP), Some("ab"));
    let rules = pb::GroupRules { only_admins_write: true, ..Default::default() };
    stage.happens(3, ANNA, GroupEvent { rules: Some(rules), ..of_kind(GroupEventKind::RulesChanged, &[]) });
    assert_eq!(stage.session.groups.silence(GROUP, NOON), Some(Silence::Admins));
    stage.happens(4, ANNA, of_kind(GroupEventKind::AdminsMade, &[ME]));
    assert!(stage.session.groups.is_admin(GROUP));
    assert_eq!(stage.session.groups.silence(GROUP, NOON), None);
    stage.happens(5, ANNA, GroupEvent { until_ms: NOON + 10, ..of_kind(GroupEventKind::Muted, &[ME]) });
    assert_eq!(stage.session.groups.silence(GROUP, NOON), Some(Silence::Muted { until_ms: NOON + 10 }));
    assert_eq!(stage.session.groups.silence(GROUP, NOON + 10), None, "its time is over");
    stage.happens(6, ANNA, of_kind(GroupEventKind::HandedOver, &[ME]));
    assert_eq!(
        (stage.session.groups.role(GROUP), stage.session.groups.get(GROUP).unwrap().owner),
        (GroupRole::Owner, ME)
    );
    assert_eq!(stage.session.groups.silence(GROUP, NOON), None, "a mute ends when the muted one becomes the owner");
    stage.happens(7, ME, of_kind(GroupEventKind::HandedOver, &[ANNA]));
    assert_eq!(stage.session.groups.role(GROUP), GroupRole::Admin);
    stage.happens(8, ANNA, of_kind(GroupEventKind::AdminsEnded, &[ME]));
    assert!(!stage.session.groups.is_admin(GROUP));
    assert_eq!(stage.unread(GROUP), (0, 0), "none of it is unread");
}

#[test]
fn what_events_do_not_tell_is_asked_for_together() {
    let mut stage = inside(GroupRole::Member);
    for place in 1..=20 {
        stage.happens(place, ANNA, of_kind(GroupEventKind::Joined, &[1_000 + place]));
    }
    stage.pass(300);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::GroupList(_)).then_some(()));
    let groups = vec![pb::Group { member_count: 23, ..group(GROUP, "friends", GroupRole::Member) }];
    stage.answer(ticket, Answered::GroupList(pb::GroupListReply { groups, ..Default::default() }));
    assert_eq!(stage.session.groups.get(GROUP).unwrap().member_count, 23);
}

#[test]
fn leaving_being_put_out_and_dissolving_end_it_and_leave_its_name_and_what_was_said() {
    let ends = [
        (ME, of_kind(GroupEventKind::Left, &[ME])),
        (ANNA, of_kind(GroupEventKind::Removed, &[BEN, ME])),
        (ANNA, of_kind(GroupEventKind::Dissolved, &[ANNA, ME])),
    ];
    for (by, end) in ends {
        let mut stage = inside(GroupRole::Member);
        stage.entries([text(1, ANNA, GROUP, "bye")]);
        stage.happens(2, by, end);
        assert!(stage.session.groups.is_left(GROUP));
        assert_eq!(stage.session.name_of(GROUP), Name::Text("friends"));
        assert_eq!(stage.list(), [GROUP]);
        assert_eq!(stage.session.groups.silence(GROUP, NOON), Some(Silence::Left));
        assert_eq!(stage.session.send(GROUP, NewMessage::text("wait")), Err(Unfit::NotAllowed));
        // After a restart it is as well known as before.
        let kept = stage.take(|wish| match wish {
            Wish::KeepGroups(groups) => Some(groups.clone()),
            _ => None,
        });
        let mut again = Stage::new();
        again.tell(Told::Opened(Box::new(Opened { user_id: ME, groups: kept.concat(), ..Opened::default() })));
        assert!(again.session.groups.is_left(GROUP));
        assert_eq!(again.session.name_of(GROUP), Name::Text("friends"));
    }
    let mut stage = inside(GroupRole::Member);
    stage.happens(1, ANNA, of_kind(GroupEventKind::Left, &[ANNA]));
    assert!(!stage.session.groups.is_left(GROUP), "another one's leaving ends nothing");
}

#[test]
fn a_group_that_one_left_while_away_is_not_in_the_list_of_groups() {
    let mut stage = inside(GroupRole::Member);
    stage.connect(0, 0);
    let (ticket, _) = stage.asked(|asking| matches!(asking, Asking::GroupList(_)).then_some(()));
    stage.answer(ticket, Answered::GroupList(pb::GroupListReply::default()));
    assert!(stage.session.groups.is_left(GROUP));
}

#[test]
fn members_come_a_page_at_a_time_with_what_they_are() {
    let mut stage = inside(GroupRole::Admin);
    stage.session.ask_members(GROUP);
    stage.session.ask_members(GROUP);
    let members = |asking: &Asking| match asking {
        Asking::GroupMembers(request) => Some(request.after),
        _ => None,
    };
    let (ticket, after) = stage.asked(members);
    assert_eq!(after, 0);
    let page = |ids: &[i64], more| pb::GroupMembersReply {
        members: ids.iter().map(|id| user(*id, "somebody")).collect(),
        more,
        owner: ANNA,
        admins: vec![ME],
        muted: vec![pb::GroupMuted { user: BEN, until_ms: -1 }],
        ..Default::default()
    };
    stage.answer(ticket, Answered::GroupMembers(page(&[ME, ANNA], true)));
    assert!(stage.session.groups.members(GROUP).unwrap().all.is_empty(), "shown when it is whole");
    let (ticket, after) = stage.asked(members);
    assert_eq!(after, ANNA);
    stage.answer(ticket, Answered::GroupMembers(page(&[BEN], false)));
    let found = stage.session.groups.members(GROUP).unwrap().clone();
    let expected = [(ME, GroupRole::Admin, 0), (ANNA, GroupRole::Owner, 0), (BEN, GroupRole::Member, -1)];
    assert_eq!(found.all, expected.map(|(user, role, muted_until_ms)| Member { user, role, muted_until_ms }));
    assert!(found.is_whole);
    assert_eq!(
        found.all.iter().map(|it| stage.session.groups.is_above(GROUP, *it)).collect::<Vec<_>>(),
        [false, false, true]
    );
    stage.happens(1, ANNA, of_kind(GroupEventKind::Joined, &[77]));
    assert!(!stage.session.groups.members(GROUP).unwrap().is_whole, "it is to be read again");
    stage.session.ask_members(GROUP);
    assert_eq!(stage.asked(members).1, 0);
}

#[test]
fn a_group_is_made_once_however_often_it_is_tried() {
    let mut stage = Stage::online(0);
    let creates = |asking: &Asking| match asking {
        Asking::GroupCreate(request) => Some(request.clone()),
        _ => None,
    };
    let ticket = stage.session.create_group(" friends ", vec![ANNA, BEN]).unwrap();
    let (_, first) = stage.asked(creates);
    assert_eq!((first.name.as_str(), first.members.as_slice()), ("friends", &[ANNA, BEN][..]));
    stage.fail(ticket, AnswerError::Undecided);
    let ticket = stage.session.create_group("friends", vec![ANNA, BEN]).unwrap();
    let (_, second) = stage.asked(creates);
    assert_eq!(first.client_msg_id, second.client_msg_id);
    stage.answer(
        ticket,
        Answered::GroupCreate(pb::GroupCreateReply { group: GROUP, queue_id: 1, ..Default::default() }),
    );
    assert_eq!(stage.session.groups.made, Some(GROUP));
    stage.session.create_group("friends", vec![ANNA, BEN]).unwrap();
    assert_ne!(stage.asked(creates).1.client_msg_id, first.client_msg_id, "that is another group");
    assert_eq!(stage.session.create_group(" ", vec![]), Err(Unfit::Empty));
    assert_eq!(stage.session.create_group("x", vec![1; 101]), Err(Unfit::TooMany { count: 101, max: 100 }));
}

#[test]
fn what_changes_a_group_is_asked_and_the_group_is_read_again() {
    type Deed = fn(&mut Stage) -> Ticket;
    let deeds: [(Deed, &str); 9] = [
        (|stage| stage.session.invite(GROUP, vec![BEN]).unwrap(), "GroupInvite"),
        (|stage| stage.session.rename_group(GROUP, "x").unwrap(), "GroupChange"),
        (|stage| stage.session.set_group_rules(GROUP, pb::GroupRules::default()), "GroupChange"),
        (|stage| stage.session.remove_group_picture(GROUP), "GroupChange"),
        (|stage| stage.session.remove_members(GROUP, vec![BEN]).unwrap(), "GroupRemove"),
        (|stage| stage.session.set_role(GROUP, BEN, GroupRole::Admin), "GroupRole"),
        (|stage| stage.session.hand_over(GROUP, BEN), "GroupRole"),
        (|stage| stage.session.mute_member(GROUP, BEN, -1), "GroupMute"),
        (|stage| stage.session.answer_request(GROUP, BEN, true), "GroupAnswer"),
    ];
    for (deed, name) in deeds {
        let mut stage = inside(GroupRole::Owner);
        deed(&mut stage);
        let (ticket, asked) = stage.asked(|asking| Some(format!("{asking:?}")));
        assert!(asked.starts_with(name), "{asked}");
        // What the answers say is nothing, whichever it is.
        stage.answer(ticket, Answered::GroupChange(pb::GroupChangeReply::default()));
        stage.asked(|asking| matches!(asking, Asking::GroupList(_)).then_some(()));
    }
}

#[test]
fn leaving_is_seen_when_it_is_answered() {
    let mut stage = inside(GroupRole::Member);
    let ticket = stage.session.leave_group(GROUP);
    assert!(!stage.session.groups.is_left(GROUP));
    stage.answer(ticket, Answered::GroupLeave(pb::GroupLeaveReply::default()));
    assert!(stage.session.groups.is_left(GROUP));
}

#[test]
fn a_link_is_shown_until_the_rules_let_nobody_join() {
    let mut stage = inside(GroupRole::Admin);
    let ticket = stage.session.ask_group_link(GROUP, false);
    stage.answer(ticket, Answered::GroupLink(pb::GroupLinkReply { link: "abc".into(), ..Default::default() }));
    assert_eq!(stage.session.groups.link(GROUP), Some("abc"));
    let mut rules = pb::GroupRules { only_admins_write: true, ..Default::default() };
    rules.set_join(pb::GroupJoin::Open);
    stage.happens(1, ANNA, GroupEvent { rules: Some(rules), ..of_kind(GroupEventKind::RulesChanged, &[]) });
    assert_eq!(stage.session.groups.link(GROUP), Some("abc"), "it still leads there");
    stage.happens(2, ANNA, of_kind(GroupEventKind::RulesChanged, &[]));
    assert_eq!(stage.session.groups.link(GROUP), None);
}

#[test]
fn joining_tells_whether_one_is_in_or_has_to_wait() {
    let mut stage = Stage::online(0);
    let ticket = stage.session.join_group(" abc ", "it's me").unwrap();
    let (_, request) = stage.asked(|asking| match asking {
        Asking::GroupJoin(request) => Some(request.clone()),
        _ => None,
    });
    assert_eq!((request.link.as_str(), request.greeting.as_str()), ("abc", "it's me"));
    let reply = pb::GroupJoinReply { group: GROUP, name: "friends".into(), joined: false, ..Default::default() };
    stage.answer(ticket, Answered::GroupJoin(reply.clone()));
    assert_eq!(stage.session.groups.joined, Some(reply));
    assert_eq!(stage.session.join_group(" ", ""), Err(Unfit::Empty));
}

#[test]
fn who_asks_to_join_is_listed_until_they_are_answered_or_come_in() {
    let mut stage = inside(GroupRole::Admin);
    stage.session.ask_requests(GROUP);
    let requests = |asking: &Asking| match asking {
        Asking::GroupRequests(request) => Some(request.after),
        _ => None,
    };
    let (ticket, _) = stage.asked(requests);
    let of = |id| pb::GroupRequest { user: Some(user(id, "somebody")), ..Default::default() };
    let page = |id, more| {
        Answered::GroupRequests(pb::GroupRequestsReply { requests: vec![of(id)], more, ..Default::default() })
    };
    stage.answer(ticket, page(20, true));
    let (ticket, after) = stage.asked(requests);
    assert_eq!(after, 20);
    stage.answer(ticket, page(21, false));
    stage.tell(Told::GroupRequest(pb::GroupRequestPush { group: GROUP, request: Some(of(22)) }));
    let who = |stage: &Stage| -> Vec<i64> {
        stage.session.groups.requests(GROUP).filter_map(|it| Some(it.user.as_ref()?.id)).collect()
    };
    assert_eq!(who(&stage), [20, 21, 22]);
    let ticket = stage.session.answer_request(GROUP, 20, false);
    stage.answer(ticket, Answered::GroupAnswer(pb::GroupAnswerReply::default()));
    stage.happens(1, ANNA, of_kind(GroupEventKind::Joined, &[21]));
    assert_eq!(who(&stage), [22]);
}
