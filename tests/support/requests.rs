//! Requests that many tests make.

use longlink::wire::pb;

/// A login by token. Where to resume, if anywhere, is `(epoch, cursor)`.
pub(crate) fn hello(token: &str, device: &str, resume: Option<(&str, i64)>) -> pb::HelloRequest {
    pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Token(token.into())),
        device_id: device.into(),
        resume: resume.map(|(epoch, cursor)| pb::Resume { epoch: epoch.into(), cursor }),
        client: "a test".into(),
    }
}

/// A login by name and password.
pub(crate) fn password(name: &str, password: &str, device: &str) -> pb::HelloRequest {
    let credential = pb::PasswordCredential { name: name.into(), password: password.into() };
    pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Password(credential)),
        device_id: device.into(),
        ..Default::default()
    }
}

pub(crate) fn text_to(to: i64, id: &str, text: &str) -> pb::SendRequest {
    let content = text.as_bytes().to_vec().into();
    pb::SendRequest {
        to,
        client_msg_id: id.into(),
        content_type: pb::ContentType::Text as u32,
        content,
        ..Default::default()
    }
}

pub(crate) fn register(name: &str, password: &str, invitation: &str) -> pb::RegisterRequest {
    pb::RegisterRequest { name: name.into(), password: password.into(), invitation: invitation.into() }
}
