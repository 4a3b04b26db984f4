//! What is seen. Views call the model's methods and read its fields; what is to happen outside of both they leave as
//! errands. None of them reads a clock or a file.

pub mod avatar;
pub mod banner;
pub mod dates;
pub mod dialogs;
pub mod entrance;
pub mod env;
pub mod fails;
pub mod links;
pub mod names;
pub mod parts;
pub mod pictures;
pub mod shell;
pub mod sidebar;
pub mod talk;
pub mod theme;
pub mod toast;
