//! How one is connected.

use super::words;

words! {
    Link:
    status_connecting: "Connecting…", "正在连接…";
    status_online: "Connected", "已连接";
    status_away: "Not connected", "未连接";
    banner_connecting: "Connecting…", "正在连接…";
    banner_reconnecting: "Reconnecting… What you write is kept and sent when the connection is back.", "正在重新连接…你写的内容会保存，连上后自动发送。";
    banner_retry_in: "No connection. Next try in {seconds} s. What you write is kept.", "连接已断开，{seconds} 秒后重试。你写的内容会保存。";
    banner_retry_now: "Try now", "立即重试";
    ended_stopped_why: "The server ended the connection for good (reason {reason}). Coming back may not help until something is changed.", "服务器结束了连接（原因 {reason}）。在情况改变之前，重新连接可能无效。";
    ended_again: "Connect again", "重新连接";
    ended_title: "Disconnected", "已断开连接";
    ended_log_in: "Log in again", "重新登录";
    set_aside: "What was kept on this machine could not be read and lies in {path} now. It comes anew from the server.", "本机保存的内容无法读取，已移至 {path}，将重新从服务器获取。";
    store_failed: "This machine cannot keep anything: {why}", "本机无法保存内容：{why}";
}
