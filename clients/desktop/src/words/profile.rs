//! The own profile, password and account.

use super::words;

words! {
    Profile:
    title: "Your profile", "个人资料";
    login: "You log in as {name}", "登录名：{name}";
    nickname: "Nickname", "昵称";
    nickname_hint: "Shown in place of your name", "代替用户名显示";
    sex: "Sex", "性别";
    bio: "About you", "个人简介";
    hidden: "Do not show when I am online", "不显示我的在线状态";
    choose_picture: "Choose a picture", "选择图片";
    remove_picture: "Remove", "移除";
    password_change: "Change password", "修改密码";
    password_old: "Password so far", "当前密码";
    password_new: "New password", "新密码";
    password_again: "New password once more", "再次输入新密码";
    password_differ: "The two new passwords are not the same.", "两次输入的新密码不一致。";
    password_changed: "Your password is changed.", "密码已修改。";
    password_others: "All your other devices will be logged out.", "你的其他设备都将退出登录。";
    erase_title: "Delete account", "注销账号";
    erase_yes: "Delete my account", "注销我的账号";
    erase_what: "Your profile, contacts and files go, and you leave your groups. What you wrote stays with those to whom you wrote it, without your name.", "你的资料、联系人和文件会被删除，并退出所有群聊。你发出的消息仍保留在对方处，但不再显示你的名字。";
    erase_final: "This cannot be undone.", "此操作无法撤销。";
    erase_done: "Your account was deleted.", "你的账号已注销。";
}
