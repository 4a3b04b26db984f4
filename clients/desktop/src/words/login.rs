//! Coming in: accounts, the server, the passphrase.

use super::words;

words! {
    Login:
    app_tagline: "Messages that arrive. Once, in order, and kept.", "消息必达：不丢、不重、不乱序。";
    title: "Log in", "登录";
    name: "Name", "用户名";
    password: "Password", "密码";
    submit: "Log in", "登录";
    busy: "Logging in…", "正在登录…";
    to_register: "New here? Create an account", "还没有账号？注册一个";
    again: "Your login has ended. Please log in again.", "登录已失效，请重新登录。";
    show: "Show password", "显示密码";
    hide: "Hide password", "隐藏密码";
    register_title: "Create an account", "注册账号";
    register_submit: "Create account", "注册";
    register_busy: "Creating your account…", "正在注册…";
    register_invitation: "Invitation code", "邀请码";
    register_invitation_hint: "Only if you were given one", "没有可不填";
    register_to_login: "Have an account? Log in", "已有账号？去登录";
    server: "Server", "服务器";
    host: "Address", "地址";
    port: "Port of the link", "长连接端口";
    http_port: "Port for files (HTTP)", "文件端口（HTTP）";
    tls: "Encryption of the connection", "连接加密";
    tls_system: "TLS, by the certificates of this system (none to this machine itself)", "TLS，使用系统证书验证（连接本机时不加密）";
    tls_ca: "TLS, checked by a certificate file", "TLS，使用证书文件验证";
    tls_pinned: "TLS, with one known certificate", "TLS，仅信任指定证书";
    tls_none: "None", "不加密";
    tls_none_warning: "Without encryption, everybody on the way reads your password and your messages.", "不加密时，途经的任何人都能看到你的密码和消息。";
    ca_file: "Certificate file (PEM)", "证书文件（PEM）";
    pin: "SHA-256 of the certificate", "证书的 SHA-256";
    choose_file: "Choose…", "选择…";
    bad_port: "A port is a number from 1 to 65535.", "端口是 1 到 65535 之间的数字。";
    no_host: "Where is the server?", "请填写服务器地址。";
    choose_account: "Who are you?", "选择账号";
    other_account: "Another account", "其他账号";
    forget_account: "Forget {name} here", "在此删除 {name}";
    secret_keyring: "Your login is kept in the keyring of this system.", "登录凭据保存在系统密钥环中。";
    secret_file: "This system has no keyring: your login is kept in a file that only your user account reads.", "系统没有密钥环：登录凭据保存在仅你的系统用户可读的文件中。";
    passphrase_title: "Unlock", "解锁";
    passphrase_why: "What is kept on this machine is encrypted.", "本机保存的内容已加密。";
    passphrase: "Passphrase", "密码短语";
    passphrase_wrong: "This passphrase does not fit.", "密码短语不正确。";
    passphrase_open: "Open", "打开";
    opening: "Opening…", "正在打开…";
}
