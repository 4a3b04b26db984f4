use super::*;

const NO_FLAGS: Flags =
    Flags { config: None, data_dir: None, tcp: None, http: None, tcp_tls: None, https: None, demo: false };

fn from_file(text: &str) -> Result<Config, ConfigError> {
    Config::from_text(Some(("my.toml", text)), &NO_FLAGS)
}

/// The sentence that a file gets.
fn sentence(text: &str) -> String {
    match from_file(text) {
        Ok(_) => format!("taken: {text}"),
        Err(error) => error.to_string(),
    }
}

/// The keys of the defaults with the number of their line.
fn keys() -> Vec<(usize, String)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for (at, line) in DEFAULTS.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.strip_suffix(']').unwrap());
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            keys.push((at, format!("{section}{name}")));
        }
    }
    keys
}

#[test]
fn the_defaults_are_a_configuration() {
    let config = Config::from_text(None, &NO_FLAGS).unwrap();
    assert_eq!(config.data_dir, Path::new("longlink-data"));
    assert_eq!(config.listen.tcp, "127.0.0.1:8081".parse().ok());
    assert_eq!((config.link.idle_timeout_s, config.link.mars_clients), (900, true));
    assert_eq!((config.link.links_max, config.accounts.hashes_at_once), (None, None));
    assert_eq!(config.accounts.registration, Registration::Closed);
    assert_eq!(config.chat.broadcast_allowed, Broadcast::Nobody);
    assert_eq!(config.log.level, tracing::Level::INFO);
}

#[test]
fn every_setting_that_is_read_has_a_default_and_every_default_is_read() {
    let keys = keys();
    assert!(keys.len() > 40, "{keys:?}");
    for (at, key) in keys {
        let without: String =
            DEFAULTS.lines().enumerate().filter(|(line, _)| *line != at).map(|(_, line)| format!("{line}\n")).collect();
        let error = Config::layered(&without, None, &NO_FLAGS).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), format!("{key} has no default"));
    }
}

#[test]
fn every_default_has_a_reason_above_it() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (at, key) in keys() {
        let reason: Vec<&str> = lines[..at].iter().rev().take_while(|line| line.starts_with("# ")).copied().collect();
        let letters: usize = reason.iter().map(|line| line.len()).sum();
        assert!(letters > 40 && reason[0].ends_with('.'), "{key} is not explained: {reason:?}");
    }
    for line in lines {
        assert!(line.len() <= 120, "{line}");
    }
}

#[test]
fn a_file_goes_over_the_defaults_and_flags_over_both() {
    let text = "data_dir = 'here'\n[listen]\ntcp = '127.0.0.1:1'\nhttp = '[::1]:2'\n[link]\nlinks_max = 7\n";
    let flags = Flags { tcp: Some("0.0.0.0:3".into()), data_dir: Some("there".into()), ..NO_FLAGS };
    let config = Config::from_text(Some(("my.toml", text)), &flags).unwrap();
    assert_eq!(config.data_dir, Path::new("there"));
    let listen =
        Listen { tcp: "0.0.0.0:3".parse().ok(), http: "[::1]:2".parse().ok(), tcp_tls: None, https: None, admin: None };
    assert_eq!(config.listen, listen);
    assert_eq!(config.link.links_max, Some(7));
    assert_eq!(config.link.strangers_max, 10_000);

    let http = Flags { http: Some("127.0.0.1:9".into()), ..NO_FLAGS };
    assert_eq!(Config::from_text(None, &http).unwrap().listen.http.unwrap().port(), 9);
}

#[test]
fn every_kind_of_value_can_be_set() {
    let text = r#"
        accounts = { registration = "invitation", hashes_at_once = 0x3 }
        link.mars_clients = false
        link.idle_timeout_s = 6_0
        link.heartbeat_interval_s = 30
        log.level = "trace"
        log.format = "json"
        store.engine = "memory"
        chat.broadcast_allowed = ["anna", "ops"]
    "#;
    let config = from_file(text).unwrap();
    assert_eq!(config.accounts.registration, Registration::Invitation);
    assert_eq!(config.accounts.hashes_at_once, Some(3));
    assert_eq!((config.link.mars_clients, config.link.idle_timeout_s), (false, 60));
    assert_eq!(config.log, Log { format: LogFormat::Json, level: tracing::Level::TRACE });
    assert_eq!(config.store.engine, Engine::Memory);
    assert_eq!(config.chat.broadcast_allowed, Broadcast::Named(vec!["anna".into(), "ops".into()]));
}

