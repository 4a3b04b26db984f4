//! What one does with a message, and how far it has come.

use super::words;

words! {
    Act:
    reply: "Answer", "回复";
    copy: "Copy text", "复制文字";
    copied: "Copied", "已复制";
    save: "Save file", "保存文件";
    edit: "Edit", "编辑";
    recall: "Take back", "撤回";
    recall_sure: "Take this message back? Everybody will see that you did.", "撤回这条消息？所有人都会看到你撤回过。";
    recall_other: "Take back what {name} wrote? Everybody will see that it was.", "撤回 {name} 的消息？所有人都会看到。";
    readers: "Who has read this", "谁读过";
    read_of_one: "Read by {n} of {members}", "{members} 人中有 {n} 人已读";
    read_of_other: "Read by {n} of {members}", "{members} 人中有 {n} 人已读";
    mention_all: "all", "所有人";
    mention_all_long: "all: everybody in this group", "所有人：本群全体成员";
    state_waiting: "Waiting to be sent", "等待发送";
    state_kept: "Kept by the server", "服务器已保存";
    state_delivered: "Arrived", "已送达";
    state_read: "Read", "已读";
    read_by_one: "Read by {n}", "{n} 人已读";
    read_by_other: "Read by {n}", "{n} 人已读";
    state_failed: "Not sent", "未发送";
    state_retry: "Try again", "重试";
    state_delete: "Delete", "删除";
    open_link: "Open {address}", "打开 {address}";
}
