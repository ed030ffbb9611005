//! Who is asking: the Authorization header, the faces of refusal, scopes.

use crate::http::HttpResponse;

/// The sign-in page, as 203 or whatever `status` says.
pub(crate) fn sign_in_page(status: u16) -> HttpResponse {
    let body = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"><html><head><title>Azure DevOps Services | Sign In</title></head><body><div>Sign in to Azure DevOps</div></body></html>";
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}
