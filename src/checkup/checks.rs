//! What is checked, in the order in which it is tried; `public/checkup.js` knows each by its `id`.

use super::mends::{self, Mends};

/// One check.
pub struct Check {
    /// What the script calls it.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What is tried.
    pub tries: &'static str,
    /// What mends it besides a proxy's setting, or instead of one.
    pub also: &'static str,
    /// The setting of each proxy that mends it.
    pub mends: Mends,
}

/// All of them.
pub const CHECKS: [Check; 9] = [
    Check {
        id: "address",
        name: "Address",
        tries: "Whether the server is asked for as this page was, with Host and Origin as the browser sends them, and knows who \
                asks and whether by https.",
        also: "The server is told the address that people type with --public-url, such as --public-url \
               https://desk.example.com. With it, what a proxy says of who asks is believed.",
        mends: mends::ADDRESS,
    },
    Check {
        id: "cookies",
        name: "Cookies",
        tries: "Whether a cookie like the one that keeps you signed in gets to the browser as it was set, and back.",
        also: "Over https cookies are bound to it once the server knows of it: --public-url https://desk.example.com.",
        mends: mends::COOKIES,
    },
    Check {
        id: "compression",
        name: "Compression",
        tries: "Whether pages come compressed, and streams of events don't.",
        also: "",
        mends: mends::COMPRESSION,
    },
    Check {
        id: "clock",
        name: "Clocks",
        tries: "Whether the server's clock and this device's agree within two seconds.",
        also: "Clocks are set right by NTP: timedatectl set-ntp true on the server, the date settings on this device. Where the \
               server's time stands still, something keeps answers that it should ask for anew.",
        mends: mends::CACHE,
    },
    Check {
        id: "upgrade",
        name: "WebSocket",
        tries: "Whether a WebSocket opens; chat goes over one.",
        also: "A server that is asked for by another address than this page's refuses it, too: see Address.",
        mends: mends::UPGRADE,
    },
    Check {
        id: "messages",
        name: "Messages",
        tries: "Whether text, bytes and 64 KiB at once come back as they were sent.",
        also: "",
        mends: mends::TUNNEL,
    },
    Check {
        id: "close",
        name: "Closing",
        tries: "Whether a WebSocket closes with the code and the reason that were given.",
        also: "",
        mends: mends::TUNNEL,
    },
    Check {
        id: "events",
        name: "Events",
        tries: "Whether events that are sent a second apart arrive a second apart; prices and log lines come as events.",
        also: "",
        mends: mends::EVENTS,
    },
    Check {
        id: "latency",
        name: "Latency",
        tries: "How long a message takes to the server and back, four times a second for 30 seconds.",
        also: "A long way takes its time whatever the settings are. What is slow now and then is mostly a busy machine.",
        mends: mends::LATENCY,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkup::mends::PROXIES;

    #[test]
    fn every_check_is_tried_by_the_script_and_mended_in_every_proxy() {
        let script = include_str!("../../public/checkup.js");
        for check in &CHECKS {
            assert!(script.contains(&format!("{}:", check.id)), "{} is not tried", check.id);
            for ((_, name), text) in PROXIES.iter().zip(check.mends) {
                assert!(!text.trim().is_empty(), "{}: {name}", check.id);
            }
        }
        for (id, _) in PROXIES {
            assert!(script.contains(&format!("\"{id}\"")), "{id} is never guessed");
        }
    }
}
