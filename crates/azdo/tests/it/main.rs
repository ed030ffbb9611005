//! The client held against scripted answers and against Microsoft's own files.

mod discovery;
mod examples;
mod lists;
mod microsoft;
mod notifications;
mod refusals;
mod specs;
mod support;
mod work_items;
