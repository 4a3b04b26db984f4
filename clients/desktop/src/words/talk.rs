//! An open conversation.

use super::words;

words! {
    Talk:
    log: "Messages with {name}", "与 {name} 的消息";
    write: "Write a message", "输入消息";
    write_to: "Message to {name}", "发给 {name} 的消息";
    send: "Send", "发送";
    empty: "No messages yet", "还没有消息";
    begin: "This is where it began", "会话从这里开始";
    older: "Loading older messages…", "正在加载更早的消息…";
    loading: "Loading messages…", "正在加载消息…";
    offline: "Messages load when the connection is back.", "恢复连接后会加载消息。";
    new: "New", "新消息";
    to_end: "To the newest message", "跳到最新消息";
    typing1: "{a} is typing…", "{a} 正在输入…";
    typing2: "{a} and {b} are typing…", "{a} 和 {b} 正在输入…";
    typing_many: "Several people are typing…", "多人正在输入…";
    typing_short: "typing…", "正在输入…";
    none: "Pick a conversation", "选择一个会话";
    none_hint: "Or find somebody on the left and say hello.", "也可以在左侧找到某个人，打个招呼。";
    you: "You", "我";
    options: "Options of this conversation", "会话选项";
    pin: "Pin to the top", "置顶";
    unpin: "Unpin", "取消置顶";
    pinned: "Pinned", "已置顶";
    mute: "Mute", "消息免打扰";
    unmute: "Unmute", "取消免打扰";
    muted2: "Muted", "已免打扰";
    gap: "The server no longer keeps what was written before this", "更早的消息服务器已不再保存";
    act: "What to do with this message", "消息操作";
    edited: "edited", "已编辑";
    editing: "Editing your message", "编辑消息";
    replying: "Answering {name}", "回复 {name}";
    to_quoted: "To the message that this answers", "跳到被回复的消息";
    quote_gone: "A message that is not to be seen here", "无法查看的消息";
    recalled: "This message was taken back", "消息已撤回";
    recalled_by: "{name} took a message back", "{name} 撤回了一条消息";
    recalled_by_you: "You took this message back", "你撤回了一条消息";
    deleted: "This account was deleted. Nobody reads what is written here.", "此账号已注销，无法再收到消息。";
    only_admins: "Only admins write in this group.", "本群仅管理员可发言。";
    muted: "You may not write here until {time}.", "你已被禁言至 {time}。";
    muted_for_good: "You may not write here until further notice.", "你已被禁言，直到另行通知。";
    unknown_type: "A message of a kind that this program cannot show (type {type})", "此程序无法显示的消息（类型 {type}）";
    emoji: "Emoji", "表情";
    new_below_one: "{n} new message", "{n} 条新消息";
    new_below_other: "{n} new messages", "{n} 条新消息";
    retry_older: "Older messages could not be loaded. Try again", "更早的消息加载失败，点击重试";
}
