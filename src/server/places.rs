//! How many connections there may be: of all, and of one address, so that nobody alone takes all.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::address_key;

/// A connection's place among those there may be at once. It lies in every request; what outlives the request on the same
/// connection, such as a WebSocket, takes it along.
#[derive(Clone)]
pub struct Place(#[expect(dead_code, reason = "held, never looked at")] Arc<(OwnedSemaphorePermit, Option<OfAddress>)>);

/// The places there are.
pub struct Places {
    all: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    is_free: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

struct Addresses {
    most: usize,
    /// Bounded by the connections there may be.
    taken: Mutex<HashMap<IpAddr, usize>>,
}

struct OfAddress {
    addresses: Arc<Addresses>,
    key: IpAddr,
}

impl Places {
    /// `all` places, of which one address (of IPv6, one network) gets `per_address`; those of which `is_free` is true get
    /// as many as there are: this machine, and a proxy that brings everybody.
    pub fn new(all: usize, per_address: usize, is_free: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            addresses: Arc::new(Addresses {
                most: per_address,
                taken: Mutex::default(),
            }),
            is_free: Box::new(is_free),
        }
    }

    /// A place, when there is one.
    pub async fn any(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// That place for a connection from `peer`; `None` when its address has all that it gets.
    pub fn of(&self, place: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        if (self.is_free)(peer) {
            return Some(Place(Arc::new((place, None))));
        }
        let key = address_key(peer);
        let mut taken = self.addresses.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_default();
        if *count >= self.addresses.most {
            return None;
        }
        *count += 1;
        let addresses = self.addresses.clone();
        Some(Place(Arc::new((place, Some(OfAddress { addresses, key })))))
    }
}

impl Drop for OfAddress {
    fn drop(&mut self) {
        let mut taken = self.addresses.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_has_its_own_and_gives_them_back() {
        let near: IpAddr = "127.0.0.1".parse().unwrap();
        let places = Places::new(10, 2, move |peer| peer == near);
        let take = async |peer: &str| places.of(places.any().await.unwrap(), peer.parse().unwrap());
        let (one, two) = (take("192.0.2.1").await, take("::ffff:192.0.2.1").await);
        assert!(one.is_some() && two.is_some());
        assert!(take("192.0.2.1").await.is_none(), "it has two");
        assert!(take("192.0.2.2").await.is_some(), "another has its own");
        let (_a, _b) = (take("2001:db8::1").await, take("2001:db8::2").await);
        assert!(take("2001:db8::3").await.is_none(), "one network is one address");
        let many = [
            take("127.0.0.1").await,
            take("127.0.0.1").await,
            take("127.0.0.1").await,
        ];
        assert!(many.iter().all(Option::is_some), "this machine is free");
        drop(one);
        assert!(take("192.0.2.1").await.is_some());
        drop((two, _a, _b, many));
        assert!(
            places.addresses.taken.lock().unwrap().is_empty(),
            "nothing is remembered"
        );
        assert_eq!(places.all.available_permits(), 10);
    }
}
