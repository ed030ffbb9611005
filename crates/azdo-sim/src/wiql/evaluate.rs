//! A query tree against every work item the caller may see.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::parse::{Condition, Literal, Operator, Query};
use super::{Context, refuse, wrong};
use crate::Sim;
use crate::clock;
use crate::fields::{self, Field, Kind};
use crate::link_types;
use crate::nodes::Tree;
use crate::refusal::Refusal;
use crate::values;
use crate::work_item::{Fields, WorkItem};

/// A condition whose values are read in the light of its field.
enum Ready {
    And(Box<Ready>, Box<Ready>),
    Or(Box<Ready>, Box<Ready>),
    Not(Box<Ready>),
    Test {
        field: &'static Field,
        operator: Operator,
        values: Vec<Operand>,
    },
}

/// A value to compare with.
enum Operand {
    /// In lower case.
    Text(String),
    Number(f64),
    /// From (inclusive) to (exclusive): a moment, or a whole day.
    Time(i64, i64),
    Node(i64),
}

struct Row<'a> {
    item: &'a WorkItem,
    rev: i64,
    fields: &'a Fields,
}

pub(super) fn run(sim: &Sim, context: &Context, query: &Query) -> Result<Vec<i64>, Refusal> {
    let condition = match &query.condition {
        Some(condition) => Some(ready(sim, context, condition)?),
        None => None,
    };
    let mut rows = Vec::new();
    for item in sim.organization.items.values() {
        if !item.is_live() || !sim.may_read(context.person, item) {
            continue;
        }
        let (rev, fields) = match context.as_of_us {
            None => (item.rev(), item.fields()),
            Some(us) => match item.revision_at(us) {
                Some((rev, revision)) => (rev, &revision.fields),
                None => continue,
            },
        };
        let row = Row { item, rev, fields };
        if condition.as_ref().is_none_or(|condition| holds(sim, condition, &row)) {
            rows.push(row);
        }
    }
    // Rows come in the order of their ids already.
    let is_by_id = matches!(query.order.as_slice(), [(name, false), ..] if name == "System.Id");
    if !query.order.is_empty() && !is_by_id {
        rows.sort_by(|a, b| compare_rows(sim, query, a, b));
    }
    Ok(rows.into_iter().map(|row| row.item.id).collect())
}

fn ready(sim: &Sim, context: &Context, condition: &Condition) -> Result<Ready, Refusal> {
    Ok(match condition {
        Condition::And(a, b) => Ready::And(Box::new(ready(sim, context, a)?), Box::new(ready(sim, context, b)?)),
        Condition::Or(a, b) => Ready::Or(Box::new(ready(sim, context, a)?), Box::new(ready(sim, context, b)?)),
        Condition::Not(a) => Ready::Not(Box::new(ready(sim, context, a)?)),
        Condition::Test {
            field,
            operator,
            values,
        } => {
            let field = fields::find(field).ok_or_else(|| refuse("A field is not known."))?;
            check_operator(field, *operator)?;
            let values: Result<Vec<Operand>, Refusal> = values
                .iter()
                .map(|value| operand(sim, context, field, *operator, value))
                .collect();
            Ready::Test {
                field,
                operator: *operator,
                values: values?,
            }
        }
    })
}

fn check_operator(field: &Field, operator: Operator) -> Result<(), Refusal> {
    let is_long = matches!(field.kind, Kind::Html | Kind::History);
    let fits = match operator {
        Operator::Under => field.kind == Kind::TreePath,
        Operator::ContainsWords => is_long || field.kind == Kind::String || field.kind == Kind::PlainText,
        Operator::Contains => is_long || matches!(field.kind, Kind::String | Kind::PlainText | Kind::Identity),
        Operator::IsEmpty => true,
        _ => !is_long,
    };
    if fits {
        return Ok(());
    }
    let kind = match field.kind {
        Kind::TreePath => "area path",
        Kind::Html | Kind::History => "long text",
        Kind::Identity => "identity",
        kind => kind.word(),
    };
    Err(wrong(
        &format!("The specified operator cannot be used with {kind} fields"),
        Some(&format!("[{}]", field.reference_name)),
    ))
}

fn operand(
    sim: &Sim,
    context: &Context,
    field: &Field,
    operator: Operator,
    value: &Literal,
) -> Result<Operand, Refusal> {
    let text = match value {
        Literal::Text(text) => text.clone(),
        Literal::Number(number) => number.to_string(),
        Literal::Me => context.person.unique_name.clone(),
        Literal::Project => {
            let project = context
                .project
                .ok_or_else(|| refuse("@project needs a project in the address of the request."))?;
            sim.organization.projects[project].name.clone()
        }
        Literal::Today(days) => {
            let today = clock::day_us(&clock::date_of(context.now_us)).unwrap_or_default() + days * clock::DAY_US;
            return Ok(Operand::Time(today, today + clock::DAY_US));
        }
    };
    match field.kind {
        Kind::Integer | Kind::Double if text.is_empty() => Ok(Operand::Text(String::new())),
        Kind::Integer | Kind::Double => {
            let number = text
                .trim()
                .parse()
                .map_err(|_| refuse(&format!("{text} is no number, as [{}] needs.", field.reference_name)))?;
            Ok(Operand::Number(number))
        }
        Kind::DateTime if text.is_empty() => Ok(Operand::Text(String::new())),
        Kind::DateTime => {
            let moment = clock::parse(&text)
                .ok_or_else(|| refuse(&format!("{text} is no date, as [{}] needs.", field.reference_name)))?;
            if moment.has_time && !context.has_time_precision {
                return Err(wrong(
                    "You cannot supply a time with the date when running a query using date precision",
                    Some(&format!("[{}] '{text}'", field.reference_name)),
                ));
            }
            let length = if moment.has_time { 1 } else { clock::DAY_US };
            Ok(Operand::Time(moment.us, moment.us + length))
        }
        Kind::TreePath => {
            let tree = if field.reference_name == "System.AreaPath" {
                Tree::Area
            } else {
                Tree::Iteration
            };
            let node = sim.organization.nodes.find(tree, &text);
            let what = format!("TF51011: The specified {} path does not exist", tree.word());
            node.map(Operand::Node)
                .ok_or_else(|| wrong(&what, Some(&format!("'{text}'"))))
        }
        Kind::Identity if operator != Operator::Contains => {
            let inside = text
                .rfind('<')
                .filter(|_| text.ends_with('>'))
                .map(|at| &text[at + 1..text.len() - 1]);
            Ok(Operand::Text(inside.unwrap_or(&text).to_lowercase()))
        }
        _ => Ok(Operand::Text(text.to_lowercase())),
    }
}

