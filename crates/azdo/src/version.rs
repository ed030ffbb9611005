//! Which api-version a request names, for each server and each route.
//!
//! A server lists its routes with the versions each takes (`OPTIONS {collection}/_apis/`); that list decides. What it
//! doesn't name follows the release it is of. Nothing above 7.1 is asked for: that is what the shapes were checked on.
//!
//! Sources: the OpenAPI files of 4.1 to 7.2 (which route is released in which version), Microsoft's clients for the
//! list's shape and the route numbers (azure-devops-node-api, MIT). Which product speaks which version is from
//! Microsoft's page "REST API versioning" up to 2019, beyond it from public reports.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most entries of a server's list that are looked at.
const LOCATIONS_MAX: usize = 10_000;

/// The products Azure DevOps comes as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flavor {
    /// Azure DevOps Services, the cloud.
    Services,
    /// Azure DevOps Server 2022.
    Server2022,
    /// Azure DevOps Server 2020.
    Server2020,
    /// Azure DevOps Server 2019.
    Server2019,
    /// Team Foundation Server 2018.
    Tfs2018,
    /// Something newer, or something that didn't say.
    Unknown,
}

/// The versions one server speaks, route by route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    flavor: Flavor,
    released: Release,
    /// What the server's list says about the routes in use; empty when it gave no list.
    routes: BTreeMap<Route, Offered>,
}

/// `major.minor` of a REST release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Release(pub u16, pub u16);

/// The routes in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Route {
    Projects,
    Teams,
    TeamMembers,
    WorkItemTypes,
    WorkItemTypeStates,
    Fields,
    ClassificationNodes,
    RelationTypes,
    Wiql,
    WorkItems,
    WorkItemsBatch,
    Updates,
    RecycleBin,
    ReportingRevisions,
    ReportingLinks,
    Subscriptions,
    TeamSettings,
    TeamIterations,
    TeamFieldValues,
    TeamCapacities,
    TeamDaysOff,
    BacklogConfiguration,
    ProcessConfiguration,
    Queries,
    WiqlById,
}

/// One entry of the server's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Offered {
    min: Release,
    max: Release,
    /// `None` while the route is preview only (the list says `0.0`).
    released: Option<Release>,
    resource_version: u16,
}

/// The newest release the shapes were checked on.
const TESTED_MAX: Release = Release(7, 1);

/// Releases from the newest down: what is tried when a server only says "out of range".
const RELEASES: [Release; 7] = [
    TESTED_MAX,
    Release(7, 0),
    Release(6, 0),
    Release(5, 1),
    Release(5, 0),
    Release(4, 1),
    Release(4, 0),
];

impl Versions {
    /// Azure DevOps Services.
    pub fn services() -> Versions {
        Versions {
            flavor: Flavor::Services,
            released: TESTED_MAX,
            routes: BTreeMap::new(),
        }
    }

    /// A server on premises whose newest release is known and nothing else, such as `5.1`.
    pub fn of_server(released: &str) -> Option<Versions> {
        let released = Release::parse(released)?;
        Some(Versions {
            flavor: flavor_of(released),
            released,
            routes: BTreeMap::new(),
        })
    }

    /// A server on premises that said nothing: the newest, to step down from.
    pub(crate) fn newest_server() -> Versions {
        Versions {
            flavor: flavor_of(TESTED_MAX),
            released: TESTED_MAX,
            routes: BTreeMap::new(),
        }
    }

    /// What the answer to OPTIONS says; `None` when it lists no work items.
    pub(crate) fn from_list(list: &Value, is_services: bool) -> Option<Versions> {
        let entries = list.get("value")?.as_array()?.iter().take(LOCATIONS_MAX);
        let routes: BTreeMap<Route, Offered> = entries.filter_map(read_entry).collect();
        let work_items = routes.get(&Route::WorkItems)?;
        let released = work_items.released.unwrap_or(work_items.max);
        let flavor = if is_services {
            Flavor::Services
        } else {
            flavor_of(released)
        };
        Some(Versions {
            flavor,
            released,
            routes,
        })
    }

