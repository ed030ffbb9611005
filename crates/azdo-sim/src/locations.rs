//! The API locations this simulator serves, as OPTIONS lists them.
//!
//! Ids, templates and versions are those that Microsoft's public clients look up.

/// One route by the id that clients know it by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location {
    pub id: &'static str,
    pub area: &'static str,
    pub resource_name: &'static str,
    pub route_template: &'static str,
    pub resource_version: u32,
    pub min_version: &'static str,
    pub max_version: &'static str,
    /// `0.0` while there is only a preview.
    pub released_version: &'static str,
}

macro_rules! locations {
    ($($name:ident: $id:literal, $area:literal, $resource:literal, $template:literal, $number:literal, $min:literal, $max:literal, $released:literal;)*) => {
        /// A served location by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum LocationName {
            $($name,)*
        }

        /// Every served location, in the order of [`LocationName`].
        pub(crate) const LOCATIONS: &[Location] = &[
            $(Location {
                id: $id,
                area: $area,
                resource_name: $resource,
                route_template: $template,
                resource_version: $number,
                min_version: $min,
                max_version: $max,
                released_version: $released,
            },)*
        ];
    };
}

locations! {
    ConnectionData: "00d9565f-ed9c-4a06-9a50-00e7896ccab4", "Location", "ConnectionData", "_apis/{resource}", 1, "1.0", "7.2", "0.0";
    ResourceAreas: "e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "ResourceAreas", "_apis/{resource}/{areaId}", 1, "3.2", "7.2", "0.0";
    Projects: "603fe2ac-9723-48b9-88ad-09305aa6c6e1", "core", "projects", "_apis/{resource}/{*projectId}", 4, "1.0", "7.2", "7.1";
    Teams: "d30a3dd1-f8ba-442a-b86a-bd0c0c383e59", "core", "teams", "_apis/projects/{projectId}/{resource}/{*teamId}", 3, "1.0", "7.2", "7.1";
    AllTeams: "7a4d9ee9-3433-4347-b47a-7a80f1cf307e", "core", "teams", "_apis/{resource}", 3, "1.0", "7.2", "0.0";
    TeamMembers: "294c494c-2600-4d7e-b76c-3dd50c3c95be", "core", "members", "_apis/projects/{projectId}/teams/{teamId}/{resource}", 2, "1.0", "7.2", "7.1";
    ClassificationNodes: "5a172953-1b41-49d3-840a-33f79c3ce89f", "wit", "classificationNodes", "{project}/_apis/{area}/{resource}/{structureGroup}/{*path}", 2, "1.0", "7.2", "7.1";
    ClassificationRoots: "a70579d1-f53a-48ee-a5be-7be8659023b9", "wit", "classificationNodes", "{project}/_apis/{area}/{resource}", 2, "1.0", "7.2", "7.1";
    Wiql: "1a9c53f7-f243-4447-b110-35ef023636e4", "wit", "wiql", "{project}/{team}/_apis/{area}/{resource}", 2, "1.0", "7.2", "7.1";
    WorkItemTemplate: "62d3d110-0047-428c-ad3c-4fe872c91c74", "wit", "workItems", "{project}/_apis/{area}/{resource}/${type}", 3, "1.0", "7.2", "7.1";
    WorkItems: "72c7ddf8-2cdc-4f60-90cd-ab71c14a399b", "wit", "workItems", "{project}/_apis/{area}/{resource}/{id}", 3, "1.0", "7.2", "7.1";
    WorkItemTypes: "7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa", "wit", "workItemTypes", "{project}/_apis/{area}/{resource}/{type}", 2, "1.0", "7.2", "7.1";
    States: "7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa", "wit", "states", "{project}/_apis/{area}/workitemtypes/{type}/{resource}", 1, "1.0", "7.2", "7.1";
    WorkItemsDelete: "8bc57545-27e5-420d-b709-f6e3ebcc1fc1", "wit", "workItemsDelete", "{project}/_apis/{area}/{resource}", 1, "7.1", "7.2", "7.1";
    WorkItemsBatch: "908509b6-4248-4475-a1cd-829139ba419f", "wit", "workItemsBatch", "{project}/_apis/{area}/{resource}", 1, "5.0", "7.2", "7.1";
    WorkItemTypeCategories: "9b9f5734-36c8-415e-ba67-f83b45c31408", "wit", "workItemTypeCategories", "{project}/_apis/{area}/{resource}/{category}", 2, "1.0", "7.2", "7.1";
    Revisions: "a00c85a5-80fa-4565-99c3-bcd2181434bb", "wit", "revisions", "{project}/_apis/{area}/workItems/{id}/{resource}/{revisionNumber}", 3, "1.0", "7.2", "7.1";
    Updates: "6570bf97-d02c-4a91-8d93-3abe9895b1a9", "wit", "updates", "{project}/_apis/{area}/workItems/{id}/{resource}/{updateNumber}", 3, "1.0", "7.2", "7.1";
    Comments: "608aac0a-32e1-4493-a863-b9cf4566d257", "wit", "comments", "{project}/_apis/{area}/workItems/{workItemId}/{resource}/{commentId}", 4, "5.1", "7.2", "0.0";
    Fields: "b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94", "wit", "fields", "{project}/_apis/{area}/{resource}/{fieldNameOrRefName}", 3, "1.0", "7.2", "7.1";
    TypeFields: "bd293ce5-3d25-4192-8e67-e8092e879efb", "wit", "fields", "{project}/_apis/{area}/workitemtypes/{type}/{resource}/{field}", 3, "1.0", "7.2", "7.1";
    ReportingLinks: "b5b5b6d0-0308-40a1-b3f4-b9bb3c66878f", "wit", "workItemLinks", "{project}/_apis/{area}/reporting/{resource}", 3, "1.0", "7.2", "7.1";
    ReportingRevisions: "f828fe59-dd87-495d-a17c-7a8d6211ca6c", "wit", "workItemRevisions", "{project}/_apis/{area}/reporting/{resource}", 2, "1.0", "7.2", "7.1";
    RecycleBin: "b70d8d39-926c-465e-b927-b1bf0e5ca0e0", "wit", "recyclebin", "{project}/_apis/{area}/{resource}/{id}", 2, "1.0", "7.2", "7.1";
    Tags: "bc15bc60-e7a8-43cb-ab01-2106be3983a1", "wit", "tags", "{project}/_apis/{area}/{resource}/{tagIdOrName}", 1, "6.0", "7.2", "7.1";
    RelationTypes: "f5d33bc9-5b49-4a3c-a9bd-f3cd46dd2165", "wit", "workItemRelationTypes", "_apis/{area}/{resource}/{relation}", 2, "1.0", "7.2", "7.1";
    TeamFieldValues: "07ced576-58ed-49e6-9c1e-5cb53ab8bf2a", "work", "teamfieldvalues", "{project}/{team}/_apis/{area}/teamsettings/{resource}", 1, "1.0", "7.2", "7.1";
    TeamSettings: "c3c1012b-bea7-49d7-b45e-1664e566f84c", "work", "teamsettings", "{project}/{team}/_apis/{area}/{resource}", 1, "1.0", "7.2", "7.1";
    TeamIterations: "c9175577-28a1-4b06-9197-8636af9f64ad", "work", "iterations", "{project}/{team}/_apis/{area}/teamsettings/{resource}/{id}", 1, "1.0", "7.2", "7.1";
    Capacities: "74412d15-8c1a-4352-a48d-ef1ed5587d57", "work", "capacities", "{project}/{team}/_apis/{area}/teamsettings/iterations/{iterationId}/{resource}/{teamMemberId}", 3, "1.0", "7.2", "7.1";
    TeamDaysOff: "2d4faa2e-9150-4cbf-a47a-932b1b4a0773", "work", "teamdaysoff", "{project}/{team}/_apis/{area}/teamsettings/iterations/{iterationId}/{resource}", 1, "1.0", "7.2", "7.1";
    Backlogs: "a93726f9-7867-4e38-b4f2-0bfafc2f6a94", "work", "backlogs", "{project}/{team}/_apis/{area}/{resource}/{id}", 1, "1.0", "7.2", "7.1";
    BacklogConfiguration: "7799f497-3cb5-4f16-ad4f-5cd06012db64", "work", "backlogconfiguration", "{project}/{team}/_apis/{area}/{resource}", 1, "1.0", "7.2", "7.1";
    ProcessConfiguration: "f901ba42-86d2-4b0c-89c1-3f86d06daa84", "work", "processconfiguration", "{project}/_apis/{area}/{resource}", 1, "1.0", "7.2", "7.1";
    Queries: "a67d190c-c41f-424b-814d-0e906f659301", "wit", "queries", "{project}/_apis/{area}/{resource}/{*query}", 2, "1.0", "7.2", "7.1";
    WiqlById: "a02355f5-5f8a-4671-8e32-369d23aac83d", "wit", "wiql", "{project}/{team}/_apis/{area}/{resource}/{id}", 2, "1.0", "7.2", "7.1";
    Notifications: "0c62d343-21b0-4732-997b-017fde84dc28", "hooks", "notifications", "_apis/{area}/subscriptions/{subscriptionId}/{resource}/{notificationId}", 1, "1.0", "7.2", "7.1";
    Publishers: "1e83a210-5b53-43bc-90f0-d476a4e5d731", "hooks", "publishers", "_apis/{area}/{resource}/{publisherId}", 1, "1.0", "7.2", "7.1";
    Consumers: "4301c514-5f34-4f5d-a145-f0ea7b5b7d19", "hooks", "consumers", "_apis/{area}/{resource}/{consumerId}", 1, "1.0", "7.2", "7.1";
    SubscriptionsQuery: "c7c3c1cf-9e05-4c0d-a425-a0f922c2c6ed", "hooks", "subscriptionsQuery", "_apis/{area}/{resource}", 1, "1.0", "7.2", "7.1";
    EventTypes: "db4777cd-8e08-4a84-8ba3-c974ea033718", "hooks", "eventTypes", "_apis/{area}/publishers/{publisherId}/{resource}/{eventTypeId}", 1, "1.0", "7.2", "7.1";
    Subscriptions: "fc50d02a-849f-41fb-8af1-0a5216103269", "hooks", "subscriptions", "_apis/{area}/{resource}/{subscriptionId}", 1, "1.0", "7.2", "7.1";
}

impl LocationName {
    pub fn location(self) -> &'static Location {
        &LOCATIONS[self as usize]
    }
}
