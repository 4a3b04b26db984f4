//! The list of conversations, and searching.

use super::words;

words! {
    List:
    conversations: "Conversations", "会话";
    people: "People", "其他用户";
    none: "Nobody by that name", "没有找到";
    whole_name: "People are not listed here: enter somebody's whole name to find them.", "此服务器不公开用户列表，请输入完整的用户名查找。";
    more: "Show more", "显示更多";
    you: "You: {text}", "我：{text}";
    from: "{name}: {text}", "{name}：{text}";
    unread_one: "{n} unread message", "{n} 条未读消息";
    unread_other: "{n} unread messages", "{n} 条未读消息";
    mentioned: "you were mentioned", "有人提到了你";
    new: "New", "新建";
    search: "Search people and messages", "搜索联系人和消息";
    search_clear: "Empty the search", "清除搜索";
    messages_found: "Messages", "消息";
    draft: "Draft: {text}", "草稿：{text}";
    searching: "Searching…", "正在搜索…";
}
