use std::fs;
use std::sync::Arc;

use longlink_desktop_core::accounts::{
    Account, AccountKey, Accounts, AppSettings, FolderError, Folders, Shield, Theme,
};

fn account(name: &str) -> Account {
    Account {
        key: AccountKey::fresh(),
        host: "chat.example.com".to_owned(),
        link_port: 8445,
        http_port: 443,
        protection: Shield::Pinned("ab".repeat(32)),
        user_name: name.to_owned(),
        user_id: 7,
        device_id: "device".to_owned(),
    }
}

#[test]
fn accounts_and_settings_are_there_again_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (anna, settings) = (
        account("anna"),
        AppSettings { language: Some("zh".to_owned()), theme: Theme::Dark, scale: 1.5, ..AppSettings::default() },
    );
    {
        let (mut accounts, problems) = Accounts::read(Arc::new(Folders::at(folder.path()).unwrap())).unwrap();
        assert!(problems.is_empty());
        accounts.put(anna.clone()).unwrap();
        accounts.keep_settings(settings.clone()).unwrap();
    }
    let (mut accounts, _) = Accounts::read(Arc::new(Folders::at(folder.path()).unwrap())).unwrap();
    assert_eq!(accounts.all(), std::slice::from_ref(&anna));
    assert_eq!(*accounts.settings(), settings);
    assert_eq!(accounts.find("Chat.Example.com", 8445, "Anna"), Some(&anna), "names have no letter case");

    let of_anna = accounts.folders().of(&anna.key);
    fs::write(of_anna.join("something"), "of hers").unwrap();
    accounts.remove(&anna.key).unwrap();
    assert!(accounts.all().is_empty() && !of_anna.exists());
}

#[test]
fn a_broken_list_is_set_aside_and_told_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("accounts.json"), "{\"accounts\": [{\"key\"").unwrap();
    let (mut accounts, problems) = Accounts::read(Arc::new(Folders::at(folder.path()).unwrap())).unwrap();
    assert!(accounts.all().is_empty());
    assert!(problems[0].contains("accounts.json"), "{problems:?}");
    accounts.put(account("anna")).unwrap();
    let aside = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let aside = aside.filter(|path| path.to_string_lossy().contains(".broken-")).collect::<Vec<_>>();
    assert_eq!(fs::read_to_string(&aside[0]).unwrap(), "{\"accounts\": [{\"key\"");
}

#[test]
fn a_key_in_the_list_that_leads_elsewhere_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = serde_json::to_value(account("anna")).unwrap();
    wrong["key"] = "../../home".into();
    let list = serde_json::json!({ "accounts": [wrong] });
    fs::write(folder.path().join("accounts.json"), list.to_string()).unwrap();
    let (accounts, _) = Accounts::read(Arc::new(Folders::at(folder.path()).unwrap())).unwrap();
    assert!(accounts.all().is_empty());
}

#[test]
fn two_programs_do_not_use_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = Folders::at(folder.path()).unwrap();
    assert!(matches!(Folders::at(folder.path()), Err(FolderError::InUse(_))));
    drop(first);
    Folders::at(folder.path()).unwrap();
}
