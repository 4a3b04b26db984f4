//! Pictures and files.

use super::words;

words! {
    Media:
    attach_choose: "Send pictures or files", "发送图片或文件";
    attach_title_one: "Send this file?", "发送此文件？";
    attach_title_other: "Send these {n} files?", "发送这 {n} 个文件？";
    attach_send_one: "Send", "发送";
    attach_send_other: "Send {n} files", "发送 {n} 个文件";
    attach_caption: "Write something along with it", "添加说明";
    attach_empty: "There is nothing in this file", "空文件";
    attach_drop: "Drop to send here", "松开即可发送到此会话";
    picture: "Picture", "图片";
    file: "File", "文件";
    picture_line: "[Picture] {text}", "[图片] {text}";
    file_line: "[File] {text}", "[文件] {text}";
    open: "Open {name}", "打开 {name}";
    save: "Save {name}", "保存 {name}";
    save_short: "Save", "保存";
    again: "Not loaded. Try again", "加载失败，点击重试";
    gone: "The server no longer has this", "服务器上已没有此文件";
    not_loaded: "The file could not be loaded. Try again.", "文件加载失败，请重试。";
    progress: "How much has gone through", "传输进度";
    cancel: "Cancel sending", "取消发送";
    stop: "Stop loading", "停止加载";
    leave_out: "Leave out {name}", "移除 {name}";
    open_file: "Open", "打开";
    saved_as: "Saved as {path}", "已保存到 {path}";
    not_saved: "The file could not be saved: {why}", "文件无法保存：{why}";
    pasted: "Picture.png", "图片.png";
}
