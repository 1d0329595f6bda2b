//! What topic `squawk` of the event stream carries: each event is a [`Headline`](super::model::Headline) as JSON, a new one
//! or one that somebody has seen meanwhile. A cursor is the `changed` of the last one.

/// The topic, which is also the events' type.
pub const TOPIC: &str = "squawk";