    /// One step down after a server called a version out of range: to `latest` if it said so, else to the next older
    /// release. `None` below the oldest.
    pub(crate) fn lowered(&self, latest: Option<&str>) -> Option<Versions> {
        let asked = self.released.min(TESTED_MAX);
        let said = latest.and_then(Release::parse).filter(|said| *said < asked);
        let next = said.or_else(|| RELEASES.into_iter().find(|release| *release < asked))?;
        let flavor = if self.flavor == Flavor::Services {
            Flavor::Services
        } else {
            flavor_of(next)
        };
        Some(Versions {
            flavor,
            released: next,
            routes: BTreeMap::new(),
        })
    }

    /// Which product it is.
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// The newest release the server speaks, such as `7.1`.
    pub fn released(&self) -> String {
        self.released.to_string()
    }

    /// The release that is spoken with it: the server's own, or the newest checked one if that is older.
    pub fn spoken(&self) -> String {
        self.released.min(TESTED_MAX).to_string()
    }

    /// In words: `Azure DevOps Services, API 7.1`.
    pub fn describe(&self) -> String {
        format!("{}, API {}", self.flavor, self.spoken())
    }

    /// Whether an answered PATCH or POST can be asked to carry the relations (`$expand`, from 5.1).
    pub fn answers_with_relations(&self) -> bool {
        self.offered_or_released(Route::WorkItems) >= Release(5, 1)
    }

    /// The api-version for a route; `None` when the server lacks it.
    pub(crate) fn of(&self, route: Route) -> Option<String> {
        let target = self.released.min(TESTED_MAX);
        let Some(offered) = self.routes.get(&route) else {
            let is_missing_from_list = !self.routes.is_empty() && route == Route::WorkItemsBatch;
            return if is_missing_from_list {
                None
            } else {
                version_by_release(route, target)
            };
        };
        let version = match offered.released {
            Some(released) => target.min(released).to_string(),
            None => {
                let preview = preview_number(route, target).unwrap_or(offered.resource_version);
                format!(
                    "{}-preview.{}",
                    target.min(offered.max),
                    preview.min(offered.resource_version.max(1))
                )
            }
        };
        (offered.min <= target).then_some(version)
    }

    fn offered_or_released(&self, route: Route) -> Release {
        let released = self.routes.get(&route).and_then(|offered| offered.released);
        released.unwrap_or(self.released).min(TESTED_MAX)
    }
}

/// What the OpenAPI file of that release says.
fn version_by_release(route: Route, release: Release) -> Option<String> {
    match preview_number(route, release) {
        _ if route == Route::WorkItemsBatch && release < Release(5, 0) => None,
        Some(number) => Some(format!("{release}-preview.{number}")),
        None => Some(release.to_string()),
    }
}

/// The preview number of a route that wasn't released yet in this release.
fn preview_number(route: Route, release: Release) -> Option<u16> {
    let was_preview = matches!(route, Route::WorkItemTypeStates | Route::ProcessConfiguration);
    (was_preview && release < Release(7, 0)).then_some(1)
}

fn flavor_of(released: Release) -> Flavor {
    match released {
        Release(7, 0..=1) => Flavor::Server2022,
        Release(6, _) => Flavor::Server2020,
        Release(5, _) => Flavor::Server2019,
        Release(4, _) => Flavor::Tfs2018,
        _ => Flavor::Unknown,
    }
}

fn read_entry(entry: &Value) -> Option<(Route, Offered)> {
    let id = entry.get("id")?.as_str()?;
    let route = Route::ALL
        .into_iter()
        .find(|route| route.location_id().eq_ignore_ascii_case(id))?;
    let version = |key: &str| match entry.get(key)? {
        Value::String(text) => Release::parse(text),
        Value::Number(number) => Release::parse(&format!("{:.1}", number.as_f64()?)),
        _ => None,
    };
    let offered = Offered {
        min: version("minVersion").unwrap_or(Release(1, 0)),
        max: version("maxVersion")?,
        released: version("releasedVersion").filter(|released| *released > Release(0, 0)),
        resource_version: entry
            .get("resourceVersion")
            .and_then(Value::as_u64)
            .unwrap_or(1)
            .min(1000) as u16,
    };
    Some((route, offered))
}

