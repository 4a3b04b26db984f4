//! Whole accounts, model and bridge and disk, in front of a real server: what one person does, the other sees.

mod person;

mod coming_back;
mod files;
mod groups;
mod people;
mod talking;
