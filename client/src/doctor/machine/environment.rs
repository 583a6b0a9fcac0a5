//! Variables that look like clipig's and are not, and some that surprise.

use std::ffi::OsString;

use super::super::Finding;

const CHECK: &str = "environment";

/// Variables that clipig reads, besides settings of services.
const KNOWN: [&str; 14] = [
    "CLIPIG_COORDINATOR",
    "CLIPIG_DEVICE",
    "CLIPIG_FARM",
    "CLIPIG_INSECURE",
    "CLIPIG_LOG",
    "CLIPIG_MODELS",
    "CLIPIG_MODEL_BASE_URL",
    "CLIPIG_ORACLE",
    "CLIPIG_PANICS",
    "CLIPIG_PREVIEW",
    "CLIPIG_TLS_CA",
    "CLIPIG_TOKENS_FILE",
    "CLIPIG_TOKEN",
    "CLIPIG_TOKEN_FILE",
];

/// Settings of services, which are checked as such, and what Kubernetes sets for the Service `clipig-coordinator`.
const BEGINNINGS: [&str; 4] =
    ["CLIPIG_COORDINATOR__", "CLIPIG_WORKER__", "CLIPIG_COORDINATOR_PORT", "CLIPIG_COORDINATOR_SERVICE_"];

/// Variables of tests.
const TESTS: &str = "CLIPIG_TEST_";

const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

pub(super) fn check(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<Finding> {
    let variables = variables.map(|(name, value)| (name.to_string_lossy().into_owned(), value));
    let set: Vec<String> = variables.filter(|(_, value)| !value.is_empty()).map(|(name, _)| name).collect();
    let is_set = |wanted: &str| set.iter().any(|name| name == wanted);
    let mut findings: Vec<Finding> = set.iter().filter_map(|name| unknown(name)).collect();
    if is_set("CLIPIG_TOKEN") && is_set("CLIPIG_TOKEN_FILE") {
        findings.push(Finding::warning(
            CHECK,
            "CLIPIG_TOKEN and CLIPIG_TOKEN_FILE are both set; CLIPIG_TOKEN is used",
            "unset one of them",
        ));
    }
    if let Some(proxy) = PROXIES.into_iter().find(|name| is_set(name)) {
        findings.push(Finding::ok(
            CHECK,
            format!("{proxy} is set: `clipig model pull` uses that proxy, connections to a farm do not"),
        ));
    }
    findings
}

fn unknown(name: &str) -> Option<Finding> {
    let ours = name.starts_with("CLIPIG_") && !name.starts_with(TESTS);
    if !ours || KNOWN.contains(&name) || BEGINNINGS.iter().any(|prefix| name.starts_with(prefix)) {
        return None;
    }
    let near = KNOWN.into_iter().map(|known| (strsim::levenshtein(name, known), known)).min();
    let remedy = match near {
        Some((distance, known)) if distance <= 3 => format!("did you mean {known}?"),
        _ => "unset it; settings of services are CLIPIG_WORKER__… and CLIPIG_COORDINATOR__…".to_owned(),
    };
    Some(Finding::warning(CHECK, format!("clipig reads no variable {name}"), remedy))
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::*;

    fn check_of(variables: &[(&str, &str)]) -> Vec<Finding> {
        check(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
    }

    #[test]
    fn misspelt_variables_are_noticed() {
        assert_eq!(
            check_of(&[
                ("CLIPIG_FARM", "x"),
                ("CLIPIG_WORKER__NAME", "x"),
                ("CLIPIG_COORDINATOR_PORT_7870_TCP", "x")
            ]),
            []
        );
        let found = check_of(&[("CLIPIG_TOKENFILE", "x"), ("CLIPIG_COLOUR", "x")]);
        assert_eq!(found[0].remedy, "did you mean CLIPIG_TOKEN_FILE?");
        assert!(found[1].remedy.starts_with("unset it"), "{}", found[1].remedy);
    }

    #[test]
    fn two_tokens_are_one_too_many() {
        let both = [("CLIPIG_TOKEN", "x"), ("CLIPIG_TOKEN_FILE", "y")];
        assert_eq!(check_of(&both)[0].verdict, Verdict::Warning);
        assert_eq!(check_of(&[("CLIPIG_TOKEN", ""), both[1]]), []);
    }
}
