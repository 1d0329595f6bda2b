//! Configurations to copy, for what ships log lines: name, what it is for, text.

/// For the server at `url`.
pub fn shippers(url: &str) -> Vec<(&'static str, &'static str, String)> {
    let (scheme, host) = url.split_once("://").unwrap_or(("http", url));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, port.to_owned()),
        None => (host, if scheme == "https" { "443" } else { "80" }.to_owned()),
    };
    let tls = if scheme == "https" { "On" } else { "Off" };
    vec![
        (
            "curl, or any program",
            "One JSON object a line. Other names for the parts are given in the URL: ?message=&time=&level=&source=",
            format!(
                "curl -H \"Authorization: Bearer $TOKEN\" {url}/ingest/logs \\\n     -d '{{\"level\":\"warn\",\"source\":\"gateway\",\"message\":\"late packet\",\"seq\":99120}}'"
            ),
        ),
        (
            "Vector",
            "As Loki's; labels become the source and fields.",
            format!(
                "[sinks.squawkbox]\ntype = \"loki\"\ninputs = [\"your_source\"]\nendpoint = \"{url}\"\nencoding.codec = \"json\"\nlabels.service_name = \"{{{{ host }}}}\"\nauth.strategy = \"bearer\"\nauth.token = \"$TOKEN\""
            ),
        ),
        (
            "Fluent Bit",
            "By OpenTelemetry's protocol.",
            format!(
                "[OUTPUT]\n    Name          opentelemetry\n    Match         *\n    Host          {name}\n    Port          {port}\n    Tls           {tls}\n    Logs_uri      /v1/logs\n    Header        Authorization Bearer $TOKEN"
            ),
        ),
        (
            "Grafana Alloy",
            "Everything that a loki.source component reads.",
            format!(
                "loki.write \"squawkbox\" {{\n  endpoint {{\n    url          = \"{url}/loki/api/v1/push\"\n    bearer_token = \"$TOKEN\"\n  }}\n}}"
            ),
        ),
        (
            "OpenTelemetry's SDKs",
            "Variables that every SDK reads.",
            format!(
                "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT={url}/v1/logs\nOTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf\nOTEL_EXPORTER_OTLP_LOGS_HEADERS=Authorization=Bearer%20$TOKEN\nOTEL_SERVICE_NAME=gateway"
            ),
        ),
        (
            "rsyslog",
            "The server listens for syslog where it runs with --syslog-tcp 0.0.0.0:5514, say, and takes it from private networks.",
            format!(
                "*.* action(type=\"omfwd\" target=\"{name}\" port=\"5514\" protocol=\"tcp\" TCP_Framing=\"octet-counted\"\n           template=\"RSYSLOG_SyslogProtocol23Format\" queue.type=\"LinkedList\" action.resumeRetryCount=\"-1\")"
            ),
        ),
        (
            "Docker",
            "Every container's output, by Docker's own syslog driver.",
            format!(
                "docker run --log-driver syslog --log-opt syslog-address=tcp://{name}:5514 \\\n           --log-opt syslog-format=rfc5424micro --log-opt tag={{{{.Name}}}} your/image"
            ),
        ),
        (
            "systemd-journal",
            "What the journal keeps from now on, as JSON through the program itself.",
            format!(
                "journalctl --follow --lines=0 --output=cat | SQUAWKBOX_TOKEN=$TOKEN squawkbox pipe --to {url} --source $(hostname)"
            ),
        ),
    ]
}
