//! A group's rules, and joining by a link.

use super::words;

words! {
    Rule:
    title: "Rules", "群规则";
    join: "Joining by the link", "通过链接加入";
    join_closed: "Nobody", "不允许";
    join_approval: "When an admin accepts", "需管理员同意";
    join_open: "Everybody who has it", "任何有链接的人";
    only_admins_invite: "Only admins add people", "仅管理员可邀请";
    only_admins_write: "Only admins write", "仅管理员可发言";
    members_mention_all: "Everybody may mention all", "所有成员可@所有人";
    join_title: "Join by a link", "通过链接入群";
    join_what: "Somebody in the group gave you a link. What the group is shows once you are in, or have asked.", "请填写群成员给你的链接，加入或申请后即可看到群聊。";
    join_link: "Link", "链接";
    join_link_hint: "The whole address, or its end", "完整地址或其末尾部分";
    join_greeting: "A word to the admins", "给管理员的话";
    join_greeting_hint: "If they decide", "需要审核时会看到";
    join_join: "Join", "加入";
    join_asked: "The admins of “{name}” were asked. You will see the group when they accept.", "已向“{name}”的管理员申请，通过后你会看到该群聊。";
    join_no_link: "This is no link to a group.", "这不是群聊链接。";
    join_requests: "Asking to join", "入群申请";
    join_copy: "Copy the link", "复制链接";
    join_renew: "Make a new one", "更换链接";
    link_closed: "Nobody can join by a link. The rules change that.", "目前不能通过链接加入，可在群规则中修改。";
    join_open_note: "Who has the link can join at once.", "有链接的人可直接加入。";
    join_approval_note: "Who has the link can ask to join.", "有链接的人可申请加入。";
}
