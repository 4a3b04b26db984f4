//! How the person likes the app, whichever account they use.

use serde::{Deserialize, Serialize};

use super::AccountKey;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// The settings of the app. What a file does not say is as it is by default, so that later versions read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSettings {
    /// `en`, `zh`; `None` as the system has it.
    pub language: Option<String>,
    pub theme: Theme,
    /// On top of the display's own: 1.0 as it comes.
    pub scale: f32,
    pub notifications: bool,
    /// Whether closing the window leaves the app in the tray.
    pub close_to_tray: bool,
    /// The account that was on the screen last.
    pub last_account: Option<AccountKey>,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            language: None,
            theme: Theme::System,
            scale: 1.0,
            notifications: true,
            close_to_tray: false,
            last_account: None,
        }
    }
}
