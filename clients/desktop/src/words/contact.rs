//! Contacts, requests, those who are blocked, and cards.

use super::words;

words! {
    Contact:
    all: "Contacts", "联系人";
    requests: "Asking to be your contacts", "好友申请";
    waiting: "You asked", "等待对方同意";
    asking_one: "{n} person asks", "{n} 人申请";
    asking_other: "{n} people ask", "{n} 人申请";
    none: "You have no contacts yet. Find somebody, open their card, and ask them.", "还没有联系人。找到某人，打开名片即可添加。";
    add: "Add as a contact", "添加到联系人";
    ask: "Ask", "发送申请";
    asks: "Asks to be your contact", "请求添加你为联系人";
    asks_saying: "Asks to be your contact: “{text}”", "请求添加你为联系人：“{text}”";
    asked: "Asked, no answer yet", "已申请，等待对方同意";
    accept: "Accept", "接受";
    decline: "Decline", "拒绝";
    take_back: "Take it back", "撤回申请";
    greeting: "A word to them", "打个招呼";
    greeting_hint: "If you like", "可不填";
    alias: "What you call them", "备注名";
    remark: "Note", "备注";
    only_you: "Only you see it", "仅自己可见";
    remove: "Remove contact", "删除联系人";
    remove_sure: "Remove {name} from your contacts, and yourself from theirs?", "将 {name} 从联系人中删除？对方的联系人中也将不再有你。";
    block_title: "Blocked people", "黑名单";
    block_block: "Block", "拉黑";
    block_end: "Unblock", "解除拉黑";
    block_sure: "Block {name}? No messages will pass between you two. Groups stay as they are.", "拉黑 {name}？你们之间将无法互发消息，群聊不受影响。";
    block_none: "You have blocked nobody.", "黑名单为空。";
    block_what: "No messages pass between you and these people.", "你与以下用户之间无法互发消息。";
    card_title: "About this person", "名片";
    card_write: "Write a message", "发消息";
}