#[test]
fn a_bad_value_is_one_sentence_with_place_and_name() {
    let link = |line: &str| sentence(&format!("\n[link]\n{line}\n"));
    assert_eq!(link("idle_timeout_s = 30"), "my.toml:3: link.idle_timeout_s is 30, less than 60");
    assert_eq!(link("idle_timeout_s = 100000"), "my.toml:3: link.idle_timeout_s is 100000, more than 86400");
    assert_eq!(link("links_max = -1"), "my.toml:3: link.links_max is -1, less than 0");
    let beyond = "my.toml:3: link.links_max is a number beyond all bounds, and should be a whole number";
    assert_eq!(link("links_max = 99999999999999999999"), beyond);
    assert_eq!(link("links_max = \"7\""), "my.toml:3: link.links_max is \"7\", and should be a whole number");
    assert_eq!(link("links_max = 1.5"), "my.toml:3: link.links_max is a fraction, and should be a whole number");
    assert_eq!(link("mars_clients = 1"), "my.toml:3: link.mars_clients is 1, and should be true or false");
    assert_eq!(sentence("data_dir = 5"), "my.toml:1: data_dir is 5, and should be text in quotes");
    assert_eq!(sentence("data_dir = ''"), "my.toml:1: data_dir is \"\", and should name a directory");
    let address = "and should be an address with a port, such as 127.0.0.1:8081 or [::1]:8081, or \"off\"";
    for bad in ["127.0.0.1", "8081", "localhost:8081", "127.0.0.1:65536", ""] {
        let said = sentence(&format!("listen.tcp = '{bad}'"));
        assert_eq!(said, format!("my.toml:1: listen.tcp is {bad:?}, {address}"));
    }
    let engines = "and should be one of \"embedded\", \"memory\"";
    assert_eq!(sentence("store.engine = 'mysql'"), format!("my.toml:1: store.engine is \"mysql\", {engines}"));
    let broadcast = "and should be \"nobody\", \"everybody\" or a list of user names";
    for bad in ["\"anna\"", "true", "7"] {
        let said = sentence(&format!("chat.broadcast_allowed = {bad}"));
        assert_eq!(said, format!("my.toml:1: chat.broadcast_allowed is {bad}, {broadcast}"));
    }
    let list = sentence("chat.broadcast_allowed = ['anna', 7]");
    assert_eq!(list, format!("my.toml:1: chat.broadcast_allowed is a list of other things than text, {broadcast}"));
}

#[test]
fn a_bad_flag_is_named_as_what_it_is() {
    let flags = Flags { tcp: Some("here".into()), ..NO_FLAGS };
    let said = Config::from_text(Some(("my.toml", "listen.tcp = '127.0.0.1:1'")), &flags).unwrap_err().to_string();
    assert!(said.starts_with("--tcp: listen.tcp is \"here\", and should be an address"), "{said}");
}

#[test]
fn an_unknown_setting_is_told_its_nearest() {
    let unknown = |key: &str, advice: &str| {
        assert_eq!(sentence(&format!("\n{key} = 1\n")), format!("my.toml:2: there is no setting {key}{advice}"));
    };
    unknown("link.idle_timeout", "; did you mean link.idle_timeout_s?");
    unknown("lnik.idle_timeout_s", "; did you mean link.idle_timeout_s?");
    unknown("links_max", "; did you mean link.links_max?");
    unknown("listen.udp", "; did you mean listen.tcp?");
    unknown("datadir", "; did you mean data_dir?");
    unknown("link.colour", "");
    unknown("x", "");
    assert_eq!(sentence("link = 5"), "my.toml:1: link is a number, and should be a section: [link]");
    assert_eq!(sentence("[link.colour]\nx = 1"), "my.toml:1: there is no setting link.colour");
    assert_eq!(sentence("[[link]]\nlinks_max = 1").split(" is ").next(), Some("my.toml:1: link"));
    let first = "b = 1\na = 1\n";
    assert_eq!(sentence(first), "my.toml:1: there is no setting b", "the first mistake is told");
}

#[test]
fn what_is_no_toml_is_one_line_with_its_place() {
    for (text, place) in
        [("[link\n", "my.toml:1: "), ("\n\nlinks_max 5\n", "my.toml:3: "), ("a = 1\na = 2", "my.toml:2: ")]
    {
        let said = sentence(text);
        assert!(said.starts_with(place) && said.len() > place.len() && !said.contains('\n'), "{said}");
    }
}

