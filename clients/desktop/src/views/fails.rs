//! Why something did not work, in words.

use longlink_client::Ended;
use longlink_desktop_core::model::{AnswerError, Failure};

use crate::words::{Words, fill};

/// What was tried, where that makes for better words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Any,
    Send,
    Upload,
    Hello,
    Register,
    Password,
    Erase,
    Profile,
    Contact,
    Join,
    Edit,
}

impl About {
    fn word(self) -> &'static str {
        match self {
            Self::Any => "code_",
            Self::Send => "send",
            Self::Upload => "upload",
            Self::Hello => "hello",
            Self::Register => "register",
            Self::Password => "password",
            Self::Erase => "erase",
            Self::Profile => "profile",
            Self::Contact => "contact",
            Self::Join => "join",
            Self::Edit => "edit",
        }
    }
}

/// A refusal by its number.
pub fn code_text(words: &Words, code: i32, about: About) -> String {
    let fail = &words.fail;
    if about == About::Hello && code == 5 {
        return fail.devices.to_owned();
    }
    let all = fail.all();
    for name in [format!("{}{code}", about.word()), format!("code_{code}")] {
        if let Some((_, said)) = all.iter().find(|(known, _)| *known == name) {
            return (*said).to_owned();
        }
    }
    let general = if (100..200).contains(&code) { fail.temporary } else { fail.r#final };
    fill(general, &[("code", &code.to_string())])
}

/// Why there is no answer that helps.
pub fn answer_text(words: &Words, error: &AnswerError, about: About) -> String {
    match error {
        AnswerError::Refused { code, .. } => code_text(words, i32::from(*code), about),
        AnswerError::Undecided => words.fail.undecided.to_owned(),
        AnswerError::Away => words.fail.lost.to_owned(),
        AnswerError::File(why) => fill(words.fail.refused_text, &[("why", why)]),
    }
}

/// Why a message was not sent.
pub fn failure_text(words: &Words, failure: &Failure, is_upload: bool) -> String {
    match failure {
        Failure::Refused(code) => code_text(words, *code, if is_upload { About::Upload } else { About::Send }),
        Failure::AnotherLog => words.fail.another_log.to_owned(),
        Failure::File(why) | Failure::Other(why) => fill(words.fail.refused_text, &[("why", why)]),
    }
}

/// Why a link ended for good.
pub fn ended_text(words: &Words, ended: &Ended) -> String {
    match ended {
        Ended::Closed => words.fail.lost.to_owned(),
        Ended::LoginRefused(refused) => code_text(words, i32::from(refused.code), About::Hello),
        Ended::Stopped { number, .. } => fill(words.link.ended_stopped_why, &[("reason", &number.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;

    #[test]
    fn a_refusal_is_told_by_what_was_tried() {
        assert_eq!(code_text(&EN, 5, About::Send), "You may not write here.");
        assert_eq!(code_text(&EN, 5, About::Any), "You may not do this here.");
        assert_eq!(code_text(&EN, 5, About::Hello), EN.fail.devices);
        assert!(code_text(&EN, 77, About::Any).contains("77"));
        assert!(code_text(&EN, 150, About::Any).contains("try again later"));
    }
}
