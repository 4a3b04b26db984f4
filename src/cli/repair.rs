//! `longlink log repair`: says what it comes to, and does it when it is told to.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::operator::check_engine;
use super::{Failure, archive};
use crate::config::Config;
use crate::plan::check_data;
use crate::store::embedded::{Plan, Repair};

/// What was found and what it comes to, on standard output. Without `yes` nothing is done, which is a failure: the store
/// is still damaged.
pub(super) fn repair(config: &Config, yes: bool) -> Result<(), Failure> {
    check_engine(config)?;
    check_data(config)?;
    let folder = config.data_dir.display();
    let Some(repair) = Repair::prepare(&config.data_dir).map_err(archive::not_open)? else {
        let _ = writeln!(io::stdout(), "the store is whole: there is nothing to repair");
        return Ok(());
    };
    let _ = write!(io::stdout(), "{}", shown(&repair.plan));
    if !yes {
        return Err(Failure::Failed(format!(
            "nothing was done: a copy of {folder} from before may have more; to go on with what is left, \
             `longlink log repair --yes`"
        )));
    }
    let old = repair.carry_out().map_err(archive::not_open)?;
    let old = old.display();
    let _ = writeln!(io::stdout(), "done; what was damaged is in {old}, and may be removed when nobody needs it");
    Ok(())
}

fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for problem in &plan.problems {
        let _ = writeln!(text, "damaged: {problem}");
    }
    let more = plan.problem_count.saturating_sub(plan.problems.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "damaged: {more} places more");
    }
    let _ = writeln!(text, "\n{} entries can be read, up to {}", plan.entries, plan.head);
    match plan.lost_count {
        0 => text += "no entry is lost\n",
        count => {
            let _ = writeln!(text, "entries that would be lost: {count}");
            for (first, last) in &plan.lost {
                let _ = match first == last {
                    true => writeln!(text, "  {first}"),
                    false => writeln!(text, "  {first} to {last}"),
                };
            }
            text += "whose they were cannot be told; if one told of a group, look at who is in it\n";
        }
    }
    let _ = writeln!(text, "{} records of accounts, groups and read marks can be read", plan.records);
    if plan.may_lack_records {
        text += "records may have been in what cannot be read: which, cannot be told; see `longlink user list` afterwards\n";
    }
    text += "the views are made anew from the log at the next start, and lose nothing\n";
    if plan.has_new_epoch {
        text += "the log gets a new epoch: clients are told to start over, and read again what there is\n";
    }
    text
}
