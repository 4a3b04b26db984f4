//! Why something did not work, by the code of the refusal.

use super::words;

words! {
    Fail:
    code_1: "The server cannot read this.", "服务器无法读取此内容。";
    code_2: "This server does not know how to do that.", "此服务器不支持该操作。";
    code_5: "You may not do this here.", "你没有权限这样做。";
    code_6: "That person or group is not there, or not for you.", "此人或群聊不存在，或你不在其中。";
    code_7: "This name is taken.", "这个用户名已被使用。";
    code_8: "Name and password do not fit together.", "用户名或密码不正确。";
    code_9: "Your login has ended. Please log in again.", "登录已失效，请重新登录。";
    code_10: "This account is disabled.", "此账号已被停用。";
    code_11: "Nobody can register here by themselves, or this invitation is not valid.", "此服务器不开放注册，或邀请码无效。";
    code_12: "This is too long.", "内容太长。";
    code_13: "It is too late for this.", "已超过时限。";
    code_100: "Too much at once. Please wait a moment.", "操作太频繁，请稍候。";
    code_101: "The server is busy. Please try again in a moment.", "服务器繁忙，请稍后再试。";
    code_102: "The server cannot store anything right now.", "服务器暂时无法保存。";
    code_103: "The server is just stopping. Please try again in a moment.", "服务器正在停止，请稍后再试。";
    code_104: "The server failed at this. Please try again later.", "服务器出错，请稍后再试。";
    r#final: "The server refused (code {code}).", "服务器拒绝了请求（代码 {code}）。";
    temporary: "This does not work right now (code {code}). Please try again later.", "暂时无法完成（代码 {code}），请稍后再试。";
    lost: "The server cannot be reached.", "无法连接服务器。";
    register1: "The server does not take this name or this password. A password that is too short is the usual reason.", "服务器不接受此用户名或密码，通常是因为密码太短。";
    send5: "You may not write here.", "你不能在这里发言。";
    send6: "Nobody is there to get this.", "收件人不存在。";
    upload5: "You may not send files here, or have no room left for them.", "你不能发送文件，或空间已用完。";
    upload12: "This file is larger than the server takes.", "文件超过服务器允许的大小。";
    upload1: "The server does not take this file.", "服务器不接受此文件。";
    upload102: "The server has no room for files right now.", "服务器暂时没有空间保存文件。";
    password1: "The server does not take the new password. That it is too short is the usual reason.", "服务器不接受新密码，通常是因为太短。";
    password8: "The password so far is not right.", "当前密码不正确。";
    erase8: "The password is not right.", "密码不正确。";
    profile1: "The server does not take this. A nickname has at most 64 bytes, about you at most 500.", "服务器不接受。昵称最多 64 字节，简介最多 500 字节。";
    contact1: "The server does not take this. It may be too long.", "服务器不接受，内容可能太长。";
    contact5: "This person cannot be asked.", "无法添加此人。";
    contact12: "One of you two has as many contacts as the server allows.", "你或对方的联系人数量已达上限。";
    join5: "One cannot join this group now.", "目前无法加入此群聊。";
    join6: "This link is worth nothing any more.", "此链接已失效。";
    edit13: "It is too late to change or take back this message.", "已超过编辑或撤回的时限。";
    edit5: "You may not change or take back this message.", "你不能编辑或撤回此消息。";
    another_log: "The server was set up anew since you wrote this. Check to whom it goes before you send it.", "你写下这条消息后，服务器已重新建立。发送前请确认收件人。";
    devices: "You are logged in on as many devices as this server allows.", "你登录的设备数已达到此服务器的上限。";
    undecided: "No answer came. Look whether it was done, then try again.", "没有收到答复，请确认是否已完成后再试。";
    refused_text: "The server refused: {why}", "服务器拒绝：{why}";
    too_short: "This is too short: at least {min} bytes are needed.", "太短：至少需要 {min} 个字节。";
}
