//! Service hooks: subscriptions, the notifications they send, and what a receiver's answer does to them.

/// One notification on its way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in [`crate::Sim::delivered`].
    pub id: u64,
    /// Where it goes.
    pub url: String,
    /// `Authorization` and the subscription's own headers.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver answered with this status.
    Status(u16),
    /// No connection, or no answer in time.
    NoAnswer,
}

/// A Web Hooks subscription as a person makes it in the project's settings.
#[derive(Debug, Clone)]
pub struct SubscriptionSpec {
    /// Name or id of the project.
    pub project: String,
    /// `workitem.created`, `.updated`, `.deleted`, `.restored`, `.commented`.
    pub event_type: String,
    /// The receiver.
    pub url: String,
    /// User name and password.
    pub basic_auth: (String, String),
}
