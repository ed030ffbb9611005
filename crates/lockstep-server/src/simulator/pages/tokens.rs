//! The tokens of the simulated organization, in the open: they open nothing else.

use azdo_sim::Sim;

use super::Visit;
use super::markup::{self, escape};

pub(super) fn page(sim: &Sim, visit: &Visit) -> String {
    let rows: String = sim
        .tokens()
        .iter()
        .map(|token| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
                escape(&token.name),
                escape(&token.person),
                escape(&token.scopes.join(" ")),
                escape(&token.token)
            )
        })
        .collect();
    let content = format!(
        "<p class=\"muted\">Personal access tokens of this simulated organization. They open nothing else.</p>\
<div class=\"scroll\"><table><thead><tr><th>Name</th><th>Owner</th><th>Scopes</th><th>Token</th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
    markup::page(sim, visit, "Tokens", &content)
}
