//! Who may try their line here: whoever is signed in, whoever has a token with the scope `read`, and, with `--open-checkup`,
//! anybody.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
    response::Response,
};

use crate::{
    accounts::server::{caller::Listener, tokens::bearer},
    ids::UserId,
    server::{config::Config, limits::address_key, security::client_address, state::AppState},
};

/// Under whom it counts what somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A person or a bot.
    Member(UserId),
    /// Anybody at this address.
    Stranger(IpAddr),
}

impl Who {
    /// True of those whom nobody knows.
    pub const fn is_stranger(self) -> bool {
        matches!(self, Self::Stranger(_))
    }
}

/// Somebody who may. As an extractor it refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct Guest {
    /// Who.
    pub who: Who,
    known: Option<Listener>,
}

impl Guest {
    /// Completes when the session or the token ends; of a stranger never.
    pub async fn ended(self) {
        match self.known {
            Some(known) => known.ended().await,
            None => std::future::pending().await,
        }
    }
}

impl FromRequestParts<AppState> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match Listener::from_request_parts(parts, state).await {
            Ok(known) => Ok(Self {
                who: Who::Member(known.id()),
                known: Some(known),
            }),
            // Whoever shows a token that is none is told that.
            Err(_) if state.config.open_checkup && bearer(parts).is_none() => Ok(Self {
                who: Who::Stranger(address_key(sender(parts, &state.config))),
                known: None,
            }),
            Err(refused) => Err(refused),
        }
    }
}

/// Who counts as the sender of a request.
pub fn sender(parts: &Parts, config: &Config) -> IpAddr {
    client_address(&parts.headers, peer(parts), config)
}

/// Who is at the other end of the connection: the sender, or a proxy.
pub fn peer(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
        .to_canonical()
}
