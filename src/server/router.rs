//! The whole of what the server answers to, on one screen.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::HeaderMap,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use leptos::{prelude::provide_context, server_fn::axum::server_fn_paths};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list_with_exclusions};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::RequestBodyTimeoutLayer, trace::TraceLayer,
};

use crate::{
    accounts::server::{caller::Listener, cookie::looks, session},
    alerts,
    app::{App, Door, desk_shell, door_shell},
    chat::{self, server::files},
    checkup::server::{clock, echo, seen},
    error::AppError,
    logs::{self, server::ingest},
    moment, paths, squawk, ticker,
    ui::error_page::SetStatus,
};

use super::{
    api, functions, health::health, limits, listen::Line, problem, refusal, request_id, security, sse, state::AppState,
};

/// Every route, and what every request passes through.
pub fn router(state: AppState) -> Router {
    let context = {
        let state = state.clone();
        move || {
            provide_context(state.clone());
            let (theme, pair) = looks();
            provide_context(theme);
            provide_context(pair);
            provide_context(SetStatus(Arc::new(functions::page_status())));
            security::allow_this_pages_scripts();
        }
    };
    let (options, door_options) = (state.leptos.clone(), state.leptos.clone());
    // Left to itself, leptos_axum would answer server functions, without our limits and statuses.
    let functions: Vec<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let desk_pages = generate_route_list_with_exclusions(App, Some(functions.clone()));
    let door_pages = generate_route_list_with_exclusions(Door, Some(functions));
    let shippers = Router::new()
        .route(paths::INGEST_TICKS, post(ticker::server::ingest::ticks))
        .route(paths::INGEST_LOGS, post(ingest::ndjson::lines))
        .route(paths::LOKI_PUSH, post(ingest::loki::push))
        .route(paths::OTLP_LOGS, post(ingest::otlp::logs))
        .route(paths::ELASTIC, any(ingest::elastic::call))
        .route(paths::ELASTIC_ALL, any(ingest::elastic::call))
        // A wildcard stands for something.
        .route("/elastic/", any(ingest::elastic::call))
        .route(paths::ELASTIC_BULK, post(ingest::elastic::bulk))
        .route(paths::ELASTIC_INDEX_BULK, post(ingest::elastic::bulk))
        .layer(DefaultBodyLimit::max(limits::INGEST_BODY))
        .layer(from_fn_with_state(state.clone(), logs::server::sources::note_refused));
    let programs = api::routes()
        .route(paths::SLACK_HOOK, post(chat::server::hooks::slack))
        .route(paths::ALERTMANAGER_HOOK, post(alerts::server::alertmanager::hook))
        .route(
            paths::SEND,
            get(squawk::server::send::send).post(squawk::server::send::send),
        )
        .layer(DefaultBodyLimit::max(limits::PROGRAM_BODY));
    // What they take, in bytes and in time, is bounded by their own `receive`.
    let files = Router::new()
        .route(paths::FILES, post(files::upload::page))
        .route(paths::SAY, post(files::plain_form::say))
        .route(paths::FILE, get(files::serve::file))
        .route(paths::AVATAR, get(chat::server::avatars::avatar))
        .route(paths::OWN_AVATAR, post(chat::server::avatars::change))
        .route(paths::THUMBNAIL, get(files::serve::small))
        .layer(from_fn_with_state(state.clone(), session::load))
        .merge(api::file_routes())
        .route(paths::CAMPFIRE_BOT, post(chat::server::hooks::campfire))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.clone(), security::same_origin))
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(from_fn_with_state(state.clone(), refusal::speak));
    Router::new()
        .route(paths::CHAT_SOCKET, get(chat::server::socket::open))
        .route(paths::LINE_GATEWAY, get(chat::server::gateway::open))
        .route(paths::EVENTS, get(events))
        .route(paths::ECHO, get(echo::unchanged))
        .route(paths::ECHO_STAMPED, get(echo::stamped))
        .route(paths::CLOCK, get(clock::sse))
        .route(paths::CHECKUP_SEEN, get(seen::seen).post(seen::seen))
        .route(
            paths::SEE,
            get(squawk::server::see::see).options(squawk::server::see::allowed),
        )
        .route(paths::OPTIONS, get(chat::server::options::list))
        .route(paths::LOG_EXPORT, get(logs::server::export::export))
        .route(paths::LOG_ROWS, get(logs::server::fragments::rows))
        .route(paths::LOG_LINE, get(logs::server::fragments::opened))
        .route(paths::PREVIEW, get(chat::server::previews::serve::picture))
        .route(paths::ALERT_KEEP, post(alerts::server::forms::keep_form))
        .route(paths::ALERT_LOOK, post(alerts::server::forms::look_form))
        .route(paths::ALERT_PREVIEW, get(alerts::server::forms::preview))
        .route(paths::ALERT_LEVELS, get(alerts::server::forms::levels))
        .route(paths::SHARE, get(moment::server::share))
        .route(paths::ALERT_ACT, post(alerts::server::acts::act))
        .route(paths::FUNCTIONS, post(functions::call))
        .leptos_routes_with_context(&state, desk_pages, context.clone(), move || desk_shell(options.clone()))
        .leptos_routes_with_context(&state, door_pages, context.clone(), move || {
            door_shell(door_options.clone())
        })
        .fallback(file_and_error_handler_with_context::<AppState, _>(context, desk_shell))
        .layer(from_fn_with_state(state.clone(), session::load))
        .layer(DefaultBodyLimit::max(limits::FORM_BODY))
        .merge(shippers)
        .merge(programs)
        .route(paths::WORKER, get(chat::server::notify::worker::worker))
        .route(paths::HEALTH, get(health))
        .route(paths::LOKI_READY, get(ingest::loki::ready))
        .route(paths::METRICS, get(ticker::server::metrics::metrics))
        // From the inside out: the last one sees a request first.
        .layer(from_fn_with_state(state.clone(), security::same_origin))
        .layer(RequestBodyTimeoutLayer::new(limits::REQUEST_TIME))
        .layer(from_fn(|request: Request, next: Next| {
            refusal::in_time(limits::ANSWER_TIME, request, next)
        }))
        .layer(CatchPanicLayer::custom(refusal::panicked))
        .layer(from_fn_with_state(state.clone(), refusal::speak))
        .layer(CompressionLayer::new())
        .merge(files)
        .layer(from_fn(problem::whatever_refused))
        .layer(from_fn(security::add_headers))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(request_id::span)
                .on_request(())
                .on_failure(()),
        )
        .layer(from_fn(request_id::scope))
        .with_state(state)
}

#[derive(serde::Deserialize)]
struct EventsQuery {
    #[serde(default)]
    topics: String,
    #[serde(default)]
    after: String,
}

/// `GET /events?topics=ticker,logs&after=CURSOR`: the feeds, for whoever is signed in or has a token with the scope `read`,
/// until the session or the token ends. Further parameters are the feeds' own: `symbols` are those of which the ticker tells,
/// `query` says which log lines.
async fn events(
    State(state): State<AppState>,
    listener: Listener,
    Extension(line): Extension<Line>,
    Query(query): Query<EventsQuery>,
    Query(asked): Query<sse::Asked>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let feeds = sse::choose(&state.feeds, &query.topics)?;
    let resumed = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .filter(|id| !id.is_empty());
    let cursors = sse::Cursors::parse(resumed.unwrap_or(&query.after));
    let who = listener.id();
    let (ended, stopping) = (listener.ended(), state.shutdown.begun.clone());
    let end = async move {
        tokio::select! {
            () = ended => (),
            () = stopping.cancelled_owned() => (),
        }
    };
    sse::respond(&feeds, cursors, &asked, who, end, line)
}
