//! What happened to a group.

use super::words;

words! {
    Event:
    created: "{who} made the group “{name}”", "{who}创建了群聊“{name}”";
    joined: "{who} added {whom}", "{who}邀请{whom}加入了群聊";
    left: "{whom} left", "{whom}退出了群聊";
    joined_self: "{who} joined", "{who}加入了群聊";
    removed: "{who} removed {whom}", "{who}将{whom}移出了群聊";
    renamed: "{who} named the group “{name}”", "{who}将群聊改名为“{name}”";
    picture: "{who} changed the group's picture", "{who}更换了群头像";
    rules: "{who} changed the group's rules", "{who}修改了群规则";
    admins_made: "{who} made {whom} admin", "{who}将{whom}设为管理员";
    admins_ended: "{who} ended {whom} being admin", "{who}取消了{whom}的管理员身份";
    admin_ended_self: "{who} gave up being admin", "{who}卸任了管理员";
    handed_over: "{who} handed the group over to {whom}", "{who}将群主转让给了{whom}";
    muted: "{who} muted {whom} until {time}", "{who}将{whom}禁言至 {time}";
    muted_for_good: "{who} muted {whom}", "{who}将{whom}禁言";
    unmuted: "{who} let {whom} write again", "{who}解除了{whom}的禁言";
    dissolved: "{who} ended the group", "{who}解散了群聊";
    other: "Something happened to the group", "群聊发生了变化";
    you: "You", "你";
    you_object: "you", "你";
    and: "{a} and {b}", "{a}和{b}";
    and_more_one: "{a} and {n} more", "{a}等 {n} 人";
    and_more_other: "{a} and {n} more", "{a}等 {n} 人";
}
