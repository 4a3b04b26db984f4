//! What a person does at the beginning: start the program, log in, open a conversation.

use std::path::Path;

use longlink_desktop_screens::display::Display;
use longlink_desktop_screens::server::Server;
use longlink_desktop_screens::window::Window;

pub(crate) const PASSWORD: &str = "wonder";

/// What the tests look for in a window, in its language.
pub(crate) struct Words {
    pub(crate) locale: &'static str,
    pub(crate) name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) connected: &'static str,
    pub(crate) search: &'static str,
    pub(crate) message: &'static str,
}

pub(crate) const ENGLISH: Words = Words {
    locale: "en_US.UTF-8",
    name: "Name",
    password: "Password",
    connected: "Connected",
    search: "Search people",
    message: "Message to {name}",
};

pub(crate) const CHINESE: Words = Words {
    locale: "zh_CN.UTF-8",
    name: "用户名",
    password: "密码",
    connected: "已连接",
    search: "搜索联系人",
    message: "发给 {name} 的消息",
};

/// Opens the program with the server's address, in a language.
pub(crate) fn start<'d>(display: &'d Display, server: &Server, data: &Path, x: u32, words: &Words) -> Window<'d> {
    let (tcp, http) = (server.tcp.to_string(), server.http.port().to_string());
    Window::open(display, data, x, |command| {
        command.args(["--server", &tcp, "--http-port", &http]).env("LANG", words.locale);
    })
}

/// Types a name and a password, and waits until the window is connected.
pub(crate) fn log_in(window: &mut Window, name: &str, words: &Words) {
    window.focus();
    window.sees_where(words.name, |said| said.name == words.name && said.has_focus);
    window.types(name);
    window.key_to("Tab", words.password);
    window.types(PASSWORD);
    window.key("Return");
    window.sees(words.connected);
}

/// Finds somebody by the search field, and opens the conversation.
pub(crate) fn open(window: &mut Window, name: &str, words: &Words) {
    window.key_to("ctrl+k", words.search);
    window.types(name);
    // The line of the list begins with the name.
    window.sees(&format!("{name}, "));
    window.key("Return");
    let field = words.message.replace("{name}", name);
    window.sees_where(&field, |said| said.name == field && said.has_focus);
}
