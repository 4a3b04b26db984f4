//! What is put in the way, and how often.

use std::str::FromStr;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The network ends a link, in the middle of a frame as likely as not.
    Cut,
    /// The network holds back what it carries.
    Delay,
    /// The network carries nothing more and says nothing; the server is not even told that the device has given up.
    Stall,
    /// A device takes nothing from its link.
    Pause,
    /// A device is away, and comes back with its cursor, or one that it had earlier.
    Away,
    /// A send that was acknowledged is sent again.
    Retry,
    /// The server is killed.
    Kill,
}

impl Fault {
    const ALL: [Self; 7] = [Self::Cut, Self::Delay, Self::Stall, Self::Pause, Self::Away, Self::Retry, Self::Kill];
    const LINKS: [Self; 3] = [Self::Cut, Self::Delay, Self::Stall];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Delay => "delay",
            Self::Stall => "stall",
            Self::Pause => "pause",
            Self::Away => "away",
            Self::Retry => "retry",
            Self::Kill => "kill",
        }
    }
}

/// Which kinds there are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut faults = Vec::new();
        for word in text.split(',').map(str::trim) {
            match Fault::ALL.into_iter().find(|fault| fault.word() == word) {
                Some(fault) => faults.push(fault),
                None if word == "all" => faults.extend(Fault::ALL),
                None if word == "links" => faults.extend(Fault::LINKS),
                None if word == "none" && text == word => {}
                None => {
                    return Err(format!(
                        "{word:?} is no fault; there are cut, delay, stall (all three: links), pause, away, retry, kill, all, none"
                    ));
                }
            }
        }
        Ok(Self(faults))
    }
}

/// A random time around a mean: how long it is until something happens that happens now and then.
pub(super) fn around(mean: Duration, random: &mut StdRng) -> Duration {
    // Exponential, but never so long that it does not happen at all.
    let part: f64 = random.random_range(0.000_1..1.0);
    mean.mul_f64((-part.ln()).min(4.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_one_by_one_or_together() {
        let faults = |text: &str| text.parse::<Faults>().unwrap();
        assert_eq!(faults("links, kill").0, [Fault::Cut, Fault::Delay, Fault::Stall, Fault::Kill]);
        assert_eq!(faults("all").0, Fault::ALL);
        assert_eq!(faults("none").0, []);
        assert!("cut,none".parse::<Faults>().unwrap_err().contains("\"none\" is no fault"));
        assert!("".parse::<Faults>().is_err());
    }
}
