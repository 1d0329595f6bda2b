//! `GET /health`: 200 when the databases answer, 503 with the one that doesn't.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;

use super::state::AppState;

/// `{"status":"ok"}`, or 503 with `{"status":"failing","database":name}`.
pub async fn health(State(state): State<AppState>) -> impl IntoResponse {
    for (name, db) in [
        ("desk", &state.desk),
        ("logs", &state.logs.db),
        ("ticker", &state.ticker.db),
    ] {
        if db.check().await.is_err() {
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({"status": "failing", "database": name})),
            );
        }
    }
    (StatusCode::OK, Json(json!({"status": "ok"})))
}
