use longlink::wire::Command;
use longlink_client::pb;
use longlink_client::pb::hello_request::Credential;

use crate::support::{back_again, connected, disconnected, logged_in, settings};

#[tokio::test(start_paused = true)]
async fn after_a_change_of_password_the_client_comes_back_by_its_new_token() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let (changed, ()) = tokio::join!(client.change_password("secret", "new secret"), async {
        let (seq, request) = server.asked::<pb::ChangePasswordRequest>().await;
        assert_eq!((&*request.old_password, &*request.new_password), ("secret", "new secret"));
        let reply = pb::ChangePasswordReply { token: "fresh".into(), ..Default::default() };
        server.say(Command::ChangePassword, seq, reply).await;
    });
    assert_eq!(changed.unwrap().token, "fresh");
    // Behind the order that tells the owner of it.
    client.taken(0).await;
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    let hello = server.let_in(back_again()).await;
    assert_eq!(hello.credential, Some(Credential::Token("fresh".into())));
    connected(&mut events).await;
}

#[tokio::test(start_paused = true)]
async fn when_that_token_is_refused_it_is_the_new_password_that_is_tried() {
    let (client, mut events, mut server, mut pipes) = logged_in(settings()).await;
    let (changed, ()) = tokio::join!(client.change_password("secret", "new secret"), async {
        let (seq, _) = server.asked::<pb::ChangePasswordRequest>().await;
        let reply = pb::ChangePasswordReply { token: "fresh".into(), ..Default::default() };
        server.say(Command::ChangePassword, seq, reply).await;
    });
    changed.unwrap();
    drop(server);
    disconnected(&mut events).await;
    let mut server = pipes.accept().await;
    let (seq, _) = server.asked::<pb::HelloRequest>().await;
    let refusal = pb::Refusal { code: pb::Code::BadToken.into(), message: "no".into() };
    server.say(Command::Hello, seq, refusal).await;
    let hello = server.let_in(back_again()).await;
    let password = pb::PasswordCredential { name: "anna".into(), password: "new secret".into() };
    assert_eq!(hello.credential, Some(Credential::Password(password)));
}
