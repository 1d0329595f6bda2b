//! Where syslog comes in, as the command line says it.

use std::{net::IpAddr, net::SocketAddr, path::PathBuf};

use clap::Args;
use ipnet::IpNet;

/// This machine, and the networks that nobody reaches from elsewhere.
const NEAR: &str = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10";

/// Where syslog comes in, and from where.
#[derive(Clone, Debug, Args)]
pub struct SyslogSettings {
    /// Take syslog over UDP at this address and port, such as 0.0.0.0:514
    #[arg(long, env = "SQUAWKBOX_SYSLOG_UDP", value_name = "ADDRESS:PORT")]
    pub syslog_udp: Option<SocketAddr>,

    /// Take syslog over TCP at this address and port
    #[arg(long, env = "SQUAWKBOX_SYSLOG_TCP", value_name = "ADDRESS:PORT")]
    pub syslog_tcp: Option<SocketAddr>,

    /// Take syslog over TLS at this address and port, such as 0.0.0.0:6514
    #[arg(
        long,
        env = "SQUAWKBOX_SYSLOG_TLS",
        value_name = "ADDRESS:PORT",
        requires_all = ["syslog_cert", "syslog_key"]
    )]
    pub syslog_tls: Option<SocketAddr>,

    /// The certificate that is shown there, and those that vouch for it, as PEM
    #[arg(long, env = "SQUAWKBOX_SYSLOG_CERT", value_name = "FILE", requires = "syslog_tls")]
    pub syslog_cert: Option<PathBuf>,

    /// The key that goes with it, as PEM
    #[arg(long, env = "SQUAWKBOX_SYSLOG_KEY", value_name = "FILE", requires = "syslog_tls")]
    pub syslog_key: Option<PathBuf>,

    /// Networks from which syslog is taken: it comes without a token
    #[arg(
        long,
        env = "SQUAWKBOX_SYSLOG_FROM",
        value_delimiter = ',',
        default_value = NEAR,
        value_name = "NETWORK,…",
        value_parser = network
    )]
    pub syslog_from: Vec<IpNet>,
}

impl SyslogSettings {
    /// True when it comes in anywhere.
    pub fn is_on(&self) -> bool {
        self.syslog_udp.is_some() || self.syslog_tcp.is_some() || self.syslog_tls.is_some()
    }
}

/// A network, such as `10.0.0.0/8`, or an address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network = address.or_else(|_| text.parse().map_err(|_| ()));
    network.map_err(|()| "expected a network such as 10.0.0.0/8, or an address".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::server::config::Cli;

    fn read(args: &[&str]) -> Result<SyslogSettings, String> {
        let args = ["squawkbox"].iter().chain(args);
        let cli = Cli::try_parse_from(args).map_err(|error| error.to_string())?;
        Ok(cli.serve.syslog)
    }

    #[test]
    fn only_who_is_near_may_send_unless_another_is_named() {
        let is_in = |args: &[&str], address: &str| {
            let address: IpAddr = address.parse().unwrap();
            read(args)
                .unwrap()
                .syslog_from
                .iter()
                .any(|network| network.contains(&address))
        };
        for (address, near) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("172.17.0.2", true),
            ("192.0.2.7", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_in(&[], address), near, "{address}");
        }
        let named = ["--syslog-from", "192.0.2.0/24, 2001:db8::1"];
        assert!(is_in(&named, "192.0.2.7") && is_in(&named, "2001:db8::1") && !is_in(&named, "127.0.0.1"));
        assert!(read(&["--syslog-from", "here"]).unwrap_err().contains("10.0.0.0/8"));
    }

    #[test]
    fn tls_wants_its_files() {
        assert!(!read(&[]).unwrap().is_on());
        let error = read(&["--syslog-tls", "127.0.0.1:6514", "--syslog-key", "k"]).unwrap_err();
        assert!(error.contains("--syslog-cert"), "{error}");
        assert!(read(&["--syslog-key", "k"]).is_err());
        assert!(read(&["--syslog-tcp", "127.0.0.1:0"]).unwrap().is_on());
    }
}
