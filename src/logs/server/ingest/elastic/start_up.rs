//! What shippers ask before they send. They mean to set up indices and templates, of which there are none here, so most of it
//! is answered with an empty object.

use axum::{
    extract::{FromRequestParts, Request},
    http::{Method, StatusCode},
    response::Response,
};
use serde_json::{Value, json};

use super::{answered, refused};
use crate::{accounts::server::tokens::IngestToken, server::state::AppState};

/// What they are told that this is, since they speak otherwise to other versions.
const VERSION: &str = "8.17.0";
/// Where calls about what isn't here begin.
const STUBS: &[&str] = &[
    "_alias",
    "_aliases",
    "_component_template",
    "_data_stream",
    "_ilm",
    "_index_template",
    "_ingest",
    "_logstash",
    "_nodes",
    "_security",
    "_template",
    "_xpack",
];

/// Answers any call but `_bulk`.
pub async fn answer(state: &AppState, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if let Err(unknown) = IngestToken::from_request_parts(&mut parts, state).await {
        return refused(&unknown.into());
    }
    let path = parts.uri.path();
    let path = path.strip_prefix(crate::paths::ELASTIC).unwrap_or(path);
    match body(&parts.method, path.trim_matches('/')) {
        Some(body) => answered(StatusCode::OK, &body),
        None => answered(
            StatusCode::NOT_FOUND,
            &json!({"error": {"type": "resource_not_found_exception", "reason": "Only log lines are taken here, by _bulk."},
                    "status": 404}),
        ),
    }
}

fn body(method: &Method, path: &str) -> Option<Value> {
    let first = path.split('/').next().unwrap_or_default();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    Some(match first {
        "" if reads => json!({
            "name": "squawkbox",
            "cluster_name": "squawkbox",
            "cluster_uuid": "squawkbox",
            "version": {"number": VERSION, "build_flavor": "default", "minimum_wire_compatibility_version": "7.17.0",
                        "minimum_index_compatibility_version": "7.0.0"},
            "tagline": "You Know, for Search"
        }),
        "_cluster" if path.ends_with("/health") => {
            json!({"cluster_name": "squawkbox", "status": "green", "timed_out": false})
        }
        "_license" => json!({"license": {"uid": "squawkbox", "type": "basic", "mode": "basic", "status": "active"}}),
        "_nodes" => json!({"nodes": {}}),
        stub if STUBS.contains(&stub) => match reads {
            true => json!({}),
            false => json!({"acknowledged": true}),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shippers_ask() {
        let get = |path| body(&Method::GET, path);
        assert_eq!(get("").unwrap()["version"]["number"], VERSION);
        assert_eq!(get("_cluster/health").unwrap()["status"], "green");
        assert_eq!(get("_license").unwrap()["license"]["status"], "active");
        for path in [
            "_ilm/policy/filebeat",
            "_index_template/filebeat-8.17.0",
            "_ingest/pipeline",
            "_xpack",
        ] {
            assert_eq!(get(path), Some(json!({})), "{path}");
        }
        let put = body(&Method::PUT, "_index_template/filebeat-8.17.0");
        assert_eq!(put, Some(json!({"acknowledged": true})));
        assert_eq!((get("_search"), body(&Method::DELETE, "")), (None, None));
    }
}