fn holds(sim: &Sim, condition: &Ready, row: &Row) -> bool {
    match condition {
        Ready::And(a, b) => holds(sim, a, row) && holds(sim, b, row),
        Ready::Or(a, b) => holds(sim, a, row) || holds(sim, b, row),
        Ready::Not(a) => !holds(sim, a, row),
        Ready::Test {
            field,
            operator,
            values,
        } => match operator {
            Operator::In => values.iter().any(|value| test(sim, field, Operator::Equal, value, row)),
            Operator::IsEmpty => raw(sim, field.reference_name, row).is_none(),
            operator => test(sim, field, *operator, &values[0], row),
        },
    }
}

fn test(sim: &Sim, field: &Field, operator: Operator, wanted: &Operand, row: &Row) -> bool {
    match wanted {
        Operand::Node(node) => {
            let name = if field.reference_name == "System.AreaPath" {
                "System.AreaId"
            } else {
                "System.IterationId"
            };
            let id = row.fields.get(name).and_then(Value::as_i64).unwrap_or_default();
            match operator {
                Operator::Under => sim.organization.nodes.is_under(id, *node),
                Operator::NotEqual => id != *node,
                _ => id == *node,
            }
        }
        Operand::Number(wanted) => match raw(sim, field.reference_name, row).and_then(|value| value.as_f64()) {
            Some(has) => ordered(operator, has.total_cmp(wanted)),
            None => operator == Operator::NotEqual,
        },
        Operand::Time(from, to) => {
            let has = raw(sim, field.reference_name, row)
                .and_then(|value| clock::parse(value.as_str()?))
                .map(|moment| moment.us);
            let Some(has) = has else {
                return operator == Operator::NotEqual;
            };
            let order = match has {
                has if has < *from => Ordering::Less,
                has if has >= *to => Ordering::Greater,
                _ => Ordering::Equal,
            };
            ordered(operator, order)
        }
        Operand::Text(wanted) => test_text(sim, field, operator, wanted, row),
    }
}

fn test_text(sim: &Sim, field: &Field, operator: Operator, wanted: &str, row: &Row) -> bool {
    let has = raw(sim, field.reference_name, row)
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let has = has.unwrap_or_default().to_lowercase();
    if field.kind == Kind::Identity && !has.is_empty() {
        let display = sim
            .organization
            .person(&has)
            .map(|person| person.display_name.to_lowercase())
            .unwrap_or_default();
        return match operator {
            Operator::Contains => has.contains(wanted) || display.contains(wanted),
            Operator::NotEqual => has != wanted && display != wanted,
            _ => has == wanted || display == wanted,
        };
    }
    match operator {
        Operator::Contains if field.reference_name == "System.Tags" => {
            values::tags(&has).iter().any(|tag| tag == wanted)
        }
        Operator::Contains => has.contains(wanted),
        Operator::ContainsWords => {
            let words: Vec<&str> = has.split(|c: char| !c.is_alphanumeric()).collect();
            wanted.split_whitespace().all(|word| words.contains(&word))
        }
        operator => ordered(operator, has.as_str().cmp(wanted)),
    }
}

fn ordered(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::NotEqual => order != Ordering::Equal,
        Operator::Less => order == Ordering::Less,
        Operator::Greater => order == Ordering::Greater,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::GreaterOrEqual => order != Ordering::Less,
        _ => order == Ordering::Equal,
    }
}

fn raw(sim: &Sim, name: &str, row: &Row) -> Option<Value> {
    match name {
        "System.Id" => Some(json!(row.item.id)),
        "System.Rev" => Some(json!(row.rev)),
        "System.TeamProject" => Some(json!(sim.organization.projects[row.item.project].name)),
        "System.Parent" => row.item.linked(link_types::PARENT).map(|id| json!(id)),
        "System.AreaPath" => Some(json!(
            sim.organization.node_path(row.fields.get("System.AreaId")?.as_i64()?)
        )),
        "System.IterationPath" => Some(json!(
            sim.organization
                .node_path(row.fields.get("System.IterationId")?.as_i64()?)
        )),
        _ => row.fields.get(name).cloned(),
    }
}

fn compare_rows(sim: &Sim, query: &Query, a: &Row, b: &Row) -> Ordering {
    for (name, descending) in &query.order {
        let order = compare_values(raw(sim, name, a), raw(sim, name, b));
        let order = if *descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.item.id.cmp(&b.item.id)
}

/// Nothing comes before something.
fn compare_values(a: Option<Value>, b: Option<Value>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => match (a.as_str().and_then(clock::parse), b.as_str().and_then(clock::parse)) {
                (Some(a), Some(b)) => a.us.cmp(&b.us),
                _ => a.to_string().to_lowercase().cmp(&b.to_string().to_lowercase()),
            },
        },
    }
}
