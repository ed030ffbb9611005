//! Which error an answer is. One answer each, through the client's own bytes.

use azdo::{AuthFailure, Error, Response, Throttle, TransportError, TransportErrorKind, WorkItemId};
use serde_json::json;

use crate::support::{Script, html, json as answer, run, with};

/// What a read of one work item makes of an answer, and whether that is a proof that nothing changed.
fn check(response: Response, expected: &str, is_definite: bool) {
    let script = Script::of([response]);
    let error = run(script.client().work_item(WorkItemId(5))).unwrap_err();
    assert_eq!(format!("{error:?}"), expected);
    assert_eq!(error.is_definite(), is_definite, "{error:?}");
    assert_eq!(script.asked().len(), 1, "nothing is retried");
}

fn envelope(type_key: &str, message: &str) -> serde_json::Value {
    json!({
        "$id": "1", "innerException": null, "message": message,
        "typeName": format!("Microsoft.Some.Namespace.{type_key}, Microsoft.Some.Assembly"),
        "typeKey": type_key, "errorCode": 0, "eventId": 3000
    })
}

#[test]
fn face_one_401_with_an_empty_user_is_no_sign_in() {
    let body = envelope(
        "UnauthorizedRequestException",
        "TF400813: The user '' is not authorized to access this resource.",
    );
    check(answer(401, body), "Unauthenticated { reason: NotAuthorized }", true);
    let anonymous =
        "TF400813: The user 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' is not authorized to access this resource.";
    check(
        answer(401, envelope("UnauthorizedRequestException", anonymous)),
        "Unauthenticated { reason: NotAuthorized }",
        true,
    );
}

#[test]
fn face_two_203_with_a_page_is_the_sign_in_page() {
    check(
        html(203, "<!DOCTYPE html><html></html>"),
        "Unauthenticated { reason: SignInPage }",
        true,
    );
    check(
        html(200, "<html><title>Azure DevOps Services | Sign In</title></html>"),
        "Unauthenticated { reason: SignInPage }",
        true,
    );
}

#[test]
fn face_three_a_redirect_to_signin_is_no_sign_in_and_is_not_followed() {
    let location = "https://spsprodeus2.vssps.visualstudio.com/_signin?realm=dev.azure.com&reply_to=x";
    check(
        with(302, &[("Location", location)], "<html>Object moved"),
        "Unauthenticated { reason: SignInPage }",
        true,
    );
    check(
        with(302, &[("Location", "/_signin?x")], ""),
        "Unauthenticated { reason: SignInPage }",
        true,
    );
}

#[test]
fn face_four_401_without_json_is_no_sign_in() {
    check(
        with(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], ""),
        "Unauthenticated { reason: NotAuthorized }",
        true,
    );
    check(
        html(401, "<html>401 - Unauthorized</html>"),
        "Unauthenticated { reason: NotAuthorized }",
        true,
    );
}

#[test]
fn an_expired_token_is_told_apart_wherever_the_words_stand() {
    let message = "Access Denied: The Personal Access Token used has expired.";
    let expected = "Unauthenticated { reason: Expired }";
    check(answer(401, envelope("AccessCheckException", message)), expected, true);
    check(answer(403, envelope("AccessCheckException", message)), expected, true);
    check(
        html(401, &format!("<html><body>{message}</body></html>")),
        expected,
        true,
    );
    check(
        html(203, &format!("<html><body>{message}</body></html>")),
        expected,
        true,
    );
    let header = "Access%20Denied%3A%20The%20Personal%20Access%20Token%20used%20has%20expired.";
    check(with(401, &[("X-TFS-ServiceError", header)], ""), expected, true);
}

