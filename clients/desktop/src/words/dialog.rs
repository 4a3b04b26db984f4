//! What every dialog has.

use super::words;

words! {
    Dialog:
    close: "Close", "关闭";
    cancel: "Cancel", "取消";
    save: "Save", "保存";
    saved: "Saved", "已保存";
}
