//! Routes: which links a user has open, and how to reach them.
//!
//! The router delivers to outboxes and returns; it never waits and never touches a socket. It knows the links of this
//! process, which need not be all there are.

use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry as Slot;
use rustc_hash::FxBuildHasher;

use crate::id::{LinkId, QueueId, UserId};
use crate::outbox::Outbox;
use crate::wire::{CloseReason, Command};

/// Every user's links on this server.
#[derive(Debug, Default)]
pub struct Router {
    // Numbers that we give out ourselves need no hash that withstands an adversary.
    routes: DashMap<UserId, Routes, FxBuildHasher>,
}

/// A user's links. Most have one, which then lies in the map itself.
#[derive(Debug)]
enum Routes {
    One(Route),
    Several(Vec<Route>),
}

#[derive(Debug)]
struct Route {
    /// `None`: a listener, which is no device. It takes nobody's place and counts against nobody's bound.
    device: Option<Arc<str>>,
    outbox: Arc<Outbox>,
}

impl Router {
    /// Makes a link reachable as one of the user's devices, of which there may be `devices_max`. A link of the same
    /// device that was there before is given back, no longer reachable.
    pub fn register(
        &self,
        user: UserId,
        device: &Arc<str>,
        outbox: &Arc<Outbox>,
        devices_max: usize,
    ) -> Result<Option<Arc<Outbox>>, TooManyDevices> {
        let route = Route { device: Some(Arc::clone(device)), outbox: Arc::clone(outbox) };
        match self.routes.entry(user) {
            Slot::Vacant(slot) => {
                slot.insert(Routes::One(route));
                Ok(None)
            }
            Slot::Occupied(mut slot) => {
                let routes = slot.get_mut();
                if let Some(old) = routes.as_mut_slice().iter_mut().find(|old| old.device == route.device) {
                    return Ok(Some(std::mem::replace(old, route).outbox));
                }
                if routes.as_slice().iter().filter(|route| route.device.is_some()).count() >= devices_max {
                    return Err(TooManyDevices);
                }
                routes.push(route);
                Ok(None)
            }
        }
    }

    /// Makes an outbox reachable that belongs to no device, such as one behind a waiting HTTP request. A user may have
    /// `listeners_max` of them.
    pub fn listen(&self, user: UserId, outbox: &Arc<Outbox>, listeners_max: usize) -> Result<(), TooManyDevices> {
        let route = Route { device: None, outbox: Arc::clone(outbox) };
        match self.routes.entry(user) {
            Slot::Vacant(slot) if listeners_max > 0 => {
                slot.insert(Routes::One(route));
            }
            Slot::Occupied(mut slot)
                if slot.get().as_slice().iter().filter(|route| route.device.is_none()).count() < listeners_max =>
            {
                slot.get_mut().push(route);
            }
            Slot::Vacant(_) | Slot::Occupied(_) => return Err(TooManyDevices),
        }
        Ok(())
    }

    /// Makes a link unreachable. By link, not by user: an old link's goodbye may come after the new link's hello.
    pub fn unregister(&self, user: UserId, link: LinkId) {
        if let Slot::Occupied(mut slot) = self.routes.entry(user)
            && slot.get_mut().remove(link)
        {
            slot.remove();
        }
    }

    /// Offers an entry to every link of a user.
    pub fn offer_entry(&self, user: UserId, queue_id: QueueId, body: &Bytes, origin: u64) {
        if let Some(routes) = self.routes.get(&user) {
            for route in routes.as_slice() {
                route.outbox.offer_entry(queue_id, body, origin);
            }
        }
    }

    /// Offers an entry to every link there is.
    pub fn offer_entry_to_everyone(&self, queue_id: QueueId, body: &Bytes, origin: u64) {
        for routes in &self.routes {
            for route in routes.as_slice() {
                route.outbox.offer_entry(queue_id, body, origin);
            }
        }
    }

    /// Offers news that may be lost to every link of a user but one.
    pub fn offer_state(&self, user: UserId, command: Command, body: &Bytes, except: Option<LinkId>) {
        if let Some(routes) = self.routes.get(&user) {
            for route in routes.as_slice().iter().filter(|route| Some(route.outbox.link()) != except) {
                route.outbox.offer_state(command, body);
            }
        }
    }

    /// Ends every link of a user but one.
    pub fn close_user(&self, user: UserId, reason: CloseReason, except: Option<LinkId>) {
        if let Some(routes) = self.routes.get(&user) {
            for route in routes.as_slice().iter().filter(|route| Some(route.outbox.link()) != except) {
                route.outbox.close(reason);
            }
        }
    }

    /// The links of a user's devices: the device, the link's number, and its login's.
    pub fn links_of(&self, user: UserId) -> Vec<(String, LinkId, u64)> {
        let Some(routes) = self.routes.get(&user) else { return Vec::new() };
        let shown = |route: &Route| {
            let device = route.device.as_deref()?.to_owned();
            Some((device, route.outbox.link(), route.outbox.login()))
        };
        routes.as_slice().iter().filter_map(shown).collect()
    }

