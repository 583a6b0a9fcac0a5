//! What stands in the dashboard: its panels with their places, units and queries.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::deploy::DASHBOARD;
use crate::error::Error;

/// How Grafana fills its variables here: `$job` is the name of the scrape configuration. A rate needs a few scrapes.
const VARIABLES: [(&str, &str); 2] = [("$job", "clipig"), ("$__rate_interval", "30s")];

/// The dashboard. None of its rows is folded, so all panels stand in one list.
#[derive(Debug, Deserialize)]
pub(super) struct Dashboard {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Panel {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) grid_pos: Place,
    #[serde(default)]
    pub(super) field_config: Fields,
    #[serde(default)]
    pub(super) targets: Vec<Target>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A heading.
    Row,
    /// One large number.
    Stat,
    Timeseries,
}

/// In a grid of 24 columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) w: u32,
    pub(super) h: u32,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Fields {
    pub(super) defaults: Defaults,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Defaults {
    pub(super) unit: String,
    #[serde(default)]
    custom: Custom,
}

#[derive(Debug, Default, Deserialize)]
struct Custom {
    stacking: Option<Stacking>,
}

#[derive(Debug, Deserialize)]
struct Stacking {
    mode: String,
}

/// A query.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    expr: String,
    /// The name of a series, with labels in double braces.
    #[serde(default)]
    legend_format: String,
}

impl Dashboard {
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let dashboard: Self = serde_json::from_str(text)
            .map_err(|error| Error::Other(format!("{DASHBOARD} is no dashboard as we know them: {error}")))?;
        if dashboard.queries().is_empty() {
            return Err(Error::Other(format!("{DASHBOARD} has no queries")));
        }
        Ok(dashboard)
    }

    /// The queries, each once.
    pub(super) fn queries(&self) -> Vec<String> {
        let mut found = Vec::new();
        for query in self.panels.iter().flat_map(|panel| &panel.targets).map(Target::query) {
            if !found.contains(&query) {
                found.push(query);
            }
        }
        found
    }
}

impl Panel {
    pub(super) fn stacked(&self) -> bool {
        self.field_config.defaults.custom.stacking.as_ref().is_some_and(|stacking| stacking.mode == "normal")
    }
}

impl Target {
    /// With its variables filled in.
    pub(super) fn query(&self) -> String {
        VARIABLES.iter().fold(self.expr.clone(), |query, (name, value)| query.replace(name, value))
    }

    /// The name of the series with these labels.
    pub(super) fn legend(&self, labels: &BTreeMap<String, String>) -> String {
        let mut name = self.legend_format.clone();
        for (label, value) in labels {
            name = name.replace(&format!("{{{{{label}}}}}"), value);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::super::unit::Unit;
    use super::*;

    #[test]
    fn queries_come_once_and_with_their_variables() {
        let panel = |targets: &str| {
            format!(
                r#"{{"type": "stat", "title": "t", "gridPos": {{"x": 0, "y": 0, "w": 1, "h": 1}}, "targets": [{targets}]}}"#
            )
        };
        let [first, second] = [
            r#"{"expr": "rate(a{job=\"$job\"}[$__rate_interval])"}, {"expr": "b"}"#,
            r#"{"expr": "b", "legendFormat": "{{route}} {{code}}"}"#,
        ]
        .map(panel);
        let dashboard =
            Dashboard::read(&format!(r#"{{"title": "d", "panels": [{first}, {second}]}}"#)).unwrap();
        assert_eq!(dashboard.queries(), ["rate(a{job=\"clipig\"}[30s])", "b"]);
        let labels = [("code", "200"), ("route", "/")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(dashboard.panels[1].targets[0].legend(&labels.into()), "/ 200");
        assert!(Dashboard::read(r#"{"title": "d", "panels": []}"#).is_err());
    }

    /// What the picture relies on.
    #[test]
    fn the_dashboard_is_read_as_a_whole() {
        let text = include_str!("../../../deploy/dashboards/clipig.json");
        let dashboard = Dashboard::read(text).unwrap();
        assert_eq!(dashboard.queries().len(), {
            let mut queries: Vec<_> = text.lines().filter(|line| line.contains("\"expr\":")).collect();
            queries.sort_unstable();
            queries.dedup();
            queries.len()
        });
        for panel in dashboard.panels.iter().filter(|panel| panel.kind != Kind::Row) {
            let unit = &panel.field_config.defaults.unit;
            assert!(Unit::named(unit).is_some(), "{}: {unit}", panel.title);
        }
        assert!(dashboard.panels.iter().any(Panel::stacked));
        let from_nothing = text.matches("\"min\": 0").count();
        assert_eq!(from_nothing, text.matches("\"unit\":").count(), "the picture's axes start at 0");
    }
}
