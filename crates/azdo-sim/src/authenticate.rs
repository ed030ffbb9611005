//! Who is asking: the Authorization header, the faces of refusal, scopes.
//!
//! Source: handbook section 2. A refused token has several faces, chosen by doubts; a request that sends
//! `X-TFS-FedAuthRedirect: Suppress` gets 401 in words rather than a page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::Sim;
use crate::access::{Person, Token};
use crate::doubts::RefusalFace;
use crate::http::{HttpRequest, HttpResponse};
use crate::refusal::Refusal;

/// The id of the caller that nobody knows. Source: seen in TF400813 messages.
pub(crate) const ANONYMOUS_ID: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

/// Who asks, and with which token.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub person: Person,
    pub token: Token,
}

/// Why nobody was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unrecognised {
    NoToken,
    BadToken,
    Expired,
}

impl Sim {
    pub(crate) fn authenticate(&self, now_us: i64, request: &HttpRequest) -> Result<Caller, Unrecognised> {
        let header = request.header("authorization").ok_or(Unrecognised::NoToken)?;
        let text = token_text(header).ok_or(Unrecognised::BadToken)?;
        let token = self
            .access
            .token(&text)
            .filter(|token| !token.is_revoked)
            .ok_or(Unrecognised::BadToken)?;
        let is_for_us = token
            .organization
            .as_ref()
            .is_none_or(|name| name.eq_ignore_ascii_case(&self.organization.name));
        let person = self
            .organization
            .person(&token.person)
            .filter(|_| is_for_us)
            .ok_or(Unrecognised::BadToken)?;
        if token.expires_us.is_some_and(|expires_us| expires_us <= now_us) {
            return Err(Unrecognised::Expired);
        }
        Ok(Caller {
            person: person.clone(),
            token: token.clone(),
        })
    }

    pub(crate) fn refuse_caller(&self, request: &HttpRequest, why: Unrecognised) -> HttpResponse {
        let wants_words = request
            .header("x-tfs-fedauthredirect")
            .is_some_and(|v| v.eq_ignore_ascii_case("suppress"));
        let is_get_or_post = matches!(request.method.as_str(), "GET" | "POST");
        match why {
            Unrecognised::Expired if wants_words || !is_get_or_post || !self.doubts().expired_shows_sign_in => {
                expired()
            }
            Unrecognised::Expired => sign_in_page(203),
            _ if wants_words => unauthorized_json(""),
            _ => match self.doubts().refusal_face {
                RefusalFace::Json401 => unauthorized_json(""),
                RefusalFace::Html401 => sign_in_page(401),
                RefusalFace::SignIn203 => sign_in_page(203),
                RefusalFace::Redirect302 => redirect(self),
            },
        }
    }

    /// The token lacks a scope: the message names the real user, unlike that of an unknown token.
    pub(crate) fn require_scope(&self, caller: &Caller, scopes: &[&str]) -> Result<(), HttpResponse> {
        if scopes.is_empty() || scopes.iter().any(|scope| caller.token.covers(scope)) {
            return Ok(());
        }
        let mut refused = unauthorized_json(&caller.person.id);
        if self.doubts().missing_scope_is_403 {
            refused.status = 403;
        }
        Err(refused)
    }
}

/// The token in `Basic base64(user:token)`; the user is any text.
fn token_text(header: &str) -> Option<String> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    text.split_once(':').map(|(_, token)| token.to_owned())
}

/// 401 with the envelope, naming the user if there is one.
fn unauthorized_json(user_id: &str) -> HttpResponse {
    let refusal = Refusal {
        namespace: "Microsoft.TeamFoundation.Framework.Server",
        ..Refusal::general(
            401,
            "UnauthorizedRequestException",
            format!("TF400813: The user '{user_id}' is not authorized to access this resource."),
        )
    };
    with_challenge(json_answer(401, &refusal.envelope()))
}

fn expired() -> HttpResponse {
    let custom = json!({"Descriptor": null, "IdentityDisplayName": null, "Token": null, "RequestedPermissions": 0, "NamespaceId": "00000000-0000-0000-0000-000000000000"});
    let refusal = Refusal {
        namespace: "Microsoft.VisualStudio.Services.Security",
        custom: Some(Box::new(custom)),
        ..Refusal::general(
            401,
            "AccessCheckException",
            "Access Denied: The Personal Access Token used has expired.",
        )
    };
    with_challenge(json_answer(401, &refusal.envelope()))
}

fn with_challenge(mut answer: HttpResponse) -> HttpResponse {
    let challenge = "Bearer authorization_uri=https://login.microsoftonline.com/common, Basic realm=\"Azure DevOps\", TFS-Federated";
    answer
        .headers
        .push(("WWW-Authenticate".to_owned(), challenge.to_owned()));
    answer
}

fn redirect(sim: &Sim) -> HttpResponse {
    let url = format!(
        "{}/_signin?realm=dev.azure.com&reply_to={}",
        sim.config.base_url, sim.organization.name
    );
    HttpResponse {
        status: 302,
        headers: vec![
            ("Location".to_owned(), url.clone()),
            ("X-TFS-FedAuthRedirect".to_owned(), url),
            ("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned()),
        ],
        body: b"<html><head><title>Object moved</title></head><body><h2>Object moved</h2></body></html>".to_vec(),
    }
}

/// An answer with a JSON body.
pub(crate) fn json_answer(status: u16, body: &serde_json::Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())],
        body: body.to_string().into_bytes(),
    }
}

/// The sign-in page, as 203 or whatever `status` says.
pub(crate) fn sign_in_page(status: u16) -> HttpResponse {
    let body = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"><html><head><title>Azure DevOps Services | Sign In</title></head><body><div>Sign in to Azure DevOps</div></body></html>";
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}
