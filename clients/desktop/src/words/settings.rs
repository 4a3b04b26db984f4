//! What a person chooses, and the keyboard.

use super::words;

words! {
    Settings:
    language: "Language", "语言";
    theme: "Appearance", "外观";
    theme_auto: "As the system", "跟随系统";
    theme_light: "Light", "浅色";
    theme_dark: "Dark", "深色";
    settings: "Settings", "设置";
    log_out: "Log out", "退出登录";
    log_out_forget: "Log out and delete what is kept here", "退出并删除本机内容";
    log_out_sure: "You will have to enter your password again. What is kept on this machine stays.", "再次使用时需要重新输入密码，本机保存的内容会保留。";
    log_out_forget_sure: "Messages, files and drafts on this machine are deleted, also those that are not sent yet. They stay on the server.", "本机的消息、文件、草稿和未发出的内容都会被删除，服务器上的不受影响。";
    log_out_unsent: "Some of your messages are not sent yet. They stay on this machine and go out when you log in again.", "还有消息没有发出。它们会留在本机，等你再次登录后发送。";
    scale: "Size", "大小";
    notifications: "Notify me of new messages", "新消息通知";
    close_to_tray: "Closing the window leaves the program in the tray", "关闭窗口后在托盘继续运行";
    privacy: "On this machine", "在本机上";
    kept_readable: "What is kept of this account on this machine is not encrypted: whoever can read your files can read your messages. A passphrase encrypts them.", "本机保存的此账号内容没有加密：能读取你文件的人都能看到你的消息。设置密码短语后会加密保存。";
    kept_encrypted: "What is kept of this account on this machine is encrypted by your passphrase.", "本机保存的此账号内容已用密码短语加密。";
    passphrase_set: "Set a passphrase", "设置密码短语";
    passphrase_change: "Change the passphrase", "更改密码短语";
    passphrase_remove: "Remove the passphrase", "移除密码短语";
    passphrase_again: "Passphrase once more", "再次输入密码短语";
    passphrase_differ: "The two passphrases are not the same.", "两次输入的密码短语不一致。";
    passphrase_lost: "Without it, what is kept here cannot be opened again. Nobody can find it out for you.", "忘记后将无法再打开本机内容，没有人能帮你找回。";
    shortcuts: "Keyboard", "键盘快捷键";
    key_search: "Search", "搜索";
    key_new: "New", "新建";
    key_next: "Next conversation", "下一个会话";
    key_previous: "Previous conversation", "上一个会话";
    key_send: "Send", "发送";
    key_line: "New line", "换行";
    key_edit_last: "Edit your last message", "编辑上一条消息";
    key_messages: "Go through the messages, with Enter for what can be done", "浏览消息，按回车键操作";
    key_settings: "Settings", "设置";
    key_help: "This list", "显示此列表";
    key_close: "Close, or leave the field", "关闭或离开输入框";
    key_attach: "Send pictures or files", "发送图片或文件";
    accounts: "Accounts", "账号";
    open_window: "Open", "打开";
    quit: "Quit", "退出程序";
}