#[test]
fn settings_that_contradict_one_another_are_refused() {
    let starts = |text: &str, start: &str| {
        let said = sentence(text);
        assert!(said.starts_with(start), "{said}");
    };
    let mars = "my.toml:1: link.idle_timeout_s is 899, less than the 900 that Mars clients need; if there are none, \
                set link.mars_clients to false";
    assert_eq!(sentence("link.idle_timeout_s = 899"), mars);
    assert!(from_file("link.idle_timeout_s = 899\nlink.mars_clients = false").is_ok());
    starts("link.heartbeat_interval_s = 451", "my.toml:1: link.heartbeat_interval_s is 451, more than half");
    starts(
        "listen.http = '127.0.0.1:8081'",
        "my.toml:1: listen.http is \"127.0.0.1:8081\", which is taken by listen.tcp",
    );
    assert!(from_file("[listen]\nhttp = '127.0.0.1:0'\ntcp = '127.0.0.1:0'").is_ok());
    starts(
        "[link]\nframe_bytes_max = 16384\nstranger_frame_bytes_max = 20000",
        "my.toml:3: link.stranger_frame_bytes_max is 20000, more than link.frame_bytes_max (16384, my.toml:2)",
    );
    starts("link.held_bytes_max = 8191", "my.toml:1: link.held_bytes_max is 8191, less than one frame");
    assert!(from_file("link.held_bytes_max = 0\nlink.held_frames_max = 0").is_ok());
    starts(
        "accounts.hash_memory_kib = 8\naccounts.hash_parallel = 2",
        "my.toml:1: accounts.hash_memory_kib is 8, less",
    );
    starts("chat.content_bytes_max = 1048576", "my.toml:1: chat.content_bytes_max is 1048576, too much for link.frame");
    starts("chat.page_bytes = 1044481", "my.toml:1: chat.page_bytes is 1044481, too much for link.frame");
    // The value that clashes may be a default, and the sentence names both.
    let both = "default: chat.content_bytes_max is 65536, too much for link.frame_bytes_max (65536, my.toml:1)";
    starts("link.frame_bytes_max = 65536", both);
    starts("link.outbox_bytes_max = 16384", "default: chat.content_bytes_max is 65536, too much for link.outbox");
    let open = "proxy.header_from = ['10.0.0.0/8', '0.0.0.0/0']";
    starts(open, "my.toml:1: proxy.header_from is [\"10.0.0.0/8\", \"0.0.0.0/0\"], and \"0.0.0.0/0\" is everybody");
    starts("proxy.forwarded_from = ['here']", "my.toml:1: proxy.forwarded_from is [\"here\"], and \"here\" is no");
    starts(
        "proxy.forwarded_from = '10.0.0.1'",
        "my.toml:1: proxy.forwarded_from is \"10.0.0.1\", and should be a list",
    );
    assert_eq!(from_file("proxy.header_from = ['10.0.0.1', '::1']").unwrap().proxy.header_from.len(), 2);
    starts("link.goodbye_timeout_ms = 10001", "my.toml:1: link.goodbye_timeout_ms is 10001, longer than");
}

#[test]
fn a_demo_is_open_and_stays_on_this_machine() {
    let demo = Config::demo().unwrap();
    assert!(demo.demo);
    assert_eq!(demo.accounts.registration, Registration::Open);
    assert_eq!(demo.accounts.password_bytes_min, 4);
    assert_eq!(demo.chat.broadcast_allowed, Broadcast::Everybody);
    let flags = Flags { demo: true, ..NO_FLAGS };
    let said = Config::from_text(Some(("my.toml", "[listen]\nhttp = '0.0.0.0:80'")), &flags).unwrap_err().to_string();
    let remedy = "and a demo listens on loopback addresses only, such as 127.0.0.1";
    assert_eq!(said, format!("my.toml:2: listen.http is \"0.0.0.0:80\", {remedy}"));
    let flags = Flags { demo: true, tcp: Some("192.168.0.1:1".into()), ..NO_FLAGS };
    let said = Config::from_text(None, &flags).unwrap_err().to_string();
    assert_eq!(said, format!("--tcp: listen.tcp is \"192.168.0.1:1\", {remedy}"));
    assert!(Config::from_text(None, &Flags { demo: true, tcp: Some("[::1]:1".into()), ..NO_FLAGS }).is_ok());
}

