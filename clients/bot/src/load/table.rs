//! The report, for people.

use std::fmt;

use super::report::{Report, Spread};

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        let (name, server) = (settings.scenario.name(), settings.server);
        writeln!(
            out,
            "\n{name} at {server}: {} connections, {:.1} s ({:.1} s to arrive, {:.1} s to settle)",
            settings.connections, self.playing_s, self.arriving_s, self.settling_s
        )?;
        let machine = &self.machine;
        writeln!(
            out,
            "{}, {} cores, {}, load {} at the beginning\n",
            machine.processor, machine.cores, machine.system, machine.load
        )?;
        self.write_counts(out)?;
        self.write_latencies(out)?;
        self.write_costs(out)?;
        self.write_faults(out)
    }
}

impl Report {
    fn write_counts(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (counts, rates) = (&self.counts, &self.rates);
        for (what, count, per_second) in [
            ("messages sent", counts.sent, Some(rates.sent)),
            ("acknowledged", counts.acknowledged, Some(rates.acknowledged)),
            ("received", counts.received, Some(rates.received)),
            ("  of them by those who came back", counts.waited_for, None),
            ("noops echoed", counts.echoes, Some(rates.echoes)),
            ("logins", counts.logins, Some(rates.logins)),
            ("polls answered", counts.polls, None),
            ("went away as planned", counts.left, None),
            ("faults: links cut", counts.cut, None),
            ("  half of all links cut at once", counts.cut_at_once, None),
            ("  devices that stopped reading", counts.stopped, None),
            ("  devices that read slowly", counts.slowed, None),
            ("  closed by the server for it", counts.shown_out, None),
            ("messages of others", counts.foreign, None),
            ("not checked, since their receiver was not there at the end", counts.unchecked, None),
        ] {
            if count > 0 {
                let rate = per_second.filter(|rate| *rate > 0.0).map(|rate| format!("{rate:>12.1} /s"));
                writeln!(out, "{what:<34}{count:>12}{}", rate.unwrap_or_default())?;
            }
        }
        // What must be nothing is shown even if it is, where there was anything to be wrong.
        if counts.sent > 0 {
            let (lost, doubled) = (counts.lost, counts.doubled);
            let (disordered, misdirected) = (counts.disordered, counts.misdirected);
            writeln!(out, "{:<34}{lost:>12}", "lost")?;
            writeln!(out, "{:<34}{doubled:>12}", "doubled")?;
            writeln!(out, "{:<34}{disordered:>12}", "out of order")?;
            writeln!(out, "{:<34}{misdirected:>12}", "not meant for their receiver")?;
        }
        Ok(())
    }

    fn write_latencies(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.latencies.is_empty() {
            return Ok(());
        }
        write!(out, "\n{:<18}", "latency, ms")?;
        for (part, _) in self.latencies.values().next().into_iter().flat_map(|spread| &spread.percentiles_us) {
            write!(out, "{part:>10}")?;
        }
        writeln!(out)?;
        for (what, spread) in &self.latencies {
            write!(out, "{what:<18}")?;
            write_spread(spread, out)?;
        }
        if let Some(delay) = &self.bot.own_delay {
            write!(out, "{:<18}", "(the bot's own)")?;
            write_spread(delay, out)?;
        }
        let why = if self.settings.is_open_loop() {
            "so a server that stalls is in every latency that it made late"
        } else {
            "and a slow server was asked less: give a --rate for what people would see"
        };
        // A login of an arrival is due by the ramp in any case.
        writeln!(out, "Each counts from {}, {why}.", self.latencies_count_from)
    }

    fn write_costs(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out)?;
        if let Some(server) = &self.server {
            let percent = server.core_share * 100.0;
            writeln!(out, "{:<34}{:>12.2} s  {percent:.1} % of a core", "server: processor time", server.cpu_s)?;
            for (what, us) in &server.cpu_us_per {
                writeln!(out, "{:<34}{us:>12.2} us", format!("  for each {what}"))?;
            }
            let mb = |bytes: u64| bytes as f64 / 1e6;
            let memory = [server.resident_bytes_before, server.resident_bytes_at_begin, server.resident_bytes_at_end];
            let [before, begin, end] = memory.map(mb);
            writeln!(
                out,
                "{:<34}{end:>12.1} MB  {before:.1} before the first link, {begin:.1} when all were there",
                "server: memory resident"
            )?;
            if let Some(bytes) = server.bytes_per_link {
                writeln!(out, "{:<34}{bytes:>12.0} bytes of anonymous memory", "  for each link that came")?;
            }
            match server.system_calls {
                Some(calls) => writeln!(out, "{:<34}{calls:>12}", "server: system calls")?,
                None => writeln!(
                    out,
                    "{:<34}{:>12}  without recv, send and waits; all of them: --count-calls",
                    "server: reads and writes", server.reads_and_writes
                )?,
            }
            for (what, calls) in &server.system_calls_per {
                writeln!(out, "{:<34}{calls:>12.2}", format!("  for each {what}"))?;
            }
        }
        let percent = self.bot.core_share * 100.0;
        writeln!(out, "{:<34}{:>12.2} s  {percent:.1} % of a core", "bot: processor time", self.bot.cpu_s)
    }

    fn write_faults(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, count) in &self.errors {
            writeln!(out, "error: {what}: {count}")?;
        }
        for warning in &self.warnings {
            writeln!(out, "warning: {warning}")?;
        }
        Ok(())
    }
}

fn write_spread(spread: &Spread, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (_, us) in &spread.percentiles_us {
        let ms = *us as f64 / 1_000.0;
        let digits = if ms < 10.0 { 3 } else { 1 };
        write!(out, "{ms:>10.digits$}")?;
    }
    writeln!(out, "   of {}", spread.count)
}
