//! One parameter for the terminal.

use std::fmt::Write as _;

use super::facts;
use crate::nearest::nearest;
use crate::parameters::{Parameter, parameters, without_indices};

/// There is no parameter with this name or path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no parameter `{path}`{}", .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct NoSuchParameter {
    /// What was asked for.
    pub path: String,
    /// The nearest path that exists.
    pub near: Option<String>,
}

/// What there is to know about a parameter, as text. `path` may have list indices, or be the end of a path alone
/// (`random_shift`): then all parameters with that end are described.
///
/// # Errors
/// Where nothing has that path, with the nearest one that exists.
pub fn topic(path: &str) -> Result<String, NoSuchParameter> {
    let wanted = without_indices(path.trim().trim_end_matches('.'));
    let exact: Vec<_> = parameters().get(&wanted).into_iter().collect();
    let suffix = format!(".{wanted}");
    let found = if exact.is_empty() {
        parameters().iter().filter(|parameter| parameter.path.ends_with(&suffix)).collect()
    } else {
        exact
    };
    if found.is_empty() || wanted.is_empty() {
        let paths = parameters().iter().map(|parameter| parameter.path.as_str());
        let names =
            parameters().iter().map(|parameter| parameter.path.rsplit('.').next().unwrap_or_default());
        let near = if wanted.contains('.') { nearest(&wanted, paths) } else { nearest(&wanted, names) };
        return Err(NoSuchParameter { path: path.to_owned(), near: near.map(str::to_owned) });
    }
    let texts: Vec<String> = found
        .into_iter()
        .map(|parameter| {
            let mut text =
                format!("{}\n  {}\n\n{}\n", parameter.path, facts(parameter).join("\n  "), parameter.doc);
            for choice in parameter.choices {
                let _ = writeln!(text, "  {:<12} {}", choice.name, choice.doc);
            }
            if !parameter.example.is_empty() {
                let lines = parameter.example.trim_end().lines();
                let indented: Vec<String> = lines.map(|line| format!("  {line}")).collect();
                let _ = write!(text, "\nexample:\n{}\n", indented.join("\n"));
            }
            let below: Vec<&str> = parameters().children(parameter.below()).map(Parameter::name).collect();
            if !below.is_empty() {
                let _ = write!(text, "\nbelow it: {}\n", below.join(", "));
            }
            text
        })
        .collect();
    Ok(texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_by_path_by_name_and_nearly() {
        assert!(topic("targets.0.transforms.noise").unwrap().contains("- noise: 0.1*ti"));
        assert!(topic("random_shift").unwrap().contains("postproc.random_shift"));
        assert_eq!(topic("randomshift").unwrap_err().near.as_deref(), Some("random_shift"));
        assert_eq!(topic("targets.wieght").unwrap_err().near.as_deref(), Some("targets.weight"));
        assert!(topic("").is_err());
    }
}
