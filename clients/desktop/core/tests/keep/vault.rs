use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::vault::{Login, Vault, VaultKind};

#[tokio::test]
async fn a_secret_in_a_file_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, key) = (Vault::files(), AccountKey::fresh());
    assert!(vault.find(folder.path(), &key).await.unwrap().is_none());
    for login in
        [Login::Password { name: "anna".to_owned(), password: "her password".into() }, Login::Token("a token".into())]
    {
        assert_eq!(vault.keep(folder.path(), &key, &login).await.unwrap(), VaultKind::File);
        assert_eq!(vault.find(folder.path(), &key).await.unwrap(), Some((login, VaultKind::File)));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    vault.forget(folder.path(), &key).await.unwrap();
    assert!(vault.find(folder.path(), &key).await.unwrap().is_none());
    vault.forget(folder.path(), &key).await.unwrap();
}

#[test]
fn a_secret_is_not_shown_by_accident() {
    let login = Login::Password { name: "anna".to_owned(), password: "her password".into() };
    assert!(!format!("{login:?}").contains("her password"));
}