#[test]
fn a_policy_is_named_in_the_servers_words() {
    let message = "VS403463: The conditional access policy defined by your administrator has failed.";
    let script = Script::of([answer(401, envelope("UnauthorizedRequestException", message))]);
    let error = run(script.client().work_item(WorkItemId(5))).unwrap_err();
    let Error::Unauthenticated {
        reason: AuthFailure::Policy(words),
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(words, message);
}

#[test]
fn a_401_that_names_a_user_is_a_missing_right_of_the_token() {
    let message =
        "TF400813: The user '7c2ad4ba-d0d4-4a2c-a1c5-1d0d16a11d5b' is not authorized to access this resource.";
    let expected = format!("MissingScope {{ message: {message:?} }}");
    check(
        answer(401, envelope("UnauthorizedRequestException", message)),
        &expected,
        true,
    );
    check(
        answer(403, envelope("UnauthorizedRequestException", message)),
        &expected,
        true,
    );
    let german = "TF400813: Der Benutzer \"7c2ad4ba-d0d4-4a2c-a1c5-1d0d16a11d5b\" ist nicht berechtigt.";
    check(
        answer(401, envelope("UnauthorizedRequestException", german)),
        &format!("MissingScope {{ message: {german:?} }}"),
        true,
    );
}

#[test]
fn a_missing_permission_is_the_identitys_whatever_the_status() {
    for (status, key, message) in [
        (
            403,
            "AccessCheckException",
            "VS403403: The current user does not have permission to do this.",
        ),
        (
            400,
            "SomethingException",
            "TF237111: The current user does not have permissions to save work items.",
        ),
        (
            401,
            "AccessCheckException",
            "TF401027: You need the Work Items (read) permission to do this.",
        ),
    ] {
        let expected = format!("Forbidden {{ message: {message:?} }}");
        check(answer(status, envelope(key, message)), &expected, true);
    }
    check(with(403, &[], ""), "Forbidden { message: \"\" }", true);
}

#[test]
fn gone_hidden_and_deleted_are_one_answer() {
    let message = "TF401232: Work item 5 does not exist, or you do not have permissions to read it.";
    let body = envelope("WorkItemUnauthorizedAccessException", message);
    check(
        answer(404, body),
        &format!("NotFound {{ message: Some({message:?}) }}"),
        true,
    );
    check(with(404, &[], ""), "NotFound { message: None }", true);
    check(
        with(404, &[("Server", "Microsoft-IIS/10.0")], "<html>404"),
        "NotFound { message: None }",
        true,
    );
}

#[test]
fn a_strangers_page_is_told_apart() {
    let page = "<html><title>Guest network</title><form>Please log in</form></html>";
    check(html(200, page), "NotAzureDevOps { status: 200 }", false);
    check(html(403, page), "NotAzureDevOps { status: 403 }", true);
    check(html(404, page), "NotAzureDevOps { status: 404 }", true);
    check(html(407, page), "NotAzureDevOps { status: 407 }", true);
    check(html(511, page), "NotAzureDevOps { status: 511 }", false);
}

#[test]
fn a_redirect_elsewhere_is_shown_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        check(
            with(status, &[("Location", "http://login.corp.example/welcome?u=1")], ""),
            &format!("Redirected {{ status: {status}, to_host: Some(\"login.corp.example\") }}"),
            true,
        );
    }
    check(with(302, &[], ""), "Redirected { status: 302, to_host: None }", true);
}

#[test]
fn a_moved_rev_is_known_by_status_and_by_code() {
    let patch = envelope(
        "TestPatchOperationFailedException",
        "VS403351: Test Operation for path /rev failed.",
    );
    check(answer(412, patch), "RevMoved", true);
    check(with(412, &[], ""), "RevMoved", true);
    let race = envelope(
        "WorkItemRevisionMismatchException",
        "TF26071: This work item has been changed by someone else since you opened it.",
    );
    for status in [400, 409, 412, 500] {
        check(answer(status, race.clone()), "RevMoved", true);
    }
    // A longer code that begins alike is another one.
    check(
        answer(400, envelope("OtherException", "TF260711: something else")),
        "Refused { status: 400, type_key: Some(\"OtherException\"), message: \"TF260711: something else\" }",
        true,
    );
}

