//! Looks after a certificate while the server runs: reads it again when its files have changed, and says when it is
//! about to expire.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};

use super::certificate::{About, Certificate, CertificateError};

/// How often it looks. What renews certificates does so weeks ahead, so that an hour more is nothing; who cannot wait
/// sends SIGHUP.
const LOOK_EVERY: Duration = Duration::from_hours(1);
/// With less than this left it is said at each look in how many days. Renewal is usually tried a month ahead.
const WARN_BEFORE_S: i64 = 14 * DAY_S;
const DAY_S: i64 = 24 * 3600;
/// Looks between two warnings.
const LOOKS_A_DAY: u64 = 24;

/// Never ends. `now_s` tells the Unix time.
pub async fn watch(certificate: Arc<Certificate>, now_s: impl Fn() -> i64) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for look in 0_u64.. {
        ticks.tick().await;
        if certificate.is_outdated() {
            // It is said there how it went.
            let _ = reload(&certificate, now_s()).await;
        }
        if look.is_multiple_of(LOOKS_A_DAY) {
            warn_of_expiry(&certificate, now_s());
        }
    }
}

/// Reads the files again, and says what came of it.
pub async fn reload(certificate: &Arc<Certificate>, now_s: i64) -> Result<About, String> {
    let read = Arc::clone(certificate);
    let read = spawn_blocking(move || read.reload(now_s)).await;
    match read {
        Ok(Ok(about)) => {
            let (names, days) = (about.names.join(" "), (about.expires_at_s - now_s) / DAY_S);
            info!(names, days, fingerprint = about.fingerprint, "a new certificate is in use; links stay as they are");
            Ok(about)
        }
        Ok(Err(error)) => Err(kept(&error)),
        Err(error) => Err(format!("the certificate could not be read again: {error}")),
    }
}

fn kept(error: &CertificateError) -> String {
    error!(%error, "the certificate of before stays in use");
    format!("{error}; the certificate of before stays in use")
}

fn warn_of_expiry(certificate: &Certificate, now_s: i64) {
    let left_s = certificate.about().expires_at_s - now_s;
    let path = certificate.files().certificate.display();
    if left_s <= 0 {
        error!("the certificate in {path} has expired: clients refuse it; renew it, and run: longlink reload");
    } else if left_s < WARN_BEFORE_S {
        warn!("the certificate in {path} expires in {} days; is it being renewed?", left_s / DAY_S);
    }
}