    /// Ends the link of one device.
    pub fn close_device(&self, user: UserId, device: &str, reason: CloseReason) {
        if let Some(routes) = self.routes.get(&user) {
            for route in routes.as_slice().iter().filter(|route| route.device.as_deref() == Some(device)) {
                route.outbox.close(reason);
            }
        }
    }

    /// Ends every link that was opened by a login. Looks at all links: for what an operator does.
    pub fn close_login(&self, login: u64, reason: CloseReason) {
        for routes in &self.routes {
            for route in routes.as_slice().iter().filter(|route| route.outbox.login() == login) {
                route.outbox.close(reason);
            }
        }
    }

    /// Ends one link of a user.
    pub fn close_link(&self, user: UserId, link: LinkId, reason: CloseReason) {
        if let Some(routes) = self.routes.get(&user) {
            for route in routes.as_slice().iter().filter(|route| route.outbox.link() == link) {
                route.outbox.close(reason);
            }
        }
    }

    pub fn is_online(&self, user: UserId) -> bool {
        self.routes.contains_key(&user)
    }

    /// Who has a device linked.
    pub fn online(&self) -> Vec<UserId> {
        let linked = self.routes.iter().filter(|routes| routes.as_slice().iter().any(|route| route.device.is_some()));
        linked.map(|routes| *routes.key()).collect()
    }

    /// Who has a link or listens.
    pub fn users(&self) -> Vec<UserId> {
        self.routes.iter().map(|routes| *routes.key()).collect()
    }

    /// How many users have a link or listen.
    pub fn users_online(&self) -> usize {
        self.routes.len()
    }
}

impl Routes {
    fn as_slice(&self) -> &[Route] {
        match self {
            Self::One(route) => std::slice::from_ref(route),
            Self::Several(routes) => routes,
        }
    }

    fn as_mut_slice(&mut self) -> &mut [Route] {
        match self {
            Self::One(route) => std::slice::from_mut(route),
            Self::Several(routes) => routes,
        }
    }

    fn push(&mut self, route: Route) {
        match std::mem::replace(self, Self::Several(Vec::new())) {
            Self::One(first) => *self = Self::Several(vec![first, route]),
            Self::Several(mut routes) => {
                routes.push(route);
                *self = Self::Several(routes);
            }
        }
    }

    /// Takes a link out. `true`: none is left.
    fn remove(&mut self, link: LinkId) -> bool {
        match self {
            Self::One(route) => route.outbox.link() == link,
            Self::Several(routes) => {
                routes.retain(|route| route.outbox.link() != link);
                routes.is_empty()
            }
        }
    }
}

/// The user has as many devices linked as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyDevices;

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(link: u64) -> Arc<Outbox> {
        Outbox::new(LinkId(link), 1000)
    }

    fn user(number: i64) -> UserId {
        UserId::parse(number).unwrap()
    }

    #[test]
    fn a_late_goodbye_of_the_old_link_does_not_unroute_the_new_one() {
        let router = Router::default();
        let (old, new, phone) = (outbox(1), outbox(2), Arc::from("phone"));
        assert_eq!(router.register(user(3), &phone, &old, 9).unwrap().map(|outbox| outbox.link()), None);
        let replaced = router.register(user(3), &phone, &new, 9).unwrap();
        assert_eq!(replaced.map(|outbox| outbox.link()), Some(LinkId(1)));
        router.unregister(user(3), LinkId(1));
        assert_eq!(router.users_online(), 1);
        router.unregister(user(3), LinkId(2));
        assert_eq!(router.users_online(), 0);
    }

    #[test]
    fn devices_come_and_go_in_any_order() {
        let router = Router::default();
        for (link, device) in [(1, "phone"), (2, "desk"), (3, "tablet")] {
            assert!(router.register(user(3), &Arc::from(device), &outbox(link), 9).unwrap().is_none());
        }
        for (link, online) in [(2, true), (9, true), (1, true), (3, false), (3, false)] {
            router.unregister(user(3), LinkId(link));
            assert_eq!(router.is_online(user(3)), online, "after link {link} has gone");
        }
    }

    #[test]
    fn a_listener_is_no_device() {
        let router = Router::default();
        let (one, two) = (outbox(1), outbox(2));
        router.listen(user(3), &one, 2).unwrap();
        router.listen(user(3), &two, 2).unwrap();
        assert_eq!(router.listen(user(3), &outbox(3), 2).unwrap_err(), TooManyDevices);
        assert_eq!(router.online(), []);
        assert!(router.register(user(3), &Arc::from("phone"), &outbox(4), 1).unwrap().is_none());
        assert_eq!(router.online(), [user(3)]);
        router.unregister(user(3), LinkId(1));
        router.unregister(user(3), LinkId(4));
        assert_eq!((router.online(), router.users_online()), (vec![], 1));
    }

    #[test]
    fn one_device_too_many_is_refused_and_the_others_stay() {
        let router = Router::default();
        router.register(user(3), &Arc::from("phone"), &outbox(1), 1).unwrap();
        assert_eq!(router.register(user(3), &Arc::from("desk"), &outbox(2), 1).unwrap_err(), TooManyDevices);
        assert!(router.register(user(3), &Arc::from("phone"), &outbox(3), 1).unwrap().is_some());
    }
}
