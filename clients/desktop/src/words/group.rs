//! Groups and what one does about them.

use super::words;

words! {
    Group:
    new: "New group", "新建群聊";
    left: "You are not in this group any more", "你已不在此群聊中";
    name: "Name of the group", "群聊名称";
    add: "Add people", "添加成员";
    add_hint: "Find people by name", "按名字查找";
    create: "Create group", "创建群聊";
    invite: "Add to the group", "加入群聊";
    info: "About this group", "群聊信息";
    leave: "Leave group", "退出群聊";
    leave_sure: "Leave “{name}”? You will not see what is written there afterwards.", "退出“{name}”？之后的消息你将看不到。";
    leave_owner: "Leave “{name}”? It is handed over to the admin or member who has been in it for longest. You will not see what is written there afterwards.", "退出“{name}”？群主将转让给入群最久的管理员或成员，之后的消息你将看不到。";
    owner: "owner", "群主";
    remove: "Remove {name}", "移除 {name}";
    admin: "admin", "管理员";
    silent: "muted", "已禁言";
    member_options: "What to do about {name}", "对 {name} 的操作";
    make_admin: "Make admin", "设为管理员";
    end_admin: "End being admin", "取消管理员";
    silence_hour: "Mute for an hour", "禁言一小时";
    silence_day: "Mute for a day", "禁言一天";
    silence: "Mute until further notice", "一直禁言";
    unsilence: "Let write again", "解除禁言";
    hand_over: "Hand the group over", "转让群主";
    hand_over_sure: "{name} will be the owner of this group, and you an admin.", "{name} 将成为群主，你将成为管理员。";
    remove_member: "Remove from the group", "移出群聊";
    remove_sure: "Remove {name}? They will not see what is written here afterwards.", "将 {name} 移出群聊？之后的消息对方将看不到。";
    dissolve: "End the group", "解散群聊";
    dissolve_sure: "End “{name}” for everybody? Nobody will be able to write here any more.", "为所有人解散“{name}”？之后谁也不能在此发言。";
}
