//! What can be said of the alert rules without Prometheus: each of them is complete and tested.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// A rule of `alerts.yaml`.
#[derive(Debug, Deserialize)]
pub(crate) struct Rule {
    alert: String,
    expr: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// What one moment of `alerts_test.yaml` expects of an alert.
#[derive(Debug, Deserialize)]
pub(crate) struct Expectation {
    /// When, such as `1h30m`.
    eval_time: String,
    alertname: String,
    /// Empty where the alert must be silent.
    #[serde(default)]
    exp_alerts: Vec<IgnoredAny>,
}

/// The rules of all groups.
pub(crate) fn rules(yaml: &str) -> Result<Vec<Rule>, String> {
    #[derive(Deserialize)]
    struct File {
        groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Group {
        rules: Vec<Rule>,
    }
    let file: File = parsed(yaml)?;
    Ok(file.groups.into_iter().flat_map(|group| group.rules).collect())
}

/// The expectations of each test.
pub(crate) fn tests(yaml: &str) -> Result<Vec<Vec<Expectation>>, String> {
    #[derive(Deserialize)]
    struct File {
        tests: Vec<Test>,
    }
    #[derive(Deserialize)]
    struct Test {
        alert_rule_test: Vec<Expectation>,
    }
    let file: File = parsed(yaml)?;
    Ok(file.tests.into_iter().map(|test| test.alert_rule_test).collect())
}

fn parsed<T: DeserializeOwned>(yaml: &str) -> Result<T, String> {
    serde_yaml::from_str(yaml).map_err(|error| error.to_string())
}

/// Minutes of `90s`, `2h`, `1h30m`: as promtool writes times.
fn minutes(time: &str) -> f64 {
    let (mut sum, mut digits) = (0.0, String::new());
    for letter in time.chars() {
        let unit = match letter {
            's' => 1.0 / 60.0,
            'm' => 1.0,
            'h' => 60.0,
            digit => {
                digits.push(digit);
                continue;
            }
        };
        sum += unit * digits.parse::<f64>().unwrap_or(f64::NAN);
        digits.clear();
    }
    sum
}

/// Does a test see the alert fire, and be silent later?
fn resolves(alert: &str, test: &[Expectation]) -> bool {
    let seen = |fires: bool| {
        let matching =
            test.iter().filter(move |one| one.alertname == alert && one.exp_alerts.is_empty() != fires);
        matching.map(|one| minutes(&one.eval_time))
    };
    seen(true).any(|fires| seen(false).any(|silent| silent > fires))
}

/// Rules that say too little, and rules that no test sees firing, silent and resolving.
pub(crate) fn problems(rules: &[Rule], tests: &[Vec<Expectation>]) -> Vec<String> {
    let names = |fires: bool| -> BTreeSet<&str> {
        let matching = tests.iter().flatten().filter(|test| test.exp_alerts.is_empty() != fires);
        matching.map(|test| test.alertname.as_str()).collect()
    };
    let (firing, silent) = (names(true), names(false));
    let mut problems = Vec::new();
    for rule in rules {
        let name = rule.alert.as_str();
        let wanted = [
            ("an expression", !rule.expr.trim().is_empty()),
            ("the label `severity`", rule.labels.contains_key("severity")),
            ("the annotation `summary`", rule.annotations.contains_key("summary")),
            ("the annotation `description`", rule.annotations.contains_key("description")),
            ("a test in which it fires", firing.contains(name)),
            ("a test in which it is silent", silent.contains(name)),
            ("a test in which it resolves", tests.iter().any(|test| resolves(name, test))),
        ];
        let missing = wanted.iter().filter(|(_, there)| !there);
        problems.extend(missing.map(|(what, _)| format!("alert {name} lacks {what}")));
    }
    let known: BTreeSet<&str> = rules.iter().map(|rule| rule.alert.as_str()).collect();
    let unknown = firing.union(&silent).filter(|name| !known.contains(*name));
    problems.extend(unknown.map(|name| format!("a test names the alert {name}, which is in no rule")));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_is_complete_and_tested() {
        let yaml = "groups:\n- rules:\n  - {alert: A, expr: up, labels: {severity: warning}, annotations: \
                    {summary: s, description: d}}\n  - {alert: B, expr: up}\n  - {alert: D, expr: up, labels: {severity: info}, annotations: {summary: s, \
                    description: d}}\n";
        let rules = rules(yaml).unwrap();
        let seen = "tests:\n- alert_rule_test: [{eval_time: 2h, alertname: A}, {eval_time: 1h30m, alertname: A, exp_alerts: [{}]}, \
             {eval_time: 1h, alertname: C}]\n- alert_rule_test: [{eval_time: 1h, alertname: D}, {eval_time: 90m, alertname: \
             D, exp_alerts: [{}]}]\n";
        assert_eq!(
            problems(&rules, &tests(seen).unwrap()),
            [
                "alert B lacks the label `severity`",
                "alert B lacks the annotation `summary`",
                "alert B lacks the annotation `description`",
                "alert B lacks a test in which it fires",
                "alert B lacks a test in which it is silent",
                "alert B lacks a test in which it resolves",
                "alert D lacks a test in which it resolves",
                "a test names the alert C, which is in no rule",
            ]
        );
    }

    #[test]
    fn the_alerts_of_this_repository_are_complete_and_tested() {
        let rules = rules(include_str!("../../../deploy/prometheus/alerts.yaml")).unwrap();
        let tests = tests(include_str!("../../../deploy/prometheus/alerts_test.yaml")).unwrap();
        assert!(!rules.is_empty());
        assert_eq!(problems(&rules, &tests), [""; 0]);
    }

    /// What an operator could get wrong in a file of ours is an error here, not a value that wins in silence.
    #[test]
    fn the_reader_of_manifests_is_strict_and_bounded() {
        assert!(rules("groups: []\ngroups: []\n").unwrap_err().contains("groups"));
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (name, before) in ('b'..='j').zip('a'..) {
            let copies = vec![format!("*{before}"); 9].join(", ");
            bomb = format!("{bomb}{name}: &{name} [{copies}]\n");
        }
        let error = parsed::<serde_json::Value>(&bomb).unwrap_err();
        assert!(error.contains("limit") || error.contains("budget"), "{error}");
    }
}
