//! The rules of chat: who may do what, and what it comes to. No sockets and no frames: a door hands a request in and
//! takes an answer out.

pub mod account;
pub mod admin;
mod amend;
mod attempts;
mod block;
mod bounds;
mod change;
mod contact;
mod contact_list;
mod content;
pub mod deliver;
mod delivered;
mod erase;
mod group;
mod keys;
mod linkless;
mod login;
mod marks;
pub mod mars_sample;
mod of_user;
mod password;
mod presence;
mod profile;
mod read;
mod readers;
mod register;
pub mod retention;
mod revoke;
mod roster;
mod send;
mod system;
mod talks;
pub mod upload;
mod users;
mod wait;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prost::Message;
use tokio::sync::{Mutex, Notify, Semaphore};

use crate::address::Address;
use crate::audit::{Audit, Event};
use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::Tokens;
use crate::blocking::spawn_blocking;
use crate::clock::{Clock, Moment};
use crate::id::{LinkId, UserId};
use crate::limiter::{self, Limiter};
use crate::metrics::{Limit, Metrics};
use crate::outbox::Outbox;
use crate::router::Router;
use crate::store::{Partition, Store, StoreError};
use crate::uploads::Uploads;
use crate::wire::{CloseReason, Code, Refused, Request};
use attempts::Attempts;
pub use attempts::Settings as WrongPasswords;
use block::Blocks;
pub use contact::Settings as Contacts;
use delivered::Arrivals;
use group::Turns;
pub use linkless::Listener;
pub use login::{LoggedIn, Standing};
use mars_sample::Sample;
pub use of_user::OfUser;
use presence::Presences;
pub use read::{InboxPage, Resumed};
use revoke::Revoked;
use roster::Rosters;

/// There is one partition so far; whoever names it names this.
pub(crate) const PARTITION: Partition = Partition(0);

/// So many requests read the store at once, each on a thread of its own; others wait in line.
const READS_AT_ONCE: usize = 32;

/// For so many users it is remembered how often they did something that they may do only so often.
const LIMITED_USERS_MAX: usize = 10_000;

/// The bounds and permissions of chat.
#[derive(Clone, Debug)]
pub struct Settings {
    pub registration: Registration,
    /// Whether everybody who is logged in may see who there is.
    pub people_listed: bool,
    /// How often each of them may look through that list.
    pub finds_per_minute: u32,
    pub name_bytes_max: usize,
    pub password_bytes_min: usize,
    pub password_bytes_max: usize,
    pub wrong_passwords: WrongPasswords,
    /// How long a token of ours is good for, in seconds.
    pub token_ttl_s: u32,
    pub content_bytes_max: usize,
    /// A page without a limit of its own has so many entries, and at most so many bytes.
    pub page_entries: usize,
    pub page_bytes: usize,
    pub group_members_max: usize,
    pub group_joins_per_minute: u32,
    pub write_to: WriteTo,
    pub contacts: Contacts,
    /// For so long after it was written an entry may be taken back, and be changed.
    pub recall_within_s: u32,
    pub edit_within_s: u32,
    pub broadcast: Broadcast,
    pub broadcasts_per_minute: u32,
    pub of_user: OfUser,
    pub uploads: upload::Limits,
    pub retention: retention::Retention,
    /// What hello tells our own clients.
    pub heartbeat_interval_ms: u32,
    pub idle_timeout_ms: u32,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    Open,
    Invitation,
    Closed,
}

/// To which users one may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteTo {
    Anyone,
    Contacts,
}

/// Who may write to everyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broadcast {
    Everybody,
    Nobody,
    /// These users, by name.
    Named(Vec<String>),
}

/// Who asks: a user on a link, or on none (`LinkId::NONE`).
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: UserId,
    pub device: Arc<str>,
    pub link: LinkId,
}

/// Where a request comes in.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub address: Address,
    /// `LinkId::NONE` for what came by HTTP.
    pub link: LinkId,
}

/// What comes of a request: the body of a reply, or why there is none.
pub type Answer = Result<Bytes, Refused>;