#[test]
fn an_existing_relation_is_told_apart_from_a_second_parent() {
    let exists = envelope("RelationAlreadyExistsException", "Relation already exists.");
    check(answer(400, exists), "AlreadyExists", true);
    let wording = "TF201036: You cannot add a Child link between work items 1 and 2 because the link already exists.";
    check(
        answer(400, envelope("WorkItemLinkAddException", wording)),
        "AlreadyExists",
        true,
    );
    let other = "TF201036: You cannot add the link to work item 1: a link of this type between the two exists already.";
    check(
        answer(400, envelope("WorkItemLinkAddException", other)),
        "AlreadyExists",
        true,
    );
    let parent = "TF201036: You cannot add a Child link between work items 1 and 2 \
                  because a work item can have only one Parent link.";
    check(
        answer(400, envelope("WorkItemLinkAddException", parent)),
        &format!("Refused {{ status: 400, type_key: Some(\"WorkItemLinkAddException\"), message: {parent:?} }}"),
        true,
    );
}

#[test]
fn a_broken_rule_names_every_field() {
    let message = "TF401320: Rule Error for field Custom.X. Error code: Required, InvalidEmpty.";
    let mut body = envelope("RuleValidationException", message);
    body["customProperties"] = json!({
        "ErrorMessage": null, "FieldStatusFlags": "required", "FieldReferenceName": "Custom.X",
        "RuleValidationErrors": [
            {"fieldReferenceName": "Custom.X", "fieldStatusFlags": "required, invalidEmpty",
             "errorMessage": "X is required", "fieldStatusCode": 524289, "ruleValidationErrors": null},
            {"fieldReferenceName": "System.State", "fieldStatusFlags": "invalidListValue",
             "errorMessage": "not in the list", "ruleValidationErrors": [
                {"fieldReferenceName": "System.Reason", "fieldStatusFlags": "", "errorMessage": "nor this"}]},
        ]
    });
    let script = Script::of([answer(400, body)]);
    let error = run(script.client().work_item(WorkItemId(5))).unwrap_err();
    let Error::RuleBroken { message: words, rules } = error else {
        panic!("{error:?}")
    };
    assert_eq!(words, message);
    let rules: Vec<_> = rules
        .iter()
        .map(|r| (r.field.as_str(), r.message.as_str(), r.flags.as_str()))
        .collect();
    assert_eq!(
        rules,
        [
            ("Custom.X", "X is required", "required, invalidEmpty"),
            ("System.State", "not in the list", "invalidListValue"),
            ("System.Reason", "nor this", ""),
        ]
    );
}

#[test]
fn a_broken_rule_that_names_one_field_in_its_properties_names_it() {
    let mut body = envelope("RuleValidationException", "TF401320: Rule Error for field Title.");
    body["customProperties"] = json!({"FieldReferenceName": "System.Title", "FieldStatusFlags": "required"});
    check(
        answer(400, body),
        "RuleBroken { message: \"TF401320: Rule Error for field Title.\", rules: [RuleError { \
         field: FieldName(\"System.Title\"), message: \"TF401320: Rule Error for field Title.\", flags: \"required\" }] }",
        true,
    );
}

#[test]
fn an_unknown_version_tells_which_is_the_latest() {
    let message = "The requested REST API version of 7.1 is out of range for this server. \
                   The latest REST API version this server supports is 5.1.";
    check(
        answer(400, envelope("VssVersionOutOfRangeException", message)),
        "VersionOutOfRange { latest: Some(\"5.1\") }",
        true,
    );
    let route = "The request matched route x, but the requested REST API version 7.1 was outside the valid version range for this route.";
    check(
        answer(400, envelope("VssVersionOutOfRangeException", route)),
        "VersionOutOfRange { latest: None }",
        true,
    );
    check(
        answer(
            400,
            envelope(
                "VssInvalidPreviewVersionException",
                "The -preview flag must be supplied.",
            ),
        ),
        "VersionOutOfRange { latest: None }",
        true,
    );
}

