//! A link into Squawkbox itself. Pure.

use std::net::IpAddr;

use reqwest::Url;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Such as `/logs/search`.
    pub path: String,
    query: Vec<(String, String)>,
    /// After the `#`.
    pub fragment: String,
    /// All of it, from the path on.
    pub href: String,
}

/// Under which addresses people reach this server.
#[derive(Clone, Debug)]
pub struct Own {
    /// The host of its public URL, where it has one.
    pub host: Option<String>,
    /// Where it listens.
    pub port: u16,
}

impl Own {
    /// Whether the URL leads to this server. Without a public URL it is the port that says so, of hosts that nobody reaches
    /// from outside.
    fn is(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        if let Some(own) = &self.host {
            return host == own;
        }
        let is_near = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
            Err(_) => {
                !host.contains('.')
                    || [".local", ".lan", ".internal", ".home"]
                        .iter()
                        .any(|end| host.ends_with(end))
            }
        };
        is_near && url.port_or_known_default() == Some(self.port)
    }

    /// The link, where the address leads to this server.
    pub fn link(&self, address: &str) -> Option<Link> {
        let url = Url::parse(address).ok()?;
        self.is(&url).then(|| Link::of(&url))
    }
}

impl Link {
    /// What is behind the host.
    fn of(url: &Url) -> Self {
        let after = |sign: char, part: Option<&str>| part.map_or(String::new(), |part| format!("{sign}{part}"));
        Self {
            path: url.path().to_owned(),
            query: url
                .query_pairs()
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            fragment: url.fragment().unwrap_or_default().to_owned(),
            href: url.path().to_owned() + &after('?', url.query()) + &after('#', url.fragment()),
        }
    }

    /// Of a path with its query, as it stands in pages.
    pub fn inside(path: &str) -> Option<Self> {
        let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        let url = is_path.then(|| Url::parse(&format!("http://desk{path}")).ok())??;
        (url.host_str() == Some("desk")).then(|| Self::of(&url))
    }

    /// The value of this name in the query; empty ones are none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_addresses_are_known() {
        let own = |host: Option<&str>| Own {
            host: host.map(Into::into),
            port: 3000,
        };
        for url in [
            "http://127.0.0.1:3000/logs/search?at=5#line-5",
            "http://localhost:3000/",
            "http://[::1]:3000/at/now",
            "http://desk.lan:3000/",
            "http://192.168.1.4:3000/",
        ] {
            assert!(own(None).link(url).is_some(), "{url}");
            assert!(own(Some("desk.example.com")).link(url).is_none(), "{url}");
        }
        for url in [
            "http://127.0.0.1:3001/",
            "http://example.com:3000/",
            "https://8.8.8.8:3000/",
            "mailto:a@b",
        ] {
            assert!(own(None).link(url).is_none(), "{url}");
        }
        let link = own(Some("desk.example.com")).link("https://desk.example.com/logs/search?q=a+b%26&at=#x");
        let link = link.expect("own");
        assert_eq!(
            (link.path.as_str(), link.get("q"), link.get("at")),
            ("/logs/search", Some("a b&"), None)
        );
        assert_eq!(
            (link.href.as_str(), link.fragment.as_str()),
            ("/logs/search?q=a+b%26&at=#x", "x")
        );
    }

    #[test]
    fn a_path_leads_nowhere_else() {
        assert!(Link::inside("/at/now?span=60").is_some());
        for path in ["//evil.test/", "https://evil.test/", "at/now", "/\\evil.test", ""] {
            assert!(Link::inside(path).is_none(), "{path}");
        }
    }
}