/// An answer that is there, or that will be.
pub enum Asked {
    Done(Answer),
    Later(BoxFuture<'static, Answer>),
}

/// The chat itself.
pub struct Chat {
    store: Arc<dyn Store>,
    router: Arc<Router>,
    metrics: Arc<Metrics>,
    rosters: Rosters,
    turns: Turns,
    arrivals: Arrivals,
    passwords: Passwords,
    tokens: Arc<Tokens>,
    revoked: Revoked,
    broadcasts: Limiter<i64>,
    finds: Limiter<i64>,
    contacts_asked: Limiter<i64>,
    blocks: Blocks,
    presences: Presences,
    /// An account is to be erased.
    to_erase: Notify,
    /// Held by who erases accounts.
    erasing: Mutex<()>,
    attempts: Attempts,
    joins: Limiter<i64>,
    sends: Limiter<i64, 3>,
    groups_made: Limiter<i64>,
    reads: Arc<Semaphore>,
    uploads: Arc<Uploads>,
    audit: Audit,
    /// Empty where Mars' sample is not served.
    sample: OnceLock<Sample>,
    clock: Clock,
    settings: Settings,
}

/// What a chat stands on.
#[derive(Debug)]
pub struct Parts {
    pub router: Arc<Router>,
    pub metrics: Arc<Metrics>,
    pub passwords: Passwords,
    pub tokens: Arc<Tokens>,
    pub uploads: Uploads,
    pub audit: Audit,
    pub clock: Clock,
}

impl Chat {
    pub fn new(store: Arc<dyn Store>, parts: Parts, settings: Settings) -> Arc<Self> {
        let Parts { router, metrics, passwords, tokens, uploads, audit, clock } = parts;
        let per_minute = |count| Limiter::new(limiter::Settings::per_minute(count, LIMITED_USERS_MAX));
        Arc::new(Self {
            store,
            router,
            metrics,
            rosters: Rosters::default(),
            turns: Turns::default(),
            arrivals: Arrivals::default(),
            passwords,
            tokens,
            revoked: Revoked::default(),
            broadcasts: per_minute(settings.broadcasts_per_minute),
            finds: per_minute(settings.finds_per_minute),
            contacts_asked: Limiter::new(settings.contacts.asked()),
            blocks: Blocks::default(),
            presences: Presences::default(),
            to_erase: Notify::new(),
            erasing: Mutex::new(()),
            attempts: Attempts::new(settings.wrong_passwords),
            joins: per_minute(settings.group_joins_per_minute),
            sends: settings.of_user.sends(),
            groups_made: settings.of_user.groups_made(),
            reads: Arc::new(Semaphore::new(READS_AT_ONCE)),
            uploads: Arc::new(uploads),
            audit,
            sample: OnceLock::new(),
            clock,
            settings,
        })
    }

    /// Carries a request out. What it puts in line for the log is in line when this returns, so that the order of
    /// calls is the order in the log. `hello` is not for here: see `log_in`.
    pub fn ask(self: &Arc<Self>, caller: Option<&Caller>, origin: Origin, request: Request) -> Asked {
        self.metrics.requests.add(1);
        let asked = match (caller, request) {
            (_, Request::Register(request)) => later(Arc::clone(self).register_account(request)),
            (_, Request::Hello(_)) => refuse(Code::AlreadyLoggedIn, "hello is how a link begins"),
            (_, Request::MarsSample(request)) => self.ask_sample(caller, origin, request),
            (None, other) => {
                tracing::debug!(address = %origin.address, command = other.name(), "asked by a stranger");
                refuse(Code::NotLoggedIn, "this needs a login first: send hello")
            }
            (Some(caller), request) => self.ask_as(caller, request),
        };
        match asked {
            Asked::Done(Err(refused)) => {
                self.metrics.requests_refused.add(1);
                Asked::Done(Err(refused))
            }
            Asked::Done(Ok(body)) => Asked::Done(Ok(body)),
            Asked::Later(answer) => {
                let metrics = Arc::clone(&self.metrics);
                let counted = answer.inspect(move |answer| metrics.requests_refused.add(u64::from(answer.is_err())));
                Asked::Later(counted.boxed())
            }
        }
    }

    fn ask_as(self: &Arc<Self>, caller: &Caller, request: Request) -> Asked {
        // What is answered at once, which is most of all traffic, need not own them.
        let (this, own) = (|| Arc::clone(self), || caller.clone());
        match request {
            Request::Send(request) => match self.take_send(caller, request.content.len()) {
                Ok(()) => self.send(caller, request),
                Err(refused) => Asked::Done(Err(refused)),
            },
            Request::Typing(request) => later(this().typing(own(), request)),
            Request::Sync(request) => later_raw(this().sync(own(), request)),
            Request::History(request) => later_raw(this().history(own(), request)),
            Request::MarkRead(request) => later(this().mark_read(own(), request)),
            Request::ReadMarks(request) => later(this().read_marks(own(), request)),
            Request::LogOut(request) => later(this().log_out(own(), request)),
            Request::GroupCreate(request) => later(this().group_create(own(), request)),
            Request::GroupInvite(request) => later(this().group_invite(own(), request)),
            Request::GroupLeave(request) => later(this().group_leave(own(), request)),
            Request::GroupList(request) => later(this().group_list(own(), request)),
            Request::GroupMembers(request) => later(this().group_members(own(), request)),
            Request::Users(request) => later(this().users(own(), request)),
            Request::ProfileSet(request) => later(this().profile_set(own(), request)),
            Request::ChangePassword(request) => later(this().change_password(own(), request)),
            Request::FindUsers(request) => later(this().find_users(own(), request)),
            Request::Presence(request) => later(this().presence(own(), request)),
            Request::ContactSet(request) => later(this().contact_set(own(), request)),
            Request::ContactAnswer(request) => later(this().contact_answer(own(), request)),
            Request::ContactRemove(request) => later(this().contact_remove(own(), request)),
            Request::ContactList(request) => later(this().contact_list(own(), request)),
            Request::Block(request) => later(this().block(own(), request)),
            Request::BlockList(request) => later(this().block_list(own(), request)),
            Request::DeleteAccount(request) => later(this().delete_account(own(), request)),
            Request::GroupChange(request) => later(this().group_change(own(), request)),
            Request::GroupRemove(request) => later(this().group_remove(own(), request)),
            Request::GroupRole(request) => later(this().group_role(own(), request)),
            Request::GroupMute(request) => later(this().group_mute(own(), request)),
            Request::GroupDissolve(request) => later(this().group_dissolve(own(), request)),
            Request::GroupLink(request) => later(this().group_link(own(), request)),
            Request::GroupJoin(request) => later(this().group_join(own(), request)),
            Request::GroupRequests(request) => later(this().group_requests(own(), request)),
            Request::GroupAnswer(request) => later(this().group_answer(own(), request)),
            Request::MarkDelivered(request) => later(this().mark_delivered(own(), request)),
            Request::Readers(request) => later(this().readers(own(), request)),
            Request::Recall(request) => later(this().recall(own(), request)),
            Request::Edit(request) => later(this().edit(own(), request)),
            Request::Conversations(request) => later(this().conversations(own(), request)),
            Request::ConversationSet(request) => later(this().conversation_set(own(), request)),
            Request::Hello(_) | Request::Register(_) | Request::MarsSample(_) => {
                refuse(Code::AlreadyLoggedIn, "the link is logged in")
            }
        }
    }