#[test]
fn what_is_rendered_says_where_from_and_gives_the_same_again() {
    let text = "data_dir = 'a \"b\" \\ c'\n[chat]\nbroadcast_allowed = [\"anna # x\", \"bo\"]\n";
    let flags = Flags { tcp: Some("127.0.0.1:1".into()), ..NO_FLAGS };
    let config = Config::from_text(Some(("my.toml", text)), &flags).unwrap();
    let rendered = config.render();
    for line in [
        "data_dir = 'a \"b\" \\ c'  # my.toml:1",
        "tcp = \"127.0.0.1:1\"  # --tcp",
        "idle_timeout_s = 900  # default",
        "broadcast_allowed = [\"anna # x\", \"bo\"]  # my.toml:3",
    ] {
        assert!(rendered.lines().any(|rendered| rendered == line), "{line} is not in {rendered}");
    }
    let again = from_file(&rendered).unwrap();
    assert_eq!((&again.data_dir, &again.listen, &again.chat), (&config.data_dir, &config.listen, &config.chat));
    assert_eq!((again.link, again.accounts, again.store), (config.link, config.accounts, config.store));
    assert_eq!(keys().len(), rendered.lines().filter(|line| line.contains(" = ")).count());
    assert!(Config::demo().unwrap().render().contains("registration = \"open\"  # --demo"));
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("some.toml");
    let flags = Flags { config: Some(path.clone()), ..NO_FLAGS };
    let said = Config::load(&flags).unwrap_err().to_string();
    assert!(said.starts_with(&format!("cannot read {}: ", path.display())), "{said}");
    fs::write(&path, "link.links_max = 3").unwrap();
    assert_eq!(Config::load(&flags).unwrap().link.links_max, Some(3));
    fs::write(&path, "link.links_max = 'x'").unwrap();
    assert!(Config::load(&flags).unwrap_err().to_string().starts_with(&format!("{}:1: ", path.display())));
}

#[test]
fn origins_are_the_same_host_all_or_a_list_of_whole_origins() {
    let origins = |value: &str| from_file(&format!("http.origins = {value}")).map(|config| config.http.origins);
    assert_eq!(Config::from_text(None, &NO_FLAGS).unwrap().http.origins, Origins::SameHost);
    assert_eq!(origins("'same-host'"), Ok(Origins::SameHost));
    assert_eq!(origins("'*'"), Ok(Origins::Any));
    assert_eq!(origins("['https://a.example:8']"), Ok(Origins::Listed(vec!["https://a.example:8".into()])));
    for bad in ["'https://a.example'", "['a.example']", "['https://a.example/']", "['*']", "true"] {
        let said = origins(bad).unwrap_err().to_string();
        assert!(said.starts_with("my.toml:1: http.origins is ") && said.contains("\"same-host\""), "{said}");
    }
}

#[test]
fn the_old_contract_is_open_to_a_network_only_if_somebody_says_so_twice() {
    let open =
        |http: &str, more: &str| sentence(&format!("listen.http = '{http}'\n[old_contract]\nmode = 'open'\n{more}"));
    let taken = "taken: ";
    assert!(open("127.0.0.1:8", "").starts_with(taken));
    assert!(open("[::1]:8", "").starts_with(taken));
    assert!(open("0.0.0.0:8", "open_to_network = true").starts_with(taken));
    assert_eq!(
        open("0.0.0.0:8", ""),
        "my.toml:3: old_contract.mode is \"open\", where whoever reaches it reads and writes as anybody, and others \
         reach listen.http (\"0.0.0.0:8\", my.toml:1); see old_contract.open_to_network"
    );
    let token = "listen.http = '0.0.0.0:8'\nold_contract.mode = 'token'";
    assert_eq!(from_file(token).unwrap().old_contract.mode, OldMode::Token);
    assert_eq!(Config::from_text(None, &NO_FLAGS).unwrap().old_contract.mode, OldMode::Off);
    assert_eq!(Config::demo().unwrap().old_contract.mode, OldMode::Open);
    assert!(
        sentence("[http]\nconnections_max = 10\n[old_contract]\nmode = \"token\"\nreceives_max = 11")
            .contains("more than http.conn")
    );
    assert!(from_file("[http]\nconnections_max = 10\n[old_contract]\nmode = \"token\"\nreceives_max = 10").is_ok());
}

#[test]
fn the_port_for_operators_is_nobody_elses_and_never_in_the_clear_for_others() {
    let admin = |address: &str, more: &str| sentence(&format!("listen.admin = '{address}'\n{more}"));
    assert!(admin("127.0.0.1:9000", "").starts_with("taken: "));
    assert!(admin("127.0.0.1:8080", "").contains("the port of listen.http"), "{}", admin("127.0.0.1:8080", ""));
    assert!(admin("127.0.0.2:8081", "").contains("the port of listen.tcp"));
    assert!(admin("0.0.0.0:9000", "").contains("it needs TLS"));
    assert!(admin("0.0.0.0:9000", "tls.certificate = 'a'\ntls.key = 'b'").starts_with("taken: "));
    assert!(sentence("operators.metrics = 'admin'").contains("see listen.admin"));
    assert!(admin("127.0.0.1:9000", "operators.metrics = 'admin'").starts_with("taken: "));
}
