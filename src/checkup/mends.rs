//! Which setting of a proxy mends what, to copy. From the manuals of nginx, Caddy 2, Traefik 3 and Apache 2.4.

/// The proxies, as the script calls them and by their names.
pub const PROXIES: [(&str, &str); 4] = [
    ("nginx", "nginx"),
    ("caddy", "Caddy"),
    ("traefik", "Traefik"),
    ("apache", "Apache"),
];

/// A text for each of [`PROXIES`].
pub type Mends = [&'static str; 4];

/// Host, Origin, who asks.
pub const ADDRESS: Mends = [
    "# where the address names a port: $host:$server_port
proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $scheme;",
    "# by itself Caddy passes on whom one asked for, and who asks: take away other `header_up Host …`
reverse_proxy 127.0.0.1:3000 {
    header_up Host {hostport}
}",
    "# dynamic configuration
http:
  services:
    squawkbox:
      loadBalancer:
        passHostHeader: true
        servers:
          - url: http://127.0.0.1:3000",
    "ProxyPreserveHost On
ProxyAddHeaders On
RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}",
];

/// Cookies as they are.
pub const COOKIES: Mends = [
    "# take away: proxy_cookie_flags, proxy_cookie_path, proxy_cookie_domain,
#            proxy_hide_header Set-Cookie, proxy_set_header Cookie
proxy_set_header X-Forwarded-Proto $scheme;",
    "# take away: header_up Cookie, header_down Set-Cookie, with - or > before them too
reverse_proxy 127.0.0.1:3000",
    "# take this away from the middlewares of the router
http:
  middlewares:
    anything:
      headers:
        customRequestHeaders:
          Cookie: \"\"
        customResponseHeaders:
          Set-Cookie: \"\"",
    "# take away: ProxyPassReverseCookieDomain, ProxyPassReverseCookiePath,
#            Header edit Set-Cookie, Header unset Set-Cookie, RequestHeader unset Cookie
RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}",
];

/// Pages compressed, events not.
pub const COMPRESSION: Mends = [
    "# the server compresses; take away: proxy_set_header Accept-Encoding \"\";  gunzip on;
# and let text/event-stream, and *, not be among the types:
gzip_types text/css text/javascript application/json application/wasm image/svg+xml;",
    "# the server compresses; take away: header_up Accept-Encoding, with - before it too
# where Caddy is to compress, not the streams:
@pages not path /events /sse /see
encode @pages zstd gzip",
    "# the server compresses; where Traefik is to, not the streams
http:
  middlewares:
    pages:
      compress:
        excludedContentTypes:
          - text/event-stream",
    "# the server compresses; take away: RequestHeader unset Accept-Encoding,  SetOutputFilter INFLATE
# where Apache is to compress, not the streams:
SetEnvIf Request_URI \"^/(events|sse|see)$\" no-gzip=1",
];

/// Answers that are asked for each time.
pub const CACHE: Mends = [
    "proxy_cache off;",
    "# by itself Caddy keeps nothing: take away the directive `cache`, which a plugin brings",
    "# by itself Traefik keeps nothing: take a plugin that does away from the middlewares of the router",
    "CacheDisable \"/\"",
];

/// Upgrades passed on.
pub const UPGRADE: Mends = [
    "proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection \"upgrade\";",
    "# by itself Caddy passes upgrades on: take away `header_up -Upgrade` and `header_up -Connection`
reverse_proxy 127.0.0.1:3000",
    "# by itself Traefik passes upgrades on: take this away from the middlewares of the router
http:
  middlewares:
    anything:
      headers:
        customRequestHeaders:
          Upgrade: \"\"
          Connection: \"\"",
    "# 2.4.47 or newer, with mod_proxy_http
ProxyPass \"/\" \"http://127.0.0.1:3000/\" upgrade=websocket",
];

/// A WebSocket left alone once it is open.
pub const TUNNEL: Mends = [
    "proxy_read_timeout 1h;
proxy_send_timeout 1h;
# and, where there is ModSecurity:
modsecurity off;",
    "reverse_proxy 127.0.0.1:3000 {
    stream_timeout 0
    stream_close_delay 5m
}",
    "# static configuration
entryPoints:
  websecure:
    transport:
      respondingTimeouts:
        readTimeout: 0
        writeTimeout: 0",
    "ProxyPass \"/\" \"http://127.0.0.1:3000/\" upgrade=websocket timeout=3600
# and, where there is mod_reqtimeout:
RequestReadTimeout header=20-40 body=0",
];

/// Events passed on as they come.
pub const EVENTS: Mends = [
    "proxy_buffering off;
proxy_http_version 1.1;
# and take away: proxy_ignore_headers X-Accel-Buffering, and text/event-stream and * among gzip_types",
    "reverse_proxy 127.0.0.1:3000 {
    flush_interval -1
}
# and take away: response_buffers",
    "# dynamic configuration; and no middleware `buffering`
http:
  services:
    squawkbox:
      loadBalancer:
        responseForwarding:
          flushInterval: -1ms
        servers:
          - url: http://127.0.0.1:3000",
    "ProxyPass \"/\" \"http://127.0.0.1:3000/\" upgrade=websocket flushpackets=on
SetEnvIf Request_URI \"^/(events|sse|see)$\" no-gzip=1",
];

/// What little can be set about time.
pub const LATENCY: Mends = [
    "tcp_nodelay on;
proxy_read_timeout 1h;",
    "reverse_proxy 127.0.0.1:3000 {
    flush_interval -1
    stream_timeout 0
}",
    "# a middleware `rateLimit` or `inFlightReq` makes requests wait: leave them out for this router
http:
  routers:
    squawkbox:
      middlewares: []",
    "ProxyPass \"/\" \"http://127.0.0.1:3000/\" upgrade=websocket flushpackets=on timeout=3600",
];