#[test]
fn throttling_says_how_long() {
    let body = "{\"message\":\"TF400733: The request has been canceled: Request was blocked.\"}";
    check(
        with(429, &[("Retry-After", "12")], body),
        "Throttled { retry_after_ms: 12000 }",
        true,
    );
    check(with(429, &[], ""), "Throttled { retry_after_ms: 30000 }", true);
    check(
        with(400, &[("Retry-After", "3")], body),
        "Throttled { retry_after_ms: 3000 }",
        true,
    );
}

#[test]
fn failures_and_garble_leave_it_open() {
    for status in [408, 500, 502, 503, 504] {
        check(
            with(status, &[], ""),
            &format!("Unavailable {{ status: {status} }}"),
            false,
        );
        check(
            html(status, "<html>Bad gateway</html>"),
            &format!("Unavailable {{ status: {status} }}"),
            false,
        );
    }
    check(
        with(200, &[], "{\"id\":5,\"rev\":"),
        "Unreadable { status: 200 }",
        false,
    );
    check(with(200, &[], ""), "Unreadable { status: 200 }", false);
    check(with(200, &[], "OK"), "Unreadable { status: 200 }", false);
    check(answer(200, json!({"id": 5})), "Unreadable { status: 200 }", false);
    check(with(203, &[], "{}"), "Unreadable { status: 203 }", false);
    check(
        answer(
            500,
            envelope("InternalException", "TF401349: An unexpected error has occurred"),
        ),
        "Unavailable { status: 500 }",
        false,
    );
}

#[test]
fn a_500_can_be_definite_when_it_names_the_revision_limit() {
    let message = "VS403650: The work item has reached its revision limit of 10000.";
    check(
        answer(500, envelope("WorkItemRevisionLimitExceededException", message)),
        &format!(
            "Refused {{ status: 500, type_key: Some(\"WorkItemRevisionLimitExceededException\"), message: {message:?} }}"
        ),
        true,
    );
}

#[test]
fn a_conflict_inside_the_server_asks_to_try_again() {
    check(
        answer(
            400,
            envelope("UnexpectedException", "TF401349: An unexpected error has occurred."),
        ),
        "TransientConflict",
        true,
    );
}

#[test]
fn what_went_wrong_below_http_is_handed_on() {
    let error = TransportError {
        kind: TransportErrorKind::TimedOut,
        is_unsent: false,
    };
    let script = Script::failing(error.clone());
    let result = run(script.client().work_item(WorkItemId(5)));
    assert!(matches!(result, Err(Error::Transport(e)) if e == error));
}

#[test]
fn throttling_headers_count_on_every_status_until_they_are_taken() {
    let script = Script::of([
        with(
            200,
            &[("Retry-After", "2"), ("X-RateLimit-Remaining", "50")],
            "{\"id\":5,\"rev\":1}",
        ),
        with(
            500,
            &[
                ("X-RateLimit-Delay", "1.5"),
                ("X-RateLimit-Remaining", "10"),
                ("X-RateLimit-Limit", "200"),
            ],
            "",
        ),
        with(
            200,
            &[("Date", "Sun, 22 Nov 2026 10:00:00 GMT")],
            "{\"id\":5,\"rev\":1}",
        ),
    ]);
    let client = script.client();
    run(client.work_item(WorkItemId(5))).unwrap();
    run(client.work_item(WorkItemId(5))).unwrap_err();
    run(client.work_item(WorkItemId(5))).unwrap();
    let expected = Throttle {
        retry_after_ms: Some(2000),
        delay_ms: Some(1500),
        remaining: Some(10.0),
        limit: Some(200.0),
    };
    assert_eq!(client.take_throttle(), expected);
    assert_eq!(client.take_throttle(), Throttle::default());
    assert_eq!(client.server_time_us(), azdo::parse_us("2026-11-22T10:00:00Z"));
}

#[test]
fn no_error_shows_the_token() {
    let script = Script::of([
        html(200, "<html>not-a-real-token</html>"),
        with(401, &[], "not-a-real-token"),
    ]);
    let client = script.client();
    for _ in 0..2 {
        let error = run(client.work_item(WorkItemId(5))).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("not-a-real"), "{error:?}");
    }
}
