//! Making a board: what is proposed, what a preview shows before anything is kept, and what a query is refused for.

use serde_json::{Value, json};

use crate::harbour::Harbour;
use crate::world::{Browser, World, on_both};

/// What is proposed from the sample world.
async fn proposed(harbour: &Harbour<'_>, browser: &Browser) -> Value {
    let request = json!({"connection_id": harbour.connection});
    browser.post("/api/boards/proposal", request).await.expect(200)
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_whole_board_is_proposed_from_what_azure_devops_holds() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let proposal = proposed(&harbour, &harbour.admin).await;
        let set_up = &proposal["set_up"];
        assert_eq!(proposal["name"], "PI 26.4 Harbour");
        assert_eq!(set_up["pi"]["name"], "PI 26.4");
        assert_eq!(
            names(&set_up["columns"]),
            ["Sprint 41", "Sprint 42", "Sprint 43", "Sprint 44", "IP sprint"]
        );
        assert!(set_up["columns"][0]["start_on"].is_string());
        let shown: Vec<&Value> = set_up["teams"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|team| team["is_shown"] == true)
            .collect();
        let shown_names: Vec<&str> = shown.iter().map(|team| team["name"].as_str().unwrap()).collect();
        for name in ["Quay", "Manifest", "Customs", "Beacon", "Tideway"] {
            assert!(shown_names.contains(&name), "{shown_names:?}");
        }
        assert!(
            !shown_names.contains(&"Harbour Team"),
            "the train has no row: {shown_names:?}"
        );
        assert!(
            shown
                .iter()
                .any(|team| team["velocity"].as_f64().is_some_and(|velocity| velocity > 0.0))
        );
        assert_eq!(
            set_up["levels"],
            json!({"features": ["Feature"], "stories": ["User Story", "Bug"]})
        );
        assert_eq!(
            set_up["unit"],
            json!({"field": "Microsoft.VSTS.Scheduling.StoryPoints", "name": "points"})
        );
        let warnings = proposal["warnings"].to_string();
        assert!(
            warnings.contains("Tideway has not selected Sprint 44. Cards there will not show on its own backlog."),
            "{warnings}"
        );
        let choices = &proposal["choices"];
        assert_eq!(names(&choices["projects"]), ["Gate pilot", "Harbour", "Yard"]);
        assert!(choices["queries"].as_array().is_some_and(|queries| !queries.is_empty()));
        let pis = names(&choices["pis"]);
        assert_eq!(pis.first(), Some(&"PI 26.4"), "{pis:?}");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn another_pi_is_proposed_with_its_own_sprints() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let first = proposed(&harbour, &harbour.admin).await;
        let before = &first["choices"]["pis"][1];
        let request = json!({"connection_id": harbour.connection, "pi_node_id": before["node_id"]});
        let second = harbour.admin.post("/api/boards/proposal", request).await.expect(200);
        assert_eq!(second["set_up"]["pi"]["name"], before["name"]);
        assert_ne!(second["set_up"]["columns"], first["set_up"]["columns"]);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_shows_what_comes_in_what_does_not_and_what_would_be_refused() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let set_up = proposed(&harbour, &harbour.admin).await["set_up"].take();
        let n_accepted = harbour.simulator.sim().ground_truth().len();
        let request = json!({"connection_id": harbour.connection, "set_up": set_up});
        let preview = harbour.admin.post("/api/boards/preview", request).await.expect(200);
        let n_items = preview["n_items"].as_u64().unwrap();
        assert!(n_items > 200, "{n_items}");
        assert!(preview["n_dependencies"].as_u64().unwrap() > 5);
        let in_cells: u64 = preview["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| cell["n"].as_u64().unwrap())
            .sum();
        assert_eq!(in_cells + preview["without_iteration"]["n"].as_u64().unwrap(), n_items);
        assert!(
            preview["cells"]
                .as_array()
                .unwrap()
                .iter()
                .all(|cell| cell["cards"].as_array().unwrap().len() <= 4)
        );
        let left_out = preview["left_out"].as_array().unwrap();
        assert!(
            left_out.iter().any(|group| group["reason"] == "removed"),
            "{left_out:?}"
        );
        let refused = &preview["refused"];
        assert!(refused["n_tried"].as_u64().unwrap() > 0);
        let duplicates = refused["samples"]
            .as_array()
            .unwrap()
            .iter()
            .find(|sample| sample["id"] == 4163);
        let answer = duplicates
            .map(|sample| sample["answer"].to_string())
            .unwrap_or_default();
        assert!(answer.contains("Root"), "{refused}");
        assert_eq!(
            preview["writes"]["feature"],
            "Nothing. Its place comes from its stories."
        );
        assert_eq!(
            harbour.simulator.sim().ground_truth().len(),
            n_accepted,
            "nothing was saved"
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_set_up_that_can_not_work_is_refused_field_by_field() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let mut set_up = proposed(&harbour, &harbour.admin).await["set_up"].take();
        set_up["columns"] = json!([]);
        let request = json!({"connection_id": harbour.connection, "set_up": set_up});
        let problem = harbour.admin.post("/api/boards/preview", request).await.expect(422);
        assert_eq!(problem["fields"][0]["field"], "set_up.columns", "{problem}");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_query_is_refused_in_the_servers_own_words() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let path = format!("/api/connections/{}/wiql", harbour.connection);
        let check = |wiql: &str| harbour.admin.post(&path, json!({"project": "Harbour", "wiql": wiql}));
        let right = "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'Bug'";
        assert!(check(right).await.expect(200)["n"].as_u64().unwrap() > 0);
        let wrong = "SELECT [System.Id] FROM WorkItems WHERE [System.Sprint] = 'x'";
        let problem = check(wrong).await.expect(422);
        assert!(problem["detail"].as_str().unwrap().starts_with("TF51005"), "{problem}");
        let mut set_up = proposed(&harbour, &harbour.admin).await["set_up"].take();
        set_up["scope"] = json!({"kind": "wiql", "project": null, "wiql": wrong});
        let request = json!({"connection_id": harbour.connection, "set_up": set_up});
        assert_eq!(
            harbour.admin.post("/api/boards/preview", request).await.problem(422),
            "query_refused"
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_of_a_saved_query_sorts_out_what_is_on_no_level_or_in_no_teams_area() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let proposal = proposed(&harbour, &harbour.admin).await;
        let mut set_up = proposal["set_up"].clone();
        let wiql = "SELECT [System.Id] FROM WorkItems ORDER BY [System.Id]";
        set_up["scope"] = json!({"kind": "wiql", "project": null, "wiql": wiql});
        let request = json!({"connection_id": harbour.connection, "set_up": set_up});
        let preview = harbour.admin.post("/api/boards/preview", request).await.expect(200);
        let reasons: Vec<&str> = preview["left_out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["reason"].as_str().unwrap())
            .collect();
        assert!(
            reasons.contains(&"type") && reasons.contains(&"area"),
            "{}",
            preview["left_out"]
        );
        harbour.stop().await;
    })
    .await;
}
