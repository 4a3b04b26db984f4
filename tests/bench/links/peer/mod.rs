//! Who is compared: longlink, the forwarders written for this, and servers of others from Debian's packages.

pub(crate) mod bare;
mod foreign;
pub(crate) mod longlink;
pub(crate) mod server;
pub(crate) mod slim;

use clap::ValueEnum;

use super::speech::Speech;
use server::Server;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Peer {
    Longlink,
    Slim,
    Bare,
    Netty,
    NettyGather,
    MosquittoQos0,
    MosquittoQos1,
    Nats,
    Redis,
}

impl Peer {
    pub(crate) const ALL: [Self; 9] = [
        Self::Longlink,
        Self::Slim,
        Self::Bare,
        Self::Netty,
        Self::NettyGather,
        Self::MosquittoQos0,
        Self::MosquittoQos1,
        Self::Nats,
        Self::Redis,
    ];
    /// Those that are built with the project: nothing is to be installed for them.
    pub(crate) const IN_TREE: [Self; 3] = [Self::Longlink, Self::Slim, Self::Bare];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Longlink => "longlink",
            Self::Slim => "slim",
            Self::Bare => "bare",
            Self::Netty => "netty",
            Self::NettyGather => "netty-gather",
            Self::MosquittoQos0 => "mosquitto-qos0",
            Self::MosquittoQos1 => "mosquitto-qos1",
            Self::Nats => "nats",
            Self::Redis => "redis",
        }
    }

    /// What it does for a message, so that nobody takes a row for more than it is.
    pub(crate) fn does(self) -> &'static str {
        match self {
            Self::Longlink => {
                "login by signed token, protobuf, rights and routes; stored in the memory engine; \
                               acknowledged to the sender; offered to every device of the receiver"
            }
            Self::Slim => "forwards by a map and acknowledges; one tokio task a link; no accounts, store or protobuf",
            Self::Bare => "the same on one thread with one epoll: about the least that sockets cost",
            Self::Netty => "the same in Java on Netty (NIO), one flush a message, as Mars' sample server writes",
            Self::NettyGather => "the same with Netty's FlushConsolidationHandler, which gathers writes",
            Self::MosquittoQos0 => "MQTT QoS 0: routed by topic, not acknowledged, no credentials, no persistence",
            Self::MosquittoQos1 => "MQTT QoS 1: acknowledged to the sender, and by the receiver; no persistence",
            Self::Nats => "core NATS: routed by subject, not acknowledged, no credentials",
            Self::Redis => "PUBLISH, which is answered; routed by channel; no credentials, no persistence",
        }
    }

    pub(crate) fn speech(self) -> Speech {
        match self {
            Self::Longlink => Speech::Longlink,
            Self::Slim | Self::Bare | Self::Netty | Self::NettyGather => Speech::Forwarder,
            Self::MosquittoQos0 => Speech::Mqtt0,
            Self::MosquittoQos1 => Speech::Mqtt1,
            Self::Nats => Speech::Nats,
            Self::Redis => Speech::Redis,
        }
    }

    /// Whether it differs from another peer in nothing but how it passes messages on.
    pub(crate) fn is_variant(self) -> bool {
        matches!(self, Self::NettyGather | Self::MosquittoQos1)
    }

    /// How many of a round's messages it takes until it is as fast as it gets: a Java program is compiled while it runs.
    pub(crate) fn warm_up(self) -> u64 {
        if matches!(self, Self::Netty | Self::NettyGather) { 4 } else { 1 }
    }

    pub(crate) fn start(self) -> Server {
        match self {
            Self::Longlink => longlink::start(longlink::MEMORY),
            Self::Slim => server::this_program(self, slim::ARGUMENT),
            Self::Bare => server::this_program(self, bare::ARGUMENT),
            Self::Netty | Self::NettyGather => foreign::netty(self),
            Self::MosquittoQos0 | Self::MosquittoQos1 => foreign::mosquitto(self),
            Self::Nats => foreign::nats(),
            Self::Redis => foreign::redis(),
        }
    }

    pub(crate) fn version(self) -> String {
        match self {
            Self::Longlink | Self::Slim | Self::Bare => env!("CARGO_PKG_VERSION").to_owned(),
            Self::Netty | Self::NettyGather => foreign::netty_version(),
            Self::MosquittoQos0 | Self::MosquittoQos1 => foreign::package_version("mosquitto"),
            Self::Nats => foreign::package_version("nats-server"),
            Self::Redis => foreign::package_version("redis-server"),
        }
    }
}
