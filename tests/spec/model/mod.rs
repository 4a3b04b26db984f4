//! Anything that a few people may do with one another, through any doors, against a model (E, G, U, S): what each is
//! answered and shown is what the model says, after every step, and after the server was started again.
//!
//! `step` has what may happen, `play` does it on both sides, `compare` looks at everything that can be seen; `truth`,
//! `groups` and `people` are the model, `doors` the way to the server. A failure names its steps, which stand from then
//! on in `model.regressions.txt`. `LONGLINK_MODEL_CASES` and `LONGLINK_MODEL_STEPS` make it longer than it is in CI.

mod compare;
mod doors;
mod groups;
mod people;
mod play;
mod step;
mod truth;

use proptest::prelude::*;
use proptest::test_runner::{FailurePersistence, FileFailurePersistence};

use play::Story;

const CASES: u32 = 6;
const STEPS: usize = 50;

fn from_environment<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// What once went wrong is told again first.
fn stories_that_failed() -> Option<Box<dyn FailurePersistence>> {
    Some(Box::new(FileFailurePersistence::Direct("tests/spec/model.regressions.txt")))
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: from_environment("LONGLINK_MODEL_CASES", CASES),
        failure_persistence: stories_that_failed(),
        // Each try is a whole story with a server on a disk.
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_people_do_each_sees_what_the_model_says(
        steps in prop::collection::vec(step::step(), 1..from_environment("LONGLINK_MODEL_STEPS", STEPS)),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut story = Story::begin().await;
            for step in steps {
                story.go_on(step).await;
            }
            story.end().await;
        });
    }
}
