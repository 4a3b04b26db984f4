//! What people and groups are called, and who is there.

use super::words;

words! {
    Peer:
    everyone: "Everyone", "所有人";
    everyone_hint: "All who have an account here", "所有注册用户";
    with_you: "{name} (you)", "{name}（自己）";
    unknown: "User {id}", "用户 {id}";
    unknown_group: "Group {id}", "群聊 {id}";
    online: "Online", "在线";
    offline: "Offline", "离线";
    deleted: "Deleted account", "已注销的账号";
    seen_now: "Last seen just now", "刚刚在线";
    seen_minutes_one: "Last seen {n} minute ago", "{n} 分钟前在线";
    seen_minutes_other: "Last seen {n} minutes ago", "{n} 分钟前在线";
    seen_today: "Last seen today at {time}", "今天 {time} 在线";
    seen_yesterday: "Last seen yesterday at {time}", "昨天 {time} 在线";
    seen_day: "Last seen on {day}", "{day} 在线";
    sex_none: "Not said", "未填写";
    sex_female: "Woman", "女";
    sex_male: "Man", "男";
    sex_other: "Neither", "其他";
    members_one: "{n} member", "{n} 位成员";
    members_other: "{n} members", "{n} 位成员";
}