    /// Makes a link reachable for what is written to its user; gives back the link whose place it takes.
    pub fn register(
        &self,
        caller: &Caller,
        standing: Standing,
        outbox: &Arc<Outbox>,
        devices_max: usize,
    ) -> Result<Option<Arc<Outbox>>, Refused> {
        outbox.set_login(standing.login());
        let old = self.router.register(caller.user, &caller.device, outbox, devices_max).map_err(|_| {
            self.metrics.limited(Limit::Devices);
            Refused::new(Code::NotAllowed, format!("the user has {devices_max} devices linked, as many as may be"))
        })?;
        // Looked at once more now that the link can be told: an account that ended while its password was compared
        // told only those it could reach.
        if let Err(refused) = self.check_standing(caller.user, standing) {
            self.unregister(caller);
            if let Some(old) = old {
                old.close(CloseReason::Replaced);
            }
            return Err(refused);
        }
        self.presences.came(caller.user, self.now());
        Ok(old)
    }

    pub fn unregister(&self, caller: &Caller) {
        self.router.unregister(caller.user, caller.link);
        self.went(caller.user);
    }

    /// Ends all links of a user.
    fn close_user(&self, user: UserId, reason: CloseReason) {
        self.router.close_user(user, reason, None);
    }

    /// Runs what reads the store on a thread that may wait for the disk.
    async fn reading<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Self) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let this = Arc::clone(self);
        let turn = Arc::clone(&self.reads).acquire_owned().await.map_err(|_| internal("the readers are gone"))?;
        let work = spawn_blocking(move || {
            let _turn = turn;
            read(&this)
        });
        work.await.map_err(|error| internal(&error.to_string()))?
    }

    /// Notes what happened in the audit log.
    pub fn note(&self, event: Event) {
        self.audit.note(self.clock.wall_ms(), event);
    }

    fn now(&self) -> Moment {
        self.clock.now()
    }
}

impl std::fmt::Debug for Chat {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Chat").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn done<R: Message>(answer: Result<R, Refused>) -> Asked {
    Asked::Done(answer.map(|reply| reply.encode_to_vec().into()))
}

fn later<R: Message>(answer: impl Future<Output = Result<R, Refused>> + Send + 'static) -> Asked {
    later_raw(answer.map(|answer| answer.map(|reply| reply.encode_to_vec().into())))
}

fn later_raw(answer: impl Future<Output = Answer> + Send + 'static) -> Asked {
    Asked::Later(answer.boxed())
}

fn refuse(code: Code, message: &'static str) -> Asked {
    Asked::Done(Err(Refused::new(code, message)))
}

/// A failure of ours: logged here, and told without its detail.
fn internal(detail: &str) -> Refused {
    tracing::error!(detail, "a request failed");
    Refused::new(Code::Internal, "the server failed at this; its log says more")
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => {
                Self::new(Code::Overloaded, "the log has more than it can write; ask again later")
            }
            StoreError::DiskFull { .. } => Self::new(Code::StoreUnavailable, "the server's disk is full"),
            StoreError::Stopped(_) => Self::new(Code::StoreUnavailable, "the server's log has stopped"),
            StoreError::Damaged(_) => internal(&error.to_string()),
        }
    }
}

impl From<PasswordError> for Refused {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::new(Code::Overloaded, "too many logins at once; try again"),
            PasswordError::Failed(_) => internal(&error.to_string()),
        }
    }
}

/// Accepts a name that a client makes for a message: 1 to 64 bytes.
fn check_client_msg_id(id: &str) -> Result<(), Refused> {
    if (1..=64).contains(&id.len()) {
        Ok(())
    } else {
        Err(Refused::new(Code::BadRequest, format!("client_msg_id has {} bytes, not 1 to 64", id.len())))
    }
}