impl Route {
    const ALL: [Route; 25] = [
        Route::Projects,
        Route::Teams,
        Route::TeamMembers,
        Route::WorkItemTypes,
        Route::WorkItemTypeStates,
        Route::Fields,
        Route::ClassificationNodes,
        Route::RelationTypes,
        Route::Wiql,
        Route::WorkItems,
        Route::WorkItemsBatch,
        Route::Updates,
        Route::RecycleBin,
        Route::ReportingRevisions,
        Route::ReportingLinks,
        Route::Subscriptions,
        Route::TeamSettings,
        Route::TeamIterations,
        Route::TeamFieldValues,
        Route::TeamCapacities,
        Route::TeamDaysOff,
        Route::BacklogConfiguration,
        Route::ProcessConfiguration,
        Route::Queries,
        Route::WiqlById,
    ];

    /// The number Microsoft's clients look the route up by.
    fn location_id(self) -> &'static str {
        match self {
            Route::Projects => "603fe2ac-9723-48b9-88ad-09305aa6c6e1",
            Route::Teams => "d30a3dd1-f8ba-442a-b86a-bd0c0c383e59",
            Route::TeamMembers => "294c494c-2600-4d7e-b76c-3dd50c3c95be",
            Route::WorkItemTypes => "7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa",
            Route::WorkItemTypeStates => "7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa",
            Route::Fields => "b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94",
            Route::ClassificationNodes => "5a172953-1b41-49d3-840a-33f79c3ce89f",
            Route::RelationTypes => "f5d33bc9-5b49-4a3c-a9bd-f3cd46dd2165",
            Route::Wiql => "1a9c53f7-f243-4447-b110-35ef023636e4",
            Route::WorkItems => "72c7ddf8-2cdc-4f60-90cd-ab71c14a399b",
            Route::WorkItemsBatch => "908509b6-4248-4475-a1cd-829139ba419f",
            Route::Updates => "6570bf97-d02c-4a91-8d93-3abe9895b1a9",
            Route::RecycleBin => "b70d8d39-926c-465e-b927-b1bf0e5ca0e0",
            Route::ReportingRevisions => "f828fe59-dd87-495d-a17c-7a8d6211ca6c",
            Route::ReportingLinks => "b5b5b6d0-0308-40a1-b3f4-b9bb3c66878f",
            Route::Subscriptions => "fc50d02a-849f-41fb-8af1-0a5216103269",
            Route::TeamSettings => "c3c1012b-bea7-49d7-b45e-1664e566f84c",
            Route::TeamIterations => "c9175577-28a1-4b06-9197-8636af9f64ad",
            Route::TeamFieldValues => "07ced576-58ed-49e6-9c1e-5cb53ab8bf2a",
            Route::TeamCapacities => "74412d15-8c1a-4352-a48d-ef1ed5587d57",
            Route::TeamDaysOff => "2d4faa2e-9150-4cbf-a47a-932b1b4a0773",
            Route::BacklogConfiguration => "7799f497-3cb5-4f16-ad4f-5cd06012db64",
            Route::ProcessConfiguration => "f901ba42-86d2-4b0c-89c1-3f86d06daa84",
            Route::Queries => "a67d190c-c41f-424b-814d-0e906f659301",
            Route::WiqlById => "a02355f5-5f8a-4671-8e32-369d23aac83d",
        }
    }
}

impl Release {
    /// `7.1`, also `7.1-preview.3`.
    fn parse(text: &str) -> Option<Release> {
        let (major, minor) = text.trim().split('-').next()?.split_once('.')?;
        Some(Release(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flavor::Services => "Azure DevOps Services",
            Flavor::Server2022 => "Azure DevOps Server 2022",
            Flavor::Server2020 => "Azure DevOps Server 2020",
            Flavor::Server2019 => "Azure DevOps Server 2019",
            Flavor::Tfs2018 => "Team Foundation Server 2018",
            Flavor::Unknown => "Azure DevOps Server",
        })
    }
}
