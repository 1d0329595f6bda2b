use clap::Parser;

use super::*;

fn parse(args: &[&str]) -> Result<Config, String> {
    Cli::try_parse_from(std::iter::once(&"squawkbox").chain(args))
        .map(|cli| cli.serve)
        .map_err(|e| e.to_string())
}

#[test]
fn defaults_serve_on_this_machine_alone() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.address.to_string(), "127.0.0.1:3000");
    assert!(!config.is_https());
}

#[test]
fn public_url_is_an_origin() {
    assert_eq!(
        parse(&["--public-url", "https://desk.test/"])
            .unwrap()
            .public_url
            .unwrap(),
        "https://desk.test"
    );
    for bad in ["desk.test", "ftp://desk.test", "https://desk.test/chat"] {
        assert!(parse(&["--public-url", bad]).is_err(), "{bad}");
    }
}

#[test]
fn unknown_settings_stop_the_start() {
    assert!(parse(&["--adress", "127.0.0.1:1"]).unwrap_err().contains("--address"));
    assert!(parse(&["--keep-logs-days", "0"]).is_err());
    assert!(
        parse(&["--keep-logs-of", "gateway=9y"])
            .unwrap_err()
            .contains("90d,2GB")
    );
    let kept = parse(&["--keep-logs-of", "a=1d,2GB;b*=3h", "--keep-logs-of", "c=1MB"]).unwrap();
    assert_eq!(kept.keep_logs_of.len(), 3);
    assert!(parse(&["--max-file-mib", "0"]).is_err());
    assert!(parse(&["--venues", "nasdaq"]).unwrap_err().contains("coinbase"));
    assert!(parse(&["--log", "loud"]).unwrap_err().contains("debug"));
    assert!(parse(&["--log", "warn,squawkbox=debug"]).is_ok());
}

#[test]
fn variables_that_are_no_setting_are_named() {
    let check = |name: &str| only_known(["PATH", name].map(str::to_owned).into_iter());
    for fine in [
        "SQUAWKBOX_ADDRESS",
        "SQUAWKBOX_DATA",
        "SQUAWKBOX_CACHE",
        "SQUAWKBOX_TOKEN",
        "SQUAWKBOX_PORT_80_TCP_ADDR",
        "HOME",
    ] {
        assert_eq!(check(fine), Ok(()), "{fine}");
    }
    let error = check("SQUAWKBOX_ADRESS").unwrap_err();
    assert!(
        error.contains("SQUAWKBOX_ADRESS") && error.contains("SQUAWKBOX_ADDRESS"),
        "{error}"
    );
}
