//! What the description says of every call alike: that it takes a token, and how it is refused.

use serde_json::json;
use utoipa::{
    Modify, PartialSchema, ToSchema,
    openapi::{
        Content, Header, OpenApi, Ref, RefOr, Response,
        path::Operation,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use crate::server::problem::{Document, document};

/// A refusal that calls share.
struct Refusal {
    /// Its name among the components.
    name: &'static str,
    status: u16,
    /// When.
    when: &'static str,
    /// What a document of it says, for example.
    says: &'static str,
    /// Which calls.
    of: fn(&Operation) -> bool,
}

const REFUSALS: [Refusal; 8] = [
    Refusal {
        name: "Invalid",
        status: 400,
        when: "Something in the address or the body can't be read; `detail` says what.",
        says: "Send JSON, with the header `Content-Type: application/json`.",
        of: |call| call.parameters.as_ref().is_some_and(|all| !all.is_empty()) || call.request_body.is_some(),
    },
    Refusal {
        name: "Unknown",
        status: 401,
        when: "No token, or one that is unknown or was revoked.",
        says: "Send a token in the header `Authorization: Bearer sbx_…`. Make one with `squawkbox bot create NAME`.",
        of: |_| true,
    },
    Refusal {
        name: "Forbidden",
        status: 403,
        when: "The token lacks the scope.",
        says: "This token lacks the scope `post`: it has `read`. Make one that has it with `squawkbox token create --scope`.",
        of: |_| true,
    },
    Refusal {
        name: "Missing",
        status: 404,
        when: "There is no such thing, or not for the bot.",
        says: "There is no such room. It may have been removed, or the link is wrong.",
        of: |call| {
            call.parameters.iter().flatten().any(|parameter| match parameter {
                RefOr::T(parameter) => parameter.parameter_in == utoipa::openapi::path::ParameterIn::Path,
                RefOr::Ref(_) => false,
            })
        },
    },
    Refusal {
        name: "TooLarge",
        status: 413,
        when: "Larger than the limit that `detail` names.",
        says: "A message can hold 16 KiB; this one has 20. Send it in parts.",
        of: |call| call.request_body.is_some(),
    },
    Refusal {
        name: "TooFast",
        status: 429,
        when: "Too many in too short a time; `Retry-After` says for how many seconds to wait.",
        says: "That was too fast. Try again in 1 s.",
        of: |_| true,
    },
    Refusal {
        name: "Fault",
        status: 500,
        when: "A fault of the server's, which it has logged under the id that `detail` names.",
        says: "Something went wrong on our side. It is logged under 9f86d081884c7d65.",
        of: |_| true,
    },
    Refusal {
        name: "Busy",
        status: 503,
        when: "The server is stopping or has too much to do; the same request may go through later.",
        says: "The server is busy. Try again in a moment.",
        of: |_| true,
    },
];

/// Adds to the description what holds for every call.
pub struct Alike;

impl Modify for Alike {
    fn modify(&self, api: &mut OpenApi) {
        let components = api.components.get_or_insert_default();
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", token);
        let name = Document::name().into_owned();
        components.schemas.insert(name, Document::schema());
        for refusal in &REFUSALS {
            let mut response = Response::new(refusal.when);
            if refusal.status == 429 {
                let seconds = Header::new(u32::schema());
                response.headers.insert("Retry-After".into(), seconds.into());
            }
            let says = Some(refusal.says);
            response
                .content
                .insert(PROBLEM.into(), problem(refusal.status, says).into());
            components.responses.insert(refusal.name.into(), response.into());
        }
        for item in api.paths.paths.values_mut() {
            let calls = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            calls.into_iter().flatten().for_each(add_refusals);
        }
    }
}

const PROBLEM: &str = "application/problem+json";

/// A refusal's document.
fn problem(status: u16, says: Option<&str>) -> Content {
    let mut content = Content::new(Some(Ref::from_schema_name(Document::name())));
    content.example = says.map(|says| json!(document(status, says)));
    content
}

/// Gives a call the refusals that it shares with others, and its own the document that they are.
fn add_refusals(call: &mut Operation) {
    let own = &mut call.responses.responses;
    for (status, response) in own.iter_mut() {
        let refused = status.parse().ok().filter(|status| (400..600).contains(status));
        if let (Some(status), RefOr::T(response)) = (refused, response) {
            let says = response.description.clone();
            response
                .content
                .insert(PROBLEM.into(), problem(status, Some(&says)).into());
        }
    }
    let shared = REFUSALS.iter().filter(|refusal| (refusal.of)(call)).collect::<Vec<_>>();
    for refusal in shared {
        let link = Ref::from_response_name(refusal.name);
        call.responses
            .responses
            .entry(refusal.status.to_string())
            .or_insert(link.into());
    }
}
